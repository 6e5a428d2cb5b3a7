import { type BinnedEstimate, fewestEvents } from "./binned-estimate.js";
import { sumsEstimate } from "./bootstrap.js";
import { type Estimate, meanEstimate, unknown } from "./confidence-interval.js";
import { containmentRadius } from "./containment-radius.js";
import { type BinEdges, groupByBin } from "./energy-bins.js";
import { take } from "./predictions.js";
import { sortSample } from "./quantile.js";

/** Statistics of the angle between true and reconstructed direction, deg, in bins of another quantity. */
export interface AngularStatistics {
  /** 68 % containment. */
  readonly resolution: BinnedEstimate;
  readonly median: BinnedEstimate;
  readonly mean: BinnedEstimate;
  readonly rms: BinnedEstimate;
}

/** Root mean square of the angles with its 95 % bootstrap interval. */
export function rootMeanSquare(values: Float64Array, weights: Float64Array | null): Estimate {
  const add = (i: number, sums: Float64Array): void => {
    const weight = weights ? weights[i]! : 1;
    sums[0]! += weight;
    sums[1]! += weight * values[i]! ** 2;
  };
  return sumsEstimate(values.length, 2, add, ([total, squares]) => Math.sqrt(squares! / total!));
}

/** The four statistics in bins of `of`. */
export function angularStatistics(
  edges: BinEdges,
  of: Float64Array,
  thetaDeg: Float64Array,
  weights: Float64Array | null,
): AngularStatistics {
  // events are grouped and sorted once for all four
  const bins = groupByBin(edges, of).map((group) => {
    const count = group.length;
    if (count < fewestEvents) return { count, resolution: unknown, median: unknown, mean: unknown, rms: unknown };
    const own = weights && take(weights, group);
    const values = take(thetaDeg, group);
    const sample = sortSample(values, own);
    return {
      count,
      resolution: containmentRadius(sample),
      median: containmentRadius(sample, 0.5),
      mean: meanEstimate(values, own),
      rms: rootMeanSquare(values, own),
    };
  });
  const list = (name: keyof AngularStatistics): BinnedEstimate => ({
    edges,
    counts: bins.map(({ count }) => count),
    value: bins.map((bin) => bin[name].value),
    low: bins.map((bin) => bin[name].low),
    high: bins.map((bin) => bin[name].high),
  });
  return { resolution: list("resolution"), median: list("median"), mean: list("mean"), rms: list("rms") };
}
