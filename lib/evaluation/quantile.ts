/** Values in ascending order with, for weighted ones, the place (0–1) of each on the scale of quantiles. */
export interface SortedSample {
  readonly values: Float64Array;
  /** Null when all weights are equal: value k lies at k / (n − 1). */
  readonly places: Float64Array | null;
  /** Number of events, or Kish's effective number of weighted ones. */
  readonly effective: number;
}

/** Sorts a sample for `quantile`. Values must be finite, weights positive. */
export function sortSample(values: Float64Array, weights: Float64Array | null): SortedSample {
  if (!weights) return { values: values.slice().sort(), places: null, effective: values.length };
  const order = new Uint32Array(values.length).map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const places = new Float64Array(order.length);
  let sum = 0;
  let squares = 0;
  for (let k = 0; k < order.length; k++) {
    const weight = weights[order[k]!]!;
    sum += weight;
    squares += weight ** 2;
    // middle of the event's own weight; equal weights then give k / (n − 1), the rule of unweighted samples
    places[k] = sum - (weights[order[0]!]! + weight) / 2;
  }
  const last = places[places.length - 1] ?? 0;
  if (last > 0) for (let k = 0; k < places.length; k++) places[k]! /= last;
  return {
    values: Float64Array.from(order, (i) => values[i]!),
    places,
    effective: squares > 0 ? sum ** 2 / squares : 0,
  };
}

/** First index whose place is at least `level`. */
function firstAtLeast(places: Float64Array, level: number): number {
  let low = 0;
  let high = places.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle]! < level) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The quantile at `level` (0–1) with linear interpolation, as numpy.quantile; NaN for an empty sample. */
export function quantile(sample: SortedSample, level: number): number {
  const { values, places } = sample;
  if (values.length === 0) return Number.NaN;
  if (places) {
    const k = firstAtLeast(places, level);
    if (k === 0) return values[0]!;
    const share = (level - places[k - 1]!) / (places[k]! - places[k - 1]!);
    return values[k - 1]! + Math.min(1, share) * (values[k]! - values[k - 1]!);
  }
  const at = level * (values.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, values.length - 1);
  return values[below]! + (at - below) * (values[above]! - values[below]!);
}
