import type { EventHistogram } from "./event-file.js";

const buckets = 30;

/** Counts of the finite values in 30 equal buckets between their smallest and largest. */
export function linearBuckets(values: Float32Array): EventHistogram {
  let [min, max, sum, sumOfSquares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    sumOfSquares += value * value;
  }
  if (min > max) return { min: 0, max: 0, sum: 0, sumOfSquares: 0, limits: [], counts: [] };
  const width = (max - min) / buckets;
  const counts = new Array<number>(width > 0 ? buckets : 1).fill(0);
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    counts[width > 0 ? Math.min(buckets - 1, Math.floor((value - min) / width)) : 0]!++;
  }
  const limits = counts.map((_, i) => (i === counts.length - 1 ? max : min + (i + 1) * width));
  return { min, max, sum, sumOfSquares, limits, counts };
}
