import "../engine/hexagonal-conv-2d.js"; // these two make their layers known to tfjs
import "../engine/spatial-dropout-2d.js";
import { tf } from "../engine/tensorflow.js";
import { readModel } from "./read-model.js";

/**
 * Loads a network that `saveModel` wrote.
 * @throws {InputError} when files are missing, truncated or not of a model
 */
export async function loadModel(folder: string): Promise<tf.LayersModel> {
  const { topology, weights, values } = await readModel(folder);
  return tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology: topology, weightSpecs: [...weights], weightData: values }),
  );
}
