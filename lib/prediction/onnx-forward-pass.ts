import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { modelFolder } from "../config/model-folder.js";
import { outOfMemory } from "../engine/out-of-memory.js";
import { modelClasses, type Source } from "../engine/topology.js";
import { ConfigError, InputError } from "../errors.js";
import { imageShapeOf, type Network, savedNetwork } from "../models/network.js";
import { onnxGraphOf } from "../models/onnx/export-onnx.js";
import { sourceOf } from "../models/onnx/onnx-graph.js";
import { openOnnx } from "../models/onnx/onnx-session.js";
import { readModel, weightsHash } from "../models/read-model.js";
import { ownedCores } from "../threads/worker-count.js";
import { type ForwardPass, featureOutput } from "./forward-pass.js";

/** Where the backbone's output is. @throws {InputError} when the network has none */
function backboneOf({ topology }: Network, folder: string): Source {
  const backbone = topology.layers.find(({ name }) => name.endsWith("_block"));
  if (!backbone) throw noBackbone(folder);
  return [backbone.name, modelClasses.includes(backbone.className) ? 1 : 0, 0];
}

/** What is wrong with a network that has no backbone to take feature vectors from. */
export function noBackbone(folder: string): InputError {
  return new InputError(`the network in ${folder} has no layer whose name ends in _block`, {
    place: folder,
    remedy: "feature vectors are the output of such a backbone: predict without them",
  });
}

/**
 * The 8-bit form of a saved network.
 * @throws {ConfigError} when there is none, or one of another training
 */
async function quantisedNetwork(folder: string): Promise<Uint8Array> {
  const { int8, path } = modelFolder(dirname(folder));
  const remedy = `write it: cherenkit quantise ${path}`;
  const content = await readFile(int8).catch((cause: unknown) => {
    throw new ConfigError(`there is no 8-bit network in ${path}`, { place: int8, remedy, cause });
  });
  if (sourceOf(content) === (await weightsHash(folder))) return content;
  throw new ConfigError(`${int8} was made of another training than the network beside it`, { place: int8, remedy });
}

/**
 * Opens a saved network in onnxruntime. TensorFlow is not loaded.
 * @param precision int8: the network that `cherenkit quantise` wrote beside it
 * @throws {ConfigError} for int8 when there is no such network, or feature vectors are wanted
 * @throws {InputError} when its files are missing or damaged
 * @throws {NotInOnnxError} for a layer that ONNX has no counterpart for
 */
export async function openOnnxForwardPass(
  folder: string,
  features: boolean,
  precision: "float32" | "int8" = "float32",
): Promise<ForwardPass> {
  if (precision === "int8" && features) {
    throw new ConfigError("an 8-bit network gives no feature vectors", {
      place: folder,
      remedy: "predict them with the engine onnxruntime",
    });
  }
  const network = savedNetwork(await readModel(folder), folder);
  const graph = onnxGraphOf(network, features ? { [featureOutput]: backboneOf(network, folder) } : {});
  const imageShape = imageShapeOf(network);
  const content = precision === "int8" ? await quantisedNetwork(folder) : graph.encode(network.name);
  const session = await openOnnx(content, imageShape, ownedCores());
  const widths = new Map(graph.outputs.map(({ name, shape }) => [name, shape!.at(-1)!]));
  return {
    engine: precision === "int8" ? "onnxruntime-int8" : "onnxruntime",
    imageShape,
    outputs: network.outputNames.map((name) => ({ name, width: widths.get(name)! })),
    featureLength: widths.get(featureOutput) ?? null,
    async predict(images, size): Promise<Record<string, Float32Array>> {
      try {
        return await session.predict(images, size);
      } catch (cause) {
        throw outOfMemory(cause, size) ?? cause;
      }
    },
    close: session.close,
  };
}
