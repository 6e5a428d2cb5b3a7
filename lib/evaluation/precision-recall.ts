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

/** Calls `step` at every distinct score from the highest down, with the weight of both classes that have it. */
function eachScore(
  { signal, background }: ScoredClasses,
  step: (score: number, signal: number, background: number, last: boolean) => void,
): void {
  let s = signal.scores.length - 1;
  let b = background.scores.length - 1;
  while (s >= 0 || b >= 0) {
    const above = s >= 0 ? signal.scores[s]! : Number.NEGATIVE_INFINITY;
    const below = b >= 0 ? background.scores[b]! : Number.NEGATIVE_INFINITY;
    const score = above > below ? above : below;
    let own = 0;
    let other = 0;
    for (; s >= 0 && signal.scores[s] === score; s--) own += signal.weights ? signal.weights[s]! : 1;
    for (; b >= 0 && background.scores[b] === score; b--) other += background.weights ? background.weights[b]! : 1;
    step(score, own, other, s < 0 && b < 0);
  }
}

/** Steps at the distinct scores, joined to at most `count` that hold about the same weight. */
function steps(classes: ScoredClasses, count: number): Step[] {
  const joined: Step[] = [];
  const least = (classes.signal.total + classes.background.total) / count;
  let own = 0;
  let other = 0;
  eachScore(classes, (score, signal, background, last) => {
    own += signal;
    other += background;
    if (own + other < least && !last) return;
    joined.push({ score, signal: own, background: other });
    own = 0;
    other = 0;
  });
  return joined;
}

/** Adds up Σ (R_n − R_{n−1}) P_n step by step, as scikit-learn's average_precision_score. */
class PrecisionArea {
  private accepted = 0;
  private rejected = 0;
  private sum = 0;

  add(signal: number, background: number): void {
    this.accepted += signal;
    this.rejected += background;
    if (signal > 0) this.sum += (signal * this.accepted) / (this.accepted + this.rejected);
  }

  get value(): number {
    return this.accepted > 0 ? this.sum / this.accepted : Number.NaN;
  }
}

/** Average precision with its 95 % interval by a Poisson bootstrap of at most 500 groups of scores; NaN without a class. */
export function averagePrecision(classes: ScoredClasses): Estimate {
  const { signal, background } = classes;
  if (!(signal.total > 0) || !(background.total > 0)) return unknown;
  const exact = new PrecisionArea();
  eachScore(classes, (_, own, other) => exact.add(own, other));
  const { value } = exact;
  const groups = steps(classes, 500);
  const coarse = new PrecisionArea();
  for (const group of groups) coarse.add(group.signal, group.background);
  const shift = value - coarse.value;
  const [ofSignal, ofBackground] = [signal.effective / signal.total, background.effective / background.total];
  const random = new RandomGenerator(seed);
  const drawn = new Float64Array(replicas).map(() => {
    const area = new PrecisionArea();
    for (const group of groups) {
      const own = random.poisson(group.signal * ofSignal) / ofSignal;
      area.add(own, random.poisson(group.background * ofBackground) / ofBackground);
    }
    return shift + area.value;
  });
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
