import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import type { tf } from "../../engine/tensorflow.js";
import { InputError } from "../../errors.js";
import { Hdf5File } from "../../hdf5/hdf5-file.js";
import { buildKerasModel } from "./build-keras-model.js";
import { parseKerasConfig } from "./keras-config.js";
import { assignKerasWeights, readKerasWeights } from "./keras-weights.js";

async function withWeightFile<T>(path: string, use: (file: Hdf5File) => T): Promise<T> {
  const file = await Hdf5File.open(path);
  try {
    return use(file);
  } finally {
    file.close();
  }
}

async function unzip(path: string): Promise<Record<string, Uint8Array>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new InputError(`there is no file ${path}`, { place: path, cause });
  }
  try {
    return unzipSync(bytes, { filter: ({ name }) => name === "config.json" || name === "model.weights.h5" });
  } catch (cause) {
    throw new InputError(`${path} is no whole .keras file: ${(cause as Error).message}`, {
      place: path,
      remedy: "copy it again, or save it again with Keras",
      cause,
    });
  }
}

/** A `.keras` file of Keras 3: configuration and weights in one archive. */
async function importArchive(path: string): Promise<tf.LayersModel> {
  const { "config.json": config, "model.weights.h5": weights } = await unzip(path);
  if (!config || !weights) {
    throw new InputError(`${path} lacks ${config ? "model.weights.h5" : "config.json"}`, {
      place: path,
      remedy: "a .keras file of Keras 3 is expected",
    });
  }
  const model = buildKerasModel(parseKerasConfig(new TextDecoder().decode(config), path));
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-keras-"));
  try {
    const file = join(folder, "model.weights.h5");
    await writeFile(file, weights);
    await withWeightFile(file, (opened) => assignKerasWeights(model, readKerasWeights(opened), path));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return model;
}

/**
 * Reads a network that Keras saved: `.keras`, or `.h5` of `model.save`.
 * @throws {InputError} when the file is damaged, holds weights alone, or layers without a counterpart
 */
export async function importKeras(path: string): Promise<tf.LayersModel> {
  if (path.endsWith(".keras")) return importArchive(path);
  return withWeightFile(path, (file) => {
    const config = file.attributes("/").model_config;
    if (typeof config !== "string") {
      throw new InputError(`${path} holds weights but not their network`, {
        place: path,
        remedy: "name the configuration of the network, `--config energy.yaml`",
      });
    }
    const model = buildKerasModel(parseKerasConfig(config, path));
    assignKerasWeights(model, readKerasWeights(file), path);
    return model;
  });
}

/**
 * Gives a network the weights of a Keras file, layer by layer by name: `.weights.h5`, `.h5` or `.keras`.
 * @throws {InputError} when a layer is not in the file or has another shape there
 */
export async function importKerasWeights(model: tf.LayersModel, path: string): Promise<void> {
  if (!path.endsWith(".keras")) {
    return withWeightFile(path, (file) => assignKerasWeights(model, readKerasWeights(file), path));
  }
  const source = await importArchive(path);
  const weights = new Map(
    source.weights.map((weight) => {
      const tensor = (weight as tf.LayerVariable).read();
      const [layer, name] = weight.originalName.split("/").slice(-2) as [string, string];
      return [
        `${layer}/${name}`,
        { shape: tensor.shape, values: tensor.dataSync<"float32">() as Float32Array },
      ] as const;
    }),
  );
  assignKerasWeights(model, weights, path);
}
