import { areaUnderRoc } from "./auc.js";
import { aucByEnergy } from "./auc-by-energy.js";
import { calibrationCurve } from "./calibration.js";
import { calibrationError } from "./calibration-error.js";
import { classification } from "./classification.js";
import { meanEstimate, proportion } from "./confidence-interval.js";
import { confusionMatrix } from "./confusion-matrix.js";
import { efficiencyCurve } from "./efficiency.js";
import type { MetricValue, TypeEvaluation } from "./evaluation.js";
import { logLoss } from "./log-loss.js";
import { countParticles, gamma } from "./particle.js";
import { averagePrecision, precisionRecallCurve } from "./precision-recall.js";
import { type Predictions, take, takeWeights, usableRows } from "./predictions.js";
import { backgroundAtEfficiency, efficiencyAtRejection, rocCurve } from "./roc.js";
import { scoreDistribution } from "./score-distribution.js";
import { scoredClasses } from "./scored-classes.js";

/** How well gammas are told from everything else: signal is particle 0, background every other particle. */
export function evaluateType(predictions: Predictions): TypeEvaluation {
  const column = predictions.gammaness ?? new Float64Array(predictions.rows).fill(Number.NaN);
  const rows = usableRows(predictions, [column]);
  const gammaness = take(column, rows);
  const weights = takeWeights(predictions, rows);
  const trueEnergyTeV = take(predictions.trueEnergyTeV, rows);
  const isSignal = Uint8Array.from(rows, (row) => (predictions.trueParticle[row] === gamma ? 1 : 0));
  const classes = scoredClasses(gammaness, isSignal, weights);
  const { signal, background } = classes;
  const confusion = confusionMatrix(classes);
  const total = signal.total + background.total;
  const merits = classification(confusion, total > 0 ? (signal.effective + background.effective) / total : 1);
  const squares = gammaness.map((value, i) => (value - isSignal[i]!) ** 2);

  const metrics: Record<string, MetricValue> = {
    auc: {
      ...areaUnderRoc(classes),
      unit: "",
      better: "higher",
      description: "Area under the ROC curve: chance that a gamma has a higher gammaness than a background event.",
    },
    accuracy: {
      ...merits.accuracy,
      unit: "",
      better: "higher",
      description: "Share of events put in the right class at gammaness 0.5; compare it with baselineAccuracy.",
    },
    balancedAccuracy: {
      ...merits.balancedAccuracy,
      unit: "",
      better: "higher",
      description: "Mean of the shares of gammas and of background put in the right class at gammaness 0.5.",
    },
    baselineAccuracy: {
      ...merits.baselineAccuracy,
      unit: "",
      better: "lower",
      description: "Accuracy of always naming the more frequent class, without looking at the image.",
    },
    precision: {
      ...merits.precision,
      unit: "",
      better: "higher",
      description: "Share of true gammas among events with gammaness ≥ 0.5.",
    },
    recall: {
      ...merits.recall,
      unit: "",
      better: "higher",
      description: "Share of gammas with gammaness ≥ 0.5.",
    },
    specificity: {
      ...merits.specificity,
      unit: "",
      better: "higher",
      description: "Share of background with gammaness < 0.5.",
    },
    f1: {
      ...merits.f1,
      unit: "",
      better: "higher",
      description: "Harmonic mean of precision and recall at gammaness 0.5.",
    },
    mcc: {
      ...merits.mcc,
      unit: "",
      better: "higher",
      description: "Matthews' correlation of true and assigned class at gammaness 0.5; 0 for guessing.",
    },
    brier: {
      ...meanEstimate(squares, weights),
      unit: "",
      better: "lower",
      description: "Mean squared difference of gammaness and class (1 gamma, 0 background).",
    },
    logLoss: {
      ...logLoss(gammaness, isSignal, weights),
      unit: "",
      better: "lower",
      description: "Mean of −ln of the probability given to the true class (cross entropy).",
    },
    calibrationError: {
      ...calibrationError(gammaness, isSignal, weights),
      unit: "",
      better: "lower",
      description: "Expected calibration error: mean distance of gammaness and share of gammas in 20 bins.",
    },
    averagePrecision: {
      ...averagePrecision(classes),
      unit: "",
      better: "higher",
      description: "Area under the precision–recall curve; it depends on the share of gammas in the events.",
    },
  };
  for (const percent of [70, 80, 90]) {
    const { efficiency } = backgroundAtEfficiency(classes, percent / 100);
    metrics[`backgroundEfficiency${percent}`] = {
      ...proportion(efficiency * background.total, background.total, background.effective),
      value: efficiency,
      unit: "",
      better: "lower",
      description: `Share of background kept by the cut that keeps ${percent} % of the gammas.`,
    };
  }
  for (const percent of [90, 99]) {
    const { efficiency } = efficiencyAtRejection(classes, percent / 100);
    metrics[`gammaEfficiency${percent}`] = {
      ...proportion(efficiency * signal.total, signal.total, signal.effective),
      value: efficiency,
      unit: "",
      better: "higher",
      description: `Share of gammas kept by the cut that rejects ${percent} % of the background.`,
    };
  }

  return {
    task: "type",
    level: predictions.level,
    events: rows.length,
    rejected: predictions.rows - rows.length,
    particles: countParticles(predictions.trueParticle, rows),
    particle: "all",
    metrics,
    curves: {
      roc: rocCurve(classes),
      scores: scoreDistribution(classes),
      efficiency: efficiencyCurve(classes),
      precisionRecall: precisionRecallCurve(classes),
      calibration: calibrationCurve(gammaness, isSignal),
      calibrationEqualCounts: calibrationCurve(gammaness, isSignal, "counts"),
      confusion,
      aucByEnergy: aucByEnergy(trueEnergyTeV, gammaness, isSignal, weights),
    },
  };
}
