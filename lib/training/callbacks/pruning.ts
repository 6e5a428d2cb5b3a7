import type { TrainingConfig } from "../../config/config.js";
import type { Callback, Weights } from "./callback.js";

type PruningConfig = NonNullable<TrainingConfig["pruning"]>;

/** Steps between two choices of the weights to be zeroed, as in tensorflow-model-optimization. */
const frequency = 100;

/** Kernels are pruned, biases and normalisations are not. */
const isKernel = (name: string): boolean => /kernel/.test(name);

/** Share of zeros that is due at `step`: cubic from `initialSparsity` to `finalSparsity` (Zhu & Gupta 2017). */
export function dueSparsity(settings: PruningConfig, step: number, endStep: number): number {
  const { initialSparsity, finalSparsity, beginStep } = settings;
  const progress = Math.min(1, Math.max(0, (step - beginStep) / Math.max(1, endStep - beginStep)));
  return finalSparsity + (initialSparsity - finalSparsity) * (1 - progress) ** 3;
}

/** Zeroes, in place, the given share of each kernel: its smallest weights. */
export function pruneWeights(weights: Weights, sparsity: number): void {
  for (const [name, values] of Object.entries(weights)) {
    if (!isKernel(name)) continue;
    const zeros = Math.round(sparsity * values.length);
    if (zeros === 0) continue;
    const magnitudes = values.map(Math.abs).sort();
    const limit = magnitudes[zeros - 1]!;
    // Of weights exactly at the limit only as many as are needed go.
    let atLimit = zeros - lowerBound(magnitudes, limit);
    for (let i = 0; i < values.length; i++) {
      const magnitude = Math.abs(values[i]!);
      if (magnitude < limit || (magnitude === limit && atLimit-- > 0)) values[i] = 0;
    }
  }
}

/** Index of the first element of a sorted array that is not below `value`. */
function lowerBound(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Share of zeros in the kernels of a network. */
export function sparsityOf(weights: Weights): number {
  let [zeros, total] = [0, 0];
  for (const [name, values] of Object.entries(weights)) {
    if (!isKernel(name)) continue;
    total += values.length;
    for (const value of values) if (value === 0) zeros++;
  }
  return zeros / total;
}

/**
 * Magnitude pruning: from `beginStep` on the smallest weights are zeroed, chosen anew every 100 steps by the schedule,
 * and stay zero in between. Which ones they are can be read off the weights, so there is no state to keep.
 */
export function pruning(settings: PruningConfig, endStep: number): Callback {
  let masks: Record<string, Uint8Array> | null = null;
  const masksOf = (weights: Weights): Record<string, Uint8Array> =>
    Object.fromEntries(
      Object.entries(weights)
        .filter(([name]) => isKernel(name))
        .map(([name, values]) => [name, Uint8Array.from(values, (value) => (value === 0 ? 0 : 1))]),
    );
  return {
    name: "pruning",
    onStep(step, training) {
      if (step < settings.beginStep) return;
      const weights = training.weights();
      if ((step - settings.beginStep) % frequency === 0) {
        pruneWeights(weights, dueSparsity(settings, step, endStep));
        masks = masksOf(weights);
      } else if (masks) {
        for (const [name, mask] of Object.entries(masks)) {
          const values = weights[name]!;
          for (let i = 0; i < values.length; i++) if (mask[i] === 0) values[i] = 0;
        }
      }
      training.setWeights(weights);
    },
    onResume(step, training) {
      if (step > settings.beginStep) masks = masksOf(training.weights());
    },
  };
}
