import { type Estimate, proportion, unknown } from "./confidence-interval.js";
import { z95 } from "./normal-distribution.js";
import type { ScoredClass, ScoredClasses } from "./scored-classes.js";

/** For each score of `own` the weight of `other` with lower scores, ties counting half. */
function placements(own: ScoredClass, other: ScoredClass): Float64Array {
  const weight = (i: number): number => (other.weights ? other.weights[i]! : 1);
  const result = new Float64Array(own.scores.length);
  let lower = 0;
  let below = 0;
  for (let i = 0; i < result.length; i++) {
    const score = own.scores[i]!;
    while (lower < other.scores.length && other.scores[lower]! < score) below += weight(lower++);
    let tied = 0;
    for (let k = lower; k < other.scores.length && other.scores[k] === score; k++) tied += weight(k);
    // equal scores share one placement, so that long ties cost one scan only
    result[i] = below + tied / 2;
    while (i + 1 < result.length && own.scores[i + 1] === score) result[++i] = below + tied / 2;
  }
  return result;
}

/** Variance of the weighted mean of `values` around `mean`, corrected for the finite sample. */
function varianceOfMean(values: Float64Array, mean: number, scored: ScoredClass): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((scored.weights ? scored.weights[i]! : 1) * (values[i]! - mean)) ** 2;
  return (sum / scored.total ** 2) * (scored.effective / (scored.effective - 1));
}

/**
 * Area under the ROC curve, exactly: the share of (signal, background) pairs in which the signal has the higher score,
 * ties counting half. Interval of DeLong et al. (Biometrics 44 (1988) 837) on the logit scale, which keeps it in 0–1.
 * NaN when a class is empty.
 */
export function areaUnderRoc({ signal, background }: ScoredClasses): Estimate {
  if (!(signal.total > 0) || !(background.total > 0)) return unknown;
  const ofSignal = placements(signal, background).map((weight) => weight / background.total);
  const ofBackground = placements(background, signal).map((weight) => 1 - weight / signal.total);
  let auc = 0;
  for (let i = 0; i < ofSignal.length; i++) auc += (signal.weights ? signal.weights[i]! : 1) * ofSignal[i]!;
  auc /= signal.total;
  const smaller = Math.min(signal.effective, background.effective);
  if (smaller < 2) return { ...unknown, value: auc };
  const variance = varianceOfMean(ofSignal, auc, signal) + varianceOfMean(ofBackground, auc, background);
  if (!(variance > 0) || auc <= 0 || auc >= 1) return proportion(auc, 1, smaller);
  const logit = Math.log(auc / (1 - auc));
  const half = (z95 * Math.sqrt(variance)) / (auc * (1 - auc));
  const share = (value: number): number => 1 / (1 + Math.exp(-value));
  return { value: auc, low: share(logit - half), high: share(logit + half) };
}
