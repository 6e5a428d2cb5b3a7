import { passing, type ScoredClasses } from "./scored-classes.js";

/** Events (sums of weights) by true class and by whether the gammaness is at least `cut`. */
export interface ConfusionMatrix {
  readonly cut: number;
  /** Gammas taken for gammas. */
  readonly truePositives: number;
  /** Gammas taken for background. */
  readonly falseNegatives: number;
  /** Background taken for gammas. */
  readonly falsePositives: number;
  /** Background taken for background. */
  readonly trueNegatives: number;
}

export function confusionMatrix({ signal, background }: ScoredClasses, cut: number = 0.5): ConfusionMatrix {
  const truePositives = passing(signal, cut);
  const falsePositives = passing(background, cut);
  return {
    cut,
    truePositives,
    falseNegatives: signal.total - truePositives,
    falsePositives,
    trueNegatives: background.total - falsePositives,
  };
}
