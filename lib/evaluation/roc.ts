import { passing, type ScoredClass, type ScoredClasses } from "./scored-classes.js";

/** Shares that pass a falling threshold: from (0, 0) to (1, 1). */
export interface RocCurve {
  /** Share of background accepted. */
  readonly falsePositiveRate: readonly number[];
  /** Share of signal accepted. */
  readonly truePositiveRate: readonly number[];
  /** Smallest accepted score; the first is 1 above the highest score of all. */
  readonly threshold: readonly number[];
}

/**
 * ROC curve at every distinct score, thinned to about `points` points that lie evenly along the curve. Empty when a
 * class is.
 */
export function rocCurve({ signal, background }: ScoredClasses, points: number = 400): RocCurve {
  const falsePositiveRate: number[] = [];
  const truePositiveRate: number[] = [];
  const threshold: number[] = [];
  if (!(signal.total > 0) || !(background.total > 0)) return { falsePositiveRate, truePositiveRate, threshold };
  let s = signal.scores.length - 1;
  let b = background.scores.length - 1;
  let x = 0;
  let y = 0;
  let kept = 0;
  const keep = (score: number): void => {
    falsePositiveRate.push(Math.min(1, x / background.total));
    truePositiveRate.push(Math.min(1, y / signal.total));
    threshold.push(score);
    kept = x / background.total + y / signal.total;
  };
  const weight = (scored: ScoredClass, i: number): number => (scored.weights ? scored.weights[i]! : 1);
  const top = Math.max(signal.scores[s]!, background.scores[b]!);
  keep(top + 1);
  while (s >= 0 || b >= 0) {
    const score = Math.max(
      s >= 0 ? signal.scores[s]! : Number.NEGATIVE_INFINITY,
      b >= 0 ? background.scores[b]! : Number.NEGATIVE_INFINITY,
    );
    while (s >= 0 && signal.scores[s] === score) y += weight(signal, s--);
    while (b >= 0 && background.scores[b] === score) x += weight(background, b--);
    const done = s < 0 && b < 0;
    if (done || x / background.total + y / signal.total - kept >= 2 / points) keep(score);
  }
  return { falsePositiveRate, truePositiveRate, threshold };
}

/** Largest signal efficiency at which at least the share `rejection` of the background is rejected, and its cut. */
export function efficiencyAtRejection(
  { signal, background }: ScoredClasses,
  rejection: number,
): { efficiency: number; cut: number } {
  if (!(signal.total > 0) || !(background.total > 0)) return { efficiency: Number.NaN, cut: Number.NaN };
  const allowed = (1 - rejection) * background.total * (1 + 1e-12);
  let accepted = 0;
  let b = background.scores.length - 1;
  // the highest background score that may not pass any more; equal scores pass or fail together
  while (b >= 0) {
    const score = background.scores[b]!;
    let tied = 0;
    let next = b;
    for (; next >= 0 && background.scores[next] === score; next--) {
      tied += background.weights ? background.weights[next]! : 1;
    }
    if (accepted + tied > allowed) break;
    accepted += tied;
    b = next;
  }
  const limit = b >= 0 ? background.scores[b]! : Number.NEGATIVE_INFINITY;
  let passed = 0;
  let cut = Number.POSITIVE_INFINITY;
  for (let s = signal.scores.length - 1; s >= 0 && signal.scores[s]! > limit; s--) {
    passed += signal.weights ? signal.weights[s]! : 1;
    cut = signal.scores[s]!;
  }
  return { efficiency: passed / signal.total, cut };
}

/** Smallest share of background that the cut which keeps at least the share `wanted` of the signal lets through. */
export function backgroundAtEfficiency(
  { signal, background }: ScoredClasses,
  wanted: number,
): { efficiency: number; cut: number } {
  if (!(signal.total > 0) || !(background.total > 0)) return { efficiency: Number.NaN, cut: Number.NaN };
  const needed = wanted * signal.total * (1 - 1e-12);
  let kept = 0;
  let cut = Number.POSITIVE_INFINITY;
  for (let s = signal.scores.length - 1; s >= 0 && kept < needed; s--) {
    kept += signal.weights ? signal.weights[s]! : 1;
    cut = signal.scores[s]!;
  }
  return { efficiency: passing(background, cut) / background.total, cut };
}
