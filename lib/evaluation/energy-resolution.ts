import { type BinnedEstimate, estimateInBins, fewestEvents } from "./binned-estimate.js";
import { quantileEstimate } from "./bootstrap.js";
import type { Estimate } from "./confidence-interval.js";
import type { BinEdges } from "./energy-bins.js";
import { oneSigma } from "./normal-distribution.js";
import { sortSample } from "./quantile.js";

/** Relative error (E_reco − E_true) / E_true of each event. */
export function relativeErrors(trueEnergyTeV: Float64Array, energyTeV: Float64Array): Float64Array {
  return energyTeV.map((energy, i) => energy / trueEnergyTeV[i]! - 1);
}

/** Median of the relative errors: the energy bias of pyirf. */
export function energyBias(errors: Float64Array, weights: Float64Array | null): Estimate {
  return quantileEstimate(sortSample(errors, weights), [0.5], ([median]) => median!);
}

/** Half the distance of the 15.9 and 84.1 % quantiles of the relative errors: the energy resolution of pyirf. */
export function energyResolution(errors: Float64Array, weights: Float64Array | null): Estimate {
  const levels = [(1 - oneSigma) / 2, (1 + oneSigma) / 2];
  return quantileEstimate(sortSample(errors, weights), levels, ([low, high]) => (high! - low!) / 2);
}

/** 68 % quantile of the absolute relative errors: the resolution about zero, with the bias in it. */
export function energyResolutionAboutZero(errors: Float64Array, weights: Float64Array | null): Estimate {
  const sample = sortSample(errors.map(Math.abs), weights);
  return quantileEstimate(sample, [oneSigma], ([radius]) => radius!);
}

/** Bias and resolution in bins of true energy. */
export interface BinnedEnergyResolution {
  readonly bias: BinnedEstimate;
  readonly resolution: BinnedEstimate;
  readonly resolutionAboutZero: BinnedEstimate;
}

/** Energy bias and resolutions versus true energy; bins with fewer than `minimum` events are NaN. */
export function energyResolutionByEnergy(
  edgesTeV: BinEdges,
  trueEnergyTeV: Float64Array,
  errors: Float64Array,
  weights: Float64Array | null,
  minimum: number = fewestEvents,
): BinnedEnergyResolution {
  const inBins = (estimate: typeof energyBias): BinnedEstimate =>
    estimateInBins(edgesTeV, trueEnergyTeV, errors, weights, estimate, minimum);
  return {
    bias: inBins(energyBias),
    resolution: inBins(energyResolution),
    resolutionAboutZero: inBins(energyResolutionAboutZero),
  };
}
