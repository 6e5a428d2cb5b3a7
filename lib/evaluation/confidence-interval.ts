import { z95 } from "./normal-distribution.js";

/** A value with its 95 % confidence interval; all NaN when there are no events. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The estimate of nothing. */
export const unknown: Estimate = { value: Number.NaN, low: Number.NaN, high: Number.NaN };

/** Kish's effective number of events, (Σw)²/Σw²; the number of events when all weights are equal. */
export function effectiveCount(weights: ArrayLike<number>): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    squares += weights[i]! ** 2;
  }
  return squares > 0 ? sum ** 2 / squares : 0;
}

/**
 * Share `part / whole` with Wilson's score interval (J. Am. Stat. Assoc. 22 (1927) 209).
 * @param trials number of independent events behind `whole`, where these are weighted sums
 */
export function proportion(part: number, whole: number, trials: number = whole): Estimate {
  if (!(whole > 0) || !(trials > 0)) return unknown;
  const share = part / whole;
  const shrink = 1 + z95 ** 2 / trials;
  const centre = (share + z95 ** 2 / (2 * trials)) / shrink;
  const half = (z95 * Math.sqrt((share * (1 - share)) / trials + z95 ** 2 / (4 * trials ** 2))) / shrink;
  return { value: share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** Mean of the values with the interval of the normal approximation; `weights` null when all count the same. */
export function meanEstimate(values: Float64Array, weights: Float64Array | null): Estimate {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = weights ? weights[i]! : 1;
    sum += weight * values[i]!;
    total += weight;
  }
  if (!(total > 0)) return unknown;
  const mean = sum / total;
  let variance = 0;
  for (let i = 0; i < values.length; i++) variance += ((weights ? weights[i]! : 1) * (values[i]! - mean)) ** 2;
  const n = weights ? effectiveCount(weights) : values.length;
  const error = n > 1 ? Math.sqrt((variance / total ** 2) * (n / (n - 1))) : Number.NaN;
  return { value: mean, low: mean - z95 * error, high: mean + z95 * error };
}
