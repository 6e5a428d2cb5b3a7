import { type Estimate, meanEstimate } from "./confidence-interval.js";

/** Nearest to 0 and 1 that a probability may come, as scikit-learn clips it. */
const smallest = Number.EPSILON;

/** Mean of −ln of the probability that was given to the true class (cross entropy). */
export function logLoss(gammaness: Float64Array, isSignal: Uint8Array, weights: Float64Array | null): Estimate {
  const losses = gammaness.map((value, i) => {
    const share = Math.min(1 - smallest, Math.max(smallest, value));
    return -Math.log(isSignal[i] ? share : 1 - share);
  });
  return meanEstimate(losses, weights);
}
