import { RandomGenerator } from "../random/generator.js";
import type { Estimate } from "./confidence-interval.js";
import { unknown } from "./confidence-interval.js";
import { quantile, type SortedSample } from "./quantile.js";

/** Resampled sets behind an interval, and the seed that makes it reproducible. */
export const replicas = 400;
export const seed = 20240601;

/** The value with the central 95 % of its replicas. */
export function percentileInterval(value: number, drawn: Float64Array): Estimate {
  const finite = drawn.filter(Number.isFinite).sort();
  if (!Number.isFinite(value) || finite.length < 2) return { ...unknown, value };
  const sample: SortedSample = { values: finite, places: null, effective: finite.length };
  return { value, low: quantile(sample, 0.025), high: quantile(sample, 0.975) };
}

/**
 * A statistic of quantiles (their half distance, a single one, …) with its 95 % bootstrap interval. The quantiles of a
 * resampled set are order statistics of the sample, whose ranks follow Dirichlet's law: they are drawn directly, so that
 * the cost does not grow with the number of events.
 * @param levels ascending levels in (0, 1)
 */
export function quantileEstimate(
  sample: SortedSample,
  levels: readonly number[],
  statistic: (quantiles: readonly number[]) => number,
): Estimate {
  if (sample.values.length === 0) return unknown;
  const value = statistic(levels.map((level) => quantile(sample, level)));
  const n = sample.effective;
  if (n < 2) return { ...unknown, value };
  const random = new RandomGenerator(seed);
  const steps = [...levels, 1].map((level, i) => (level - (levels[i - 1] ?? 0)) * (n - 1) + (i === 0 ? 1 : 0));
  steps[levels.length]! += 1;
  const drawn = new Float64Array(replicas).map(() => {
    const parts = steps.map((step) => random.gamma(Math.max(step, 1e-9)));
    const total = parts.reduce((sum, part) => sum + part, 0);
    let at = 0;
    return statistic(
      levels.map((_, i) => {
        at += parts[i]!;
        return quantile(sample, at / total);
      }),
    );
  });
  return percentileInterval(value, drawn);
}

/**
 * Statistics of sums over events, each with its 95 % bootstrap interval. Events are added up once, in at most 500
 * interleaved blocks, and the blocks are resampled: exact for small samples, cheap for large ones.
 * @param count number of events @param width number of sums
 * @param add adds the terms of event i to `sums`
 */
export function resampledSums(
  count: number,
  width: number,
  add: (i: number, sums: Float64Array) => void,
): (statistic: (sums: Float64Array) => number) => Estimate {
  if (count === 0) return () => unknown;
  const blocks = Array.from({ length: Math.min(count, 500) }, () => new Float64Array(width));
  for (let i = 0, block = 0; i < count; i++) {
    add(i, blocks[block]!);
    block = block + 1 === blocks.length ? 0 : block + 1;
  }
  const total = (chosen: (i: number) => Float64Array): Float64Array => {
    const sums = new Float64Array(width);
    for (let i = 0; i < blocks.length; i++) {
      const block = chosen(i);
      for (let j = 0; j < width; j++) sums[j]! += block[j]!;
    }
    return sums;
  };
  const whole = total((i) => blocks[i]!);
  let drawn: Float64Array[] | undefined;
  return (statistic) => {
    if (!drawn) {
      const random = new RandomGenerator(seed);
      drawn = Array.from({ length: replicas }, () => total(() => blocks[random.integer(blocks.length)]!));
    }
    return percentileInterval(statistic(whole), Float64Array.from(drawn, statistic));
  };
}

/** A single statistic of sums over events; see `resampledSums`. */
export function sumsEstimate(
  count: number,
  width: number,
  add: (i: number, sums: Float64Array) => void,
  statistic: (sums: Float64Array) => number,
): Estimate {
  return resampledSums(count, width, add)(statistic);
}

/** A statistic of independent event counts (as of a confusion matrix) with its 95 % interval by Poisson bootstrap. */
export function countsEstimate(counts: readonly number[], statistic: (counts: readonly number[]) => number): Estimate {
  const random = new RandomGenerator(seed);
  const drawn = new Float64Array(replicas).map(() => statistic(counts.map((count) => random.poisson(count))));
  return percentileInterval(statistic(counts), drawn);
}
