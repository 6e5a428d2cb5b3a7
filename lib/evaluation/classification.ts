import { countsEstimate } from "./bootstrap.js";
import { type Estimate, proportion } from "./confidence-interval.js";
import type { ConfusionMatrix } from "./confusion-matrix.js";

/** Figures of merit of a confusion matrix. */
export interface Classification {
  /** Share of events put in the right class. */
  readonly accuracy: Estimate;
  /** Mean of the shares of gammas and of background put in the right class. */
  readonly balancedAccuracy: Estimate;
  /** Accuracy of calling every event what the larger class is. */
  readonly baselineAccuracy: Estimate;
  /** Share of true gammas among the events taken for gammas. */
  readonly precision: Estimate;
  /** Share of gammas taken for gammas. */
  readonly recall: Estimate;
  /** Share of background taken for background. */
  readonly specificity: Estimate;
  /** Harmonic mean of precision and recall. */
  readonly f1: Estimate;
  /** Matthews' correlation coefficient. */
  readonly mcc: Estimate;
}

/**
 * Figures of merit; a share with an empty denominator is NaN.
 * @param scale effective events per unit of the matrix, for intervals of weighted events
 */
export function classification(matrix: ConfusionMatrix, scale: number = 1): Classification {
  const { truePositives: tp, falseNegatives: fn, falsePositives: fp, trueNegatives: tn } = matrix;
  const share = (part: number, whole: number): Estimate => proportion(part, whole, whole * scale);
  // F1 is a rising function of the share TP / (TP + FP + FN)
  const overlap = share(tp, tp + fp + fn);
  const harmonic = (value: number): number => (2 * value) / (1 + value);
  const counts = [tp, fn, fp, tn].map((count) => count * scale);
  return {
    accuracy: share(tp + tn, tp + tn + fp + fn),
    balancedAccuracy: countsEstimate(counts, ([a, b, c, d]) => (a! / (a! + b!) + d! / (c! + d!)) / 2),
    baselineAccuracy: share(Math.max(tp + fn, fp + tn), tp + tn + fp + fn),
    precision: share(tp, tp + fp),
    recall: share(tp, tp + fn),
    specificity: share(tn, tn + fp),
    f1: { value: harmonic(overlap.value), low: harmonic(overlap.low), high: harmonic(overlap.high) },
    mcc: countsEstimate(
      counts,
      ([a, b, c, d]) => (a! * d! - c! * b!) / Math.sqrt((a! + c!) * (a! + b!) * (d! + c!) * (d! + b!)),
    ),
  };
}
