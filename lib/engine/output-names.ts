import type { tf } from "./tensorflow.js";

/** Names of a model's outputs in their order; a Sequential model leaves `outputNames` empty, its last layer has the name. */
export function outputNames(model: tf.LayersModel): string[] {
  if (model.outputNames.length > 0) return model.outputNames;
  return model.outputs.map(({ sourceLayer }) => sourceLayer.name);
}
