import type { ModelConfig } from "../config/config.js";
import type { Task } from "../config/task.js";
import { tf } from "../engine/tensorflow.js";
import { glorotUniform } from "./seeded.js";

type Activation = Parameters<typeof tf.layers.dense>[0]["activation"];

/**
 * CTLearn's fully connected head of one task: layers `fc_<task>_1`, …, then `<task>`; `type` ends in a softmax.
 * @param features `[n, features]`
 * @returns `[n, outputs of the task]`
 */
export function head(config: ModelConfig, task: Task, features: tf.SymbolicTensor, seed: number): tf.SymbolicTensor {
  const units = config.headLayers[task];
  let x = features;
  for (const [i, count] of units.entries()) {
    const last = i === units.length - 1;
    const name = last ? task : `fc_${task}_${i + 1}`;
    const activation = last ? undefined : (config.headActivation[task] as Activation);
    x = tf.layers
      .dense({ units: count, activation, name, kernelInitializer: glorotUniform(seed, name) })
      .apply(x) as tf.SymbolicTensor;
  }
  return task === "type" ? (tf.layers.softmax({ name: "softmax" }).apply(x) as tf.SymbolicTensor) : x;
}
