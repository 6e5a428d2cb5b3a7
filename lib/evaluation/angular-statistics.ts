import { angularResolution } from "./angular-resolution.js";
import { type BinnedEstimate, estimateInBins } from "./binned-estimate.js";
import { sumsEstimate } from "./bootstrap.js";
import { type Estimate, meanEstimate } from "./confidence-interval.js";
import type { BinEdges } from "./energy-bins.js";

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
  const inBins = (estimate: typeof rootMeanSquare): BinnedEstimate =>
    estimateInBins(edges, of, thetaDeg, weights, estimate);
  return {
    resolution: inBins((values, own) => angularResolution(values, own)),
    median: inBins((values, own) => angularResolution(values, own, 0.5)),
    mean: inBins(meanEstimate),
    rms: inBins(rootMeanSquare),
  };
}
