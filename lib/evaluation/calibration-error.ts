import { sumsEstimate } from "./bootstrap.js";
import type { Estimate } from "./confidence-interval.js";

const bins = 20;

/**
 * Expected calibration error (Naeini et al., AAAI 2015): mean over the events of the distance between the mean gammaness
 * and the share of gammas in their bin, in 20 bins of equal width.
 */
export function calibrationError(
  gammaness: Float64Array,
  isSignal: Uint8Array,
  weights: Float64Array | null,
): Estimate {
  const add = (i: number, sums: Float64Array): void => {
    const weight = weights ? weights[i]! : 1;
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(gammaness[i]! * bins)));
    sums[bin]! += weight * (gammaness[i]! - isSignal[i]!);
    sums[bins]! += weight;
  };
  const { value, low, high } = sumsEstimate(gammaness.length, bins + 1, add, (sums) => {
    let distance = 0;
    for (let bin = 0; bin < bins; bin++) distance += Math.abs(sums[bin]!);
    return distance / sums[bins]!;
  });
  // a sum of distances grows with the noise that resampling adds: the interval keeps its width and is centred
  const half = (high - low) / 2;
  return { value, low: Math.max(0, value - half), high: value + half };
}
