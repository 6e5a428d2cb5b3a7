import type { LossName, LossOptions } from "./losses.js";
import { tf } from "./tensorflow.js";

type Loss = (prediction: tf.Tensor2D, labels: tf.Tensor2D, options: LossOptions) => tf.Tensor;

/** Smallest probability that goes into a logarithm, as in Keras. */
const tiny = 1e-7;

const smoothed = (labels: tf.Tensor, smoothing: number, classes: number): tf.Tensor =>
  tf.add(tf.mul(labels, 1 - smoothing), smoothing / classes);

const direction = (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), 1, true), 1e-12)));

const losses: Readonly<Record<LossName, Loss>> = {
  categoricalCrossentropy: (prediction, labels, { labelSmoothing = 0 }) => {
    const targets = smoothed(labels, labelSmoothing, labels.shape[1]);
    return tf.neg(tf.sum(tf.mul(targets, tf.log(tf.clipByValue(prediction, tiny, 1))), 1));
  },
  binaryCrossentropy: (prediction, labels, { labelSmoothing = 0 }) => {
    const targets = smoothed(labels, labelSmoothing, 2);
    const p = tf.clipByValue(prediction, tiny, 1 - tiny);
    const both = tf.add(tf.mul(targets, tf.log(p)), tf.mul(tf.sub(1, targets), tf.log(tf.sub(1, p))));
    return tf.neg(tf.mean(both, 1));
  },
  meanAbsoluteError: (prediction, labels) => tf.mean(tf.abs(tf.sub(prediction, labels)), 1),
  meanSquaredError: (prediction, labels) => tf.mean(tf.square(tf.sub(prediction, labels)), 1),
  huber: (prediction, labels, { delta = 1 }) => {
    const size = tf.abs(tf.sub(prediction, labels));
    const inner = tf.minimum(size, delta);
    return tf.mean(tf.add(tf.mul(0.5, tf.square(inner)), tf.mul(delta, tf.sub(size, inner))), 1);
  },
  logCosh: (prediction, labels) => {
    const residual = tf.sub(prediction, labels);
    return tf.mean(tf.sub(tf.add(residual, tf.softplus(tf.mul(-2, residual))), Math.LN2), 1);
  },
  cosineSimilarity: (prediction, labels) => tf.neg(tf.sum(tf.mul(direction(prediction), direction(labels)), 1)),
};

/** The loss of `losses.ts` in plain tfjs: the reference of the tests, and that of `engine: eager`. */
export function eagerLoss(
  loss: LossName | LossOptions,
  prediction: tf.Tensor2D,
  labels: tf.Tensor2D,
  weights: tf.Tensor1D,
): tf.Scalar {
  const options = typeof loss === "string" ? { name: loss } : loss;
  return tf.mean(tf.mul(losses[options.name](prediction, labels, options), weights));
}
