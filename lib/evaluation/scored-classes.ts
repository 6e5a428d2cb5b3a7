import { effectiveCount } from "./confidence-interval.js";

/** Gammaness of the two classes, each sorted ascending with its weights. */
export interface ScoredClasses {
  readonly signal: ScoredClass;
  readonly background: ScoredClass;
}

export interface ScoredClass {
  /** Ascending. */
  readonly scores: Float64Array;
  /** Weights in the same order; null when all are 1. */
  readonly weights: Float64Array | null;
  /** Sum of the weights. */
  readonly total: number;
  /** Effective number of events. */
  readonly effective: number;
}

function scoredClass(scores: Float64Array, weights: Float64Array | null): ScoredClass {
  if (!weights) return { scores: scores.sort(), weights, total: scores.length, effective: scores.length };
  const order = new Uint32Array(scores.length).map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  const sorted = Float64Array.from(order, (i) => weights[i]!);
  return {
    scores: Float64Array.from(order, (i) => scores[i]!),
    weights: sorted,
    total: sorted.reduce((sum, weight) => sum + weight, 0),
    effective: effectiveCount(sorted),
  };
}

/** @param isSignal 1 for signal, 0 for background */
export function scoredClasses(
  scores: Float64Array,
  isSignal: Uint8Array,
  weights: Float64Array | null = null,
): ScoredClasses {
  const of = (wanted: number): ScoredClass => {
    const chosen = (_: number, i: number): boolean => isSignal[i] === wanted;
    return scoredClass(scores.filter(chosen), weights?.filter(chosen) ?? null);
  };
  return { signal: of(1), background: of(0) };
}

/** Sum of the weights with a score of at least `cut`. */
export function passing(scored: ScoredClass, cut: number): number {
  const { scores, weights } = scored;
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (scores[middle]! < cut) low = middle + 1;
    else high = middle;
  }
  if (!weights) return scores.length - low;
  let sum = 0;
  for (let i = low; i < scores.length; i++) sum += weights[i]!;
  return sum;
}
