import type { Value } from "../graph.js";
import { batchNorm } from "../ops/batch-norm.js";
import { add, inverseRoot, multiply, product, subtract } from "../ops/elementwise.js";
import { reshape } from "../ops/shape.js";
import type { Lowering } from "./lowering.js";

/**
 * BatchNormalization over the last dimension: by the batch while training, by the moving averages otherwise, and always
 * by the latter when the layer is frozen.
 */
export const lowerBatchNormalization: Lowering = (context, [x]) => {
  const { graph, config, training, trainable, weight, has, update } = context;
  const channels = x!.shape.at(-1)!;
  const epsilon = Number(config.epsilon ?? 1e-3);
  const momentum = Number(config.momentum ?? 0.99);
  const scale = has("gamma") ? weight("gamma") : graph.floats(Array.from({ length: channels }, () => 1));
  const offset = has("beta") ? weight("beta") : graph.floats(Array.from({ length: channels }, () => 0));
  const movingMean = weight("moving_mean");
  const movingVariance = weight("moving_variance");
  if (!training || !trainable) {
    const factor = multiply(graph, scale, inverseRoot(graph, movingVariance, epsilon));
    return add(graph, multiply(graph, x!, factor), subtract(graph, offset, multiply(graph, movingMean, factor)));
  }
  const image = x!.shape.length === 4 ? x! : reshape(graph, x!, [-1, 1, 1, channels]);
  const { y, mean, variance } = batchNorm(graph, image, scale, offset, epsilon);
  const average = (old: Value, now: Value): Value =>
    add(graph, product(graph, old, graph.floats(momentum)), product(graph, now, graph.floats(1 - momentum)));
  update("moving_mean", average(movingMean, mean));
  update("moving_variance", average(movingVariance, variance));
  return x!.shape.length === 4 ? y : reshape(graph, y, x!.shape);
};
