import { quantileEstimate } from "./bootstrap.js";
import type { Estimate } from "./confidence-interval.js";
import { oneSigma } from "./normal-distribution.js";
import type { SortedSample } from "./quantile.js";

/**
 * Radius in degrees that contains the share `containment` of the separations between true and reconstructed direction;
 * by default the 68.27 % of pyirf: the angular resolution.
 */
export function containmentRadius(sample: SortedSample, containment: number = oneSigma): Estimate {
  return quantileEstimate(sample, [containment], ([radius]) => radius!);
}
