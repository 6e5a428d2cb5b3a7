import type { ModelConfig } from "../config/config.js";
import { tf } from "../engine/tensorflow.js";
import { ConfigError } from "../errors.js";
import { head } from "./head.js";
import { resNet } from "./res-net.js";
import { singleCnn } from "./single-cnn.js";

/** Joins a backbone and the heads of the tasks to one network, with CTLearn's names. */
export function attachHeads(
  config: ModelConfig,
  backbone: tf.LayersModel,
  inputShape: readonly number[],
  seed: number,
): tf.LayersModel {
  const input = tf.input({ shape: [...inputShape], name: "input" });
  const features = backbone.apply(input) as tf.SymbolicTensor;
  const outputs = config.tasks.map((task) => head(config, task, features, seed));
  return tf.model({ inputs: input, outputs, name: "CTLearn_model" });
}

/**
 * A built-in network with its heads; the same seed gives the same weights.
 * @param inputShape `[height, width, channels]`
 * @returns model with one output per task, in the order of `config.tasks`
 * @throws {ConfigError} when the configuration asks for a loaded or custom model, or the image is too small
 */
export function buildModel(config: ModelConfig, inputShape: readonly number[], seed: number): tf.LayersModel {
  const builders = { SingleCNN: singleCnn, ResNet: resNet };
  if (config.type !== "SingleCNN" && config.type !== "ResNet") {
    throw new ConfigError(`${config.type} is not a built-in network`, { place: "model_type" });
  }
  let backbone: tf.LayersModel;
  try {
    backbone = builders[config.type](config, inputShape, seed);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(
      `${config.type} cannot be built for images of ${inputShape.join("×")}: ${(cause as Error).message}`,
      {
        place: "prepare_model",
        remedy: "use larger images or fewer pooling layers",
        cause,
      },
    );
  }
  return attachHeads(config, backbone, inputShape, seed);
}
