import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { tf } from "../engine/tensorflow.js";
import { InputError } from "../errors.js";
import { type ModelFile, topologyFile, weightsFile } from "./model-file.js";

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
 * Loads a network that `saveModel` wrote.
 * @throws {InputError} when files are missing, truncated or not of a model
 */
export async function loadModel(folder: string): Promise<tf.LayersModel> {
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
  const weights = await readModelFile(weightsPath);
  const specs = file.weightsManifest.flatMap((group) => group.weights);
  const wanted = specs.reduce(
    (sum, { shape }) => sum + 4 * shape.reduce((total: number, size: number) => total * size, 1),
    0,
  );
  if (weights.length !== wanted) {
    throw new InputError(`${weightsPath} has ${weights.length} bytes, the model needs ${wanted}`, {
      place: weightsPath,
      remedy: "the copy broke off: copy the folder again or train anew",
    });
  }
  const weightData = weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.length) as ArrayBuffer;
  return tf.loadLayersModel(tf.io.fromMemory({ modelTopology: file.modelTopology, weightSpecs: specs, weightData }));
}
