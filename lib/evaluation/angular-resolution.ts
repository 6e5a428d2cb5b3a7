import { type BinnedEstimate, estimateInBins, fewestEvents } from "./binned-estimate.js";
import { quantileEstimate } from "./bootstrap.js";
import type { Estimate } from "./confidence-interval.js";
import type { BinEdges } from "./energy-bins.js";
import { oneSigma } from "./normal-distribution.js";
import { sortSample } from "./quantile.js";

/**
 * Radius in degrees that contains the share `containment` of the separations between true and reconstructed direction;
 * by default the 68.27 % of pyirf.
 */
export function angularResolution(
  separationsDeg: Float64Array,
  weights: Float64Array | null,
  containment: number = oneSigma,
): Estimate {
  return quantileEstimate(sortSample(separationsDeg, weights), [containment], ([radius]) => radius!);
}

/** Angular resolution (deg) in bins of `of`: true energy in TeV or offset from the pointing in degrees. */
export function angularResolutionInBins(
  edges: BinEdges,
  of: Float64Array,
  separationsDeg: Float64Array,
  weights: Float64Array | null,
  minimum: number = fewestEvents,
): BinnedEstimate {
  const estimate = (values: Float64Array, own: Float64Array | null): Estimate => angularResolution(values, own);
  return estimateInBins(edges, of, separationsDeg, weights, estimate, minimum);
}
