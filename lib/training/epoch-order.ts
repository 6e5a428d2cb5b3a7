import { NumpyLegacyRandom } from "../random/numpy-legacy.js";

/** Training steps of an epoch: whole batches, of them the share `percentagePerEpoch` (0–1), at least one. */
export function stepsPerEpoch(examples: number, batchSize: number, percentagePerEpoch: number): number {
  return Math.max(1, Math.floor(Math.floor(examples / batchSize) * percentagePerEpoch));
}

/** Seed of what is drawn in an epoch. */
export function epochSeed(seed: number, epoch: number): number {
  // An odd multiplier spreads epochs over the seeds; seeds that follow each other must not repeat shifted orders.
  return (seed + Math.imul(epoch + 1, 0x9e3779b1)) >>> 0;
}

/**
 * The rows of one epoch in the order of training. It depends on seed and epoch alone, so an epoch can be taken up again
 * in its middle. With fewer steps than the examples give, each epoch draws its own share.
 * @param arrange puts the shuffled rows into an order that the source of the batches reads fast
 */
export function epochOrder(
  rows: Uint32Array,
  seed: number,
  epoch: number,
  length: number,
  arrange: (order: Uint32Array) => Uint32Array = (order) => order,
): Uint32Array {
  const order = rows.slice();
  new NumpyLegacyRandom(epochSeed(seed, epoch)).shuffle(order);
  return arrange(order).subarray(0, length);
}
