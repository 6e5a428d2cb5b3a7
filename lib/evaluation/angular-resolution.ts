import { quantileEstimate } from "./bootstrap.js";
import type { Estimate } from "./confidence-interval.js";
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
