import { quantileEstimate } from "./bootstrap.js";
import type { Estimate } from "./confidence-interval.js";
import { oneSigma } from "./normal-distribution.js";
import { type SortedSample, sortSample } from "./quantile.js";

/** Radius in degrees that contains the share `containment` of a sorted sample of separations. */
export function containmentRadius(sample: SortedSample, containment: number = oneSigma): Estimate {
  return quantileEstimate(sample, [containment], ([radius]) => radius!);
}

/**
 * Radius in degrees that contains the share `containment` of the separations between true and reconstructed direction;
 * by default the 68.27 % of pyirf.
 */
export function angularResolution(
  separationsDeg: Float64Array,
  weights: Float64Array | null,
  containment: number = oneSigma,
): Estimate {
  return containmentRadius(sortSample(separationsDeg, weights), containment);
}
