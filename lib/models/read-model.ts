import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../errors.js";
import { type ModelFile, topologyFile, weightsFile } from "./model-file.js";

/** The files of a saved network as they lie on the disk. */
export interface SavedNetwork {
  readonly topology: object;
  readonly weights: ModelFile["weightsManifest"][number]["weights"];
  /** Values of all weights one after the other, float32. */
  readonly values: ArrayBuffer;
}

async function readModelFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new InputError(`there is no model: ${path} cannot be read`, {
      place: path,
      remedy: "train the model first, or name another folder",
      cause,
    });
  }
}

/**
 * SHA-256 of a saved network's weights, by which another form of it is known to be of the same training.
 * @throws {InputError} when there are none
 */
export async function weightsHash(folder: string): Promise<string> {
  return createHash("sha256")
    .update(await readModelFile(join(folder, weightsFile)))
    .digest("hex");
}

/**
 * Reads what `saveModel` wrote, without making a network of it.
 * @throws {InputError} when files are missing, truncated or not of a model
 */
export async function readModel(folder: string): Promise<SavedNetwork> {
  const path = join(folder, topologyFile);
  const text = await readModelFile(path);
  let file: ModelFile;
  try {
    file = JSON.parse(text.toString("utf8")) as ModelFile;
    if (!file.modelTopology || !Array.isArray(file.weightsManifest)) throw new Error("it lacks topology or weights");
  } catch (cause) {
    throw new InputError(`${path} does not describe a model: ${(cause as Error).message}`, { place: path, cause });
  }
  const weightsPath = join(folder, weightsFile);
  const content = await readModelFile(weightsPath);
  const weights = file.weightsManifest.flatMap((group) => group.weights);
  const wanted = weights.reduce(
    (sum, { shape }) => sum + 4 * shape.reduce((total: number, size: number) => total * size, 1),
    0,
  );
  if (content.length !== wanted) {
    throw new InputError(`${weightsPath} has ${content.length} bytes, the model needs ${wanted}`, {
      place: weightsPath,
      remedy: "the copy broke off: copy the folder again or train anew",
    });
  }
  const values = content.buffer.slice(content.byteOffset, content.byteOffset + content.length) as ArrayBuffer;
  return { topology: file.modelTopology, weights, values };
}
