import { sumsEstimate } from "./bootstrap.js";
import { type Estimate, unknown } from "./confidence-interval.js";
import { z95 } from "./normal-distribution.js";

/** Share of `sorted` below `value`, equal ones counting half. */
function shareBelow(sorted: Float64Array, value: number): number {
  const first = (above: boolean): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value || (above && sorted[middle] === value)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return (first(false) + first(true)) / (2 * sorted.length);
}

/**
 * For each signal event the share of the background with a lower score, for each background event the share of the
 * signal with a higher one. Their mean over either class is the area under the ROC curve. NaN for a score that is NaN.
 */
export function rocPlacements(scores: Float64Array, isSignal: Uint8Array): Float64Array {
  const of = (wanted: number): Float64Array => {
    const own = new Float64Array(scores.length);
    let count = 0;
    for (let i = 0; i < scores.length; i++) {
      if (isSignal[i] === wanted && !Number.isNaN(scores[i]!)) own[count++] = scores[i]!;
    }
    return own.subarray(0, count).sort();
  };
  const [background, signal] = [of(0), of(1)];
  return scores.map((score, i) => {
    if (Number.isNaN(score)) return Number.NaN;
    return isSignal[i] ? shareBelow(background, score) : 1 - shareBelow(signal, score);
  });
}

/** a − b of the events that are wanted and that both have. */
function differences(a: Float64Array, b: Float64Array, wanted: (i: number) => boolean): Float64Array {
  const found = new Float64Array(a.length);
  let count = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    if (Number.isFinite(difference) && wanted(i)) found[count++] = difference;
  }
  return found.subarray(0, count);
}

/**
 * Mean of a − b over the events that both have, with its 95 % interval by a paired bootstrap: what all events share
 * cancels, so that small differences show. Entries that are NaN are left out.
 */
export function pairedDifference(a: Float64Array, b: Float64Array): Estimate {
  const both = differences(a, b, () => true);
  return sumsEstimate(
    both.length,
    2,
    (i, sums) => {
      sums[0]! += 1;
      sums[1]! += both[i]!;
    },
    ([count, sum]) => sum! / count!,
  );
}

function meanAndVariance(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1) / values.length };
}

/**
 * Difference of two areas under ROC curves of the same events with its 95 % interval (DeLong et al., Biometrics 44
 * (1988) 837), from their `rocPlacements`.
 */
export function aucDifference(a: Float64Array, b: Float64Array, isSignal: Uint8Array): Estimate {
  const signal = differences(a, b, (i) => isSignal[i] === 1);
  const background = differences(a, b, (i) => isSignal[i] !== 1);
  if (signal.length < 2 || background.length < 2) return unknown;
  const ofSignal = meanAndVariance(signal);
  const half = z95 * Math.sqrt(ofSignal.variance + meanAndVariance(background).variance);
  return { value: ofSignal.mean, low: ofSignal.mean - half, high: ofSignal.mean + half };
}
