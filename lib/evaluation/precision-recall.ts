import { RandomGenerator } from "../random/generator.js";
import { percentileInterval, replicas, seed } from "./bootstrap.js";
import { type Estimate, unknown } from "./confidence-interval.js";
import type { ScoredClasses } from "./scored-classes.js";

/** Share of true gammas among the accepted events against the share of gammas accepted, for a falling threshold. */
export interface PrecisionRecallCurve {
  readonly recall: readonly number[];
  readonly precision: readonly number[];
  /** Smallest accepted score. */
  readonly threshold: readonly number[];
}

/** Weight of signal and background with equal (or nearly equal) scores, from the highest score down. */
interface Step {
  readonly score: number;
  readonly signal: number;
  readonly background: number;
}

/** Steps at every distinct score, joined to at most `count` that hold about the same weight. */
function steps({ signal, background }: ScoredClasses, count: number): Step[] {
  const joined: Step[] = [];
  const least = (signal.total + background.total) / count;
  let s = signal.scores.length - 1;
  let b = background.scores.length - 1;
  let own = 0;
  let other = 0;
  while (s >= 0 || b >= 0) {
    const score = Math.max(
      signal.scores[s] ?? Number.NEGATIVE_INFINITY,
      background.scores[b] ?? Number.NEGATIVE_INFINITY,
    );
    for (; s >= 0 && signal.scores[s] === score; s--) own += signal.weights ? signal.weights[s]! : 1;
    for (; b >= 0 && background.scores[b] === score; b--) other += background.weights ? background.weights[b]! : 1;
    if (own + other >= least || (s < 0 && b < 0)) {
      joined.push({ score, signal: own, background: other });
      own = 0;
      other = 0;
    }
  }
  return joined;
}

/** Σ (R_n − R_{n−1}) P_n over the steps, as scikit-learn's average_precision_score. */
function area(list: readonly Step[]): number {
  let accepted = 0;
  let rejected = 0;
  let sum = 0;
  for (const { signal, background } of list) {
    accepted += signal;
    rejected += background;
    if (signal > 0) sum += (signal * accepted) / (accepted + rejected);
  }
  return accepted > 0 ? sum / accepted : Number.NaN;
}

/** Average precision with its 95 % interval by a Poisson bootstrap of at most 500 groups of scores; NaN without a class. */
export function averagePrecision(classes: ScoredClasses): Estimate {
  const { signal, background } = classes;
  if (!(signal.total > 0) || !(background.total > 0)) return unknown;
  const value = area(steps(classes, Number.POSITIVE_INFINITY));
  const groups = steps(classes, 500);
  const shift = value - area(groups);
  const [ofSignal, ofBackground] = [signal.effective / signal.total, background.effective / background.total];
  const random = new RandomGenerator(seed);
  const drawn = new Float64Array(replicas).map(
    () =>
      shift +
      area(
        groups.map((group) => ({
          score: group.score,
          signal: random.poisson(group.signal * ofSignal) / ofSignal,
          background: random.poisson(group.background * ofBackground) / ofBackground,
        })),
      ),
  );
  const { low, high } = percentileInterval(value, drawn);
  return { value, low: Math.max(0, low), high: Math.min(1, high) };
}

/** The curve in at most `points` points; empty when a class is. */
export function precisionRecallCurve(classes: ScoredClasses, points: number = 400): PrecisionRecallCurve {
  const recall: number[] = [];
  const precision: number[] = [];
  const threshold: number[] = [];
  if (classes.signal.total > 0 && classes.background.total > 0) {
    let accepted = 0;
    let rejected = 0;
    for (const { score, signal, background } of steps(classes, points)) {
      accepted += signal;
      rejected += background;
      recall.push(accepted / classes.signal.total);
      precision.push(accepted / (accepted + rejected));
      threshold.push(score);
    }
  }
  return { recall, precision, threshold };
}
