import { outOfMemory } from "../engine/out-of-memory.js";
import { modelClasses, type Source } from "../engine/topology.js";
import { InputError } from "../errors.js";
import { imageShapeOf, type Network, savedNetwork } from "../models/network.js";
import { onnxGraphOf } from "../models/onnx/export-onnx.js";
import { openOnnx } from "../models/onnx/onnx-session.js";
import { readModel } from "../models/read-model.js";
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
 * Opens a saved network in onnxruntime. TensorFlow is not loaded.
 * @throws {InputError} when its files are missing or damaged
 * @throws {NotInOnnxError} for a layer that ONNX has no counterpart for
 */
export async function openOnnxForwardPass(folder: string, features: boolean): Promise<ForwardPass> {
  const network = savedNetwork(await readModel(folder), folder);
  const graph = onnxGraphOf(network, features ? { [featureOutput]: backboneOf(network, folder) } : {});
  const imageShape = imageShapeOf(network);
  const session = await openOnnx(graph.encode(network.name), imageShape, ownedCores());
  const widths = new Map(graph.outputs.map(({ name, shape }) => [name, shape!.at(-1)!]));
  return {
    engine: "onnxruntime",
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
