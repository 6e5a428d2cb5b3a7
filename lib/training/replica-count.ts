import type { TrainingConfig } from "../config/config.js";
import { usesGpu } from "../engine/devices.js";
import type { tf } from "../engine/tensorflow.js";

/** A larger batch keeps the cores busy in one piece. */
const smallBatch = 16;

function seesWholeBatch(model: tf.LayersModel): boolean {
  return model.layers.some(
    (layer) =>
      layer.getClassName() === "BatchNormalization" || ("layers" in layer && seesWholeBatch(layer as tf.LayersModel)),
  );
}

/**
 * Copies of the network that share a batch. On CPUs the cores rest less while the parts of a small batch go through the
 * network side by side; the gradients are those of the whole batch. The number follows from network and batch size alone,
 * not from the cores, so that a training goes on to the same numbers on any machine.
 */
export function replicaCount(
  model: tf.LayersModel,
  { replicas, engine, batchSize }: Pick<TrainingConfig, "replicas" | "engine" | "batchSize">,
  gpu: boolean = usesGpu(),
): number {
  if (replicas !== null) return replicas;
  if (gpu || engine === "eager" || seesWholeBatch(model)) return 1;
  return batchSize <= smallBatch ? Math.max(1, Math.min(4, batchSize >> 1)) : 1;
}
