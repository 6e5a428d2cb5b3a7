import { type BinnedEstimate, fewestEvents } from "./binned-estimate.js";
import { quantileEstimate } from "./bootstrap.js";
import { type Estimate, unknown } from "./confidence-interval.js";
import { type BinEdges, groupByBin } from "./energy-bins.js";
import { oneSigma } from "./normal-distribution.js";
import { take } from "./predictions.js";
import { type SortedSample, sortSample } from "./quantile.js";

/** Relative error (E_reco − E_true) / E_true of each event. */
export function relativeErrors(trueEnergyTeV: Float64Array, energyTeV: Float64Array): Float64Array {
  const errors = new Float64Array(energyTeV.length);
  for (let i = 0; i < errors.length; i++) errors[i] = energyTeV[i]! / trueEnergyTeV[i]! - 1;
  return errors;
}

/** Median of the sorted relative errors: the energy bias of pyirf. */
export function energyBias(errors: SortedSample): Estimate {
  return quantileEstimate(errors, [0.5], ([median]) => median!);
}

/** Half the distance of the 15.9 and 84.1 % quantiles of the sorted relative errors: the energy resolution of pyirf. */
export function energyResolution(errors: SortedSample): Estimate {
  const levels = [(1 - oneSigma) / 2, (1 + oneSigma) / 2];
  return quantileEstimate(errors, levels, ([low, high]) => (high! - low!) / 2);
}

/** Absolute values of a sorted sample of equal weights, sorted: its two halves are merged from zero outwards. */
function absoluteSample({ values, effective }: SortedSample): SortedSample {
  let above = values.findIndex((value) => value >= 0);
  if (above < 0) above = values.length;
  let below = above - 1;
  const merged = new Float64Array(values.length);
  for (let i = 0; i < merged.length; i++) {
    const takeBelow = below >= 0 && (above >= values.length || -values[below]! <= values[above]!);
    merged[i] = takeBelow ? -values[below--]! : values[above++]!;
  }
  return { values: merged, places: null, effective };
}

/** Bias and the two resolutions of some relative errors. */
export interface ErrorSpread {
  readonly bias: Estimate;
  readonly resolution: Estimate;
  /** 68 % quantile of the absolute relative errors: the resolution about zero, with the bias in it. */
  readonly resolutionAboutZero: Estimate;
}

/** All three of relative errors that are sorted once. */
export function errorSpread(errors: Float64Array, weights: Float64Array | null): ErrorSpread {
  const sample = sortSample(errors, weights);
  const absolute = weights ? sortSample(errors.map(Math.abs), weights) : absoluteSample(sample);
  return {
    bias: energyBias(sample),
    resolution: energyResolution(sample),
    resolutionAboutZero: quantileEstimate(absolute, [oneSigma], ([radius]) => radius!),
  };
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
  const groups = groupByBin(edgesTeV, trueEnergyTeV);
  const bins = groups.map((group): ErrorSpread => {
    if (group.length < Math.max(1, minimum))
      return { bias: unknown, resolution: unknown, resolutionAboutZero: unknown };
    return errorSpread(take(errors, group), weights && take(weights, group));
  });
  const list = (name: keyof ErrorSpread): BinnedEstimate => ({
    edges: edgesTeV,
    counts: groups.map((group) => group.length),
    value: bins.map((bin) => bin[name].value),
    low: bins.map((bin) => bin[name].low),
    high: bins.map((bin) => bin[name].high),
  });
  return { bias: list("bias"), resolution: list("resolution"), resolutionAboutZero: list("resolutionAboutZero") };
}
