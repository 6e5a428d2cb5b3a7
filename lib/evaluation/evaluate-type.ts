import { areaUnderRoc } from "./auc.js";
import { aucByEnergy } from "./auc-by-energy.js";
import { calibrationCurve } from "./calibration.js";
import { calibrationError } from "./calibration-error.js";
import { classification } from "./classification.js";
import { meanEstimate, proportion } from "./confidence-interval.js";
import { type ConfusionMatrix, confusionMatrix } from "./confusion-matrix.js";
import { efficiencyCurve } from "./efficiency.js";
import type { MetricValue, TypeEvaluation } from "./evaluation.js";
import { logLoss } from "./log-loss.js";
import { countParticles, gamma } from "./particle.js";
import { averagePrecision, precisionRecallCurve } from "./precision-recall.js";
import { type Predictions, take, takeWeights, usableRows } from "./predictions.js";
import { backgroundAtEfficiency, efficiencyAtRejection, rocCurve } from "./roc.js";
import { scoreDistribution } from "./score-distribution.js";
import { type ScoredClasses, scoredClasses } from "./scored-classes.js";

/** The events that tell how well gammas are told from background. */
interface TypeSample {
  readonly rows: Uint32Array;
  readonly gammaness: Float64Array;
  readonly isSignal: Uint8Array;
  readonly weights: Float64Array | null;
  readonly classes: ScoredClasses;
  readonly confusion: ConfusionMatrix;
}

function typeSample(predictions: Predictions): TypeSample {
  const column = predictions.gammaness ?? new Float64Array(predictions.rows).fill(Number.NaN);
  const rows = usableRows(predictions, [column]);
  const gammaness = take(column, rows);
  const weights = takeWeights(predictions, rows);
  const isSignal = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) isSignal[i] = predictions.trueParticle[rows[i]!] === gamma ? 1 : 0;
  const classes = scoredClasses(gammaness, isSignal, weights);
  return { rows, gammaness, isSignal, weights, classes, confusion: confusionMatrix(classes) };
}

function metricsOf({ gammaness, isSignal, weights, classes, confusion }: TypeSample): Record<string, MetricValue> {
  const { signal, background } = classes;
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
      description: "Share of events put in the right class at gammaness 0.5; compare it with the next.",
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
  return metrics;
}

/** The metrics of `evaluateType` alone. */
export function typeMetrics(predictions: Predictions): Record<string, MetricValue> {
  return metricsOf(typeSample(predictions));
}

/** How well gammas are told from everything else: signal is particle 0, background every other particle. */
export function evaluateType(predictions: Predictions): TypeEvaluation {
  const sample = typeSample(predictions);
  const { rows, gammaness, isSignal, weights, classes, confusion } = sample;
  const trueEnergyTeV = take(predictions.trueEnergyTeV, rows);
  return {
    task: "type",
    level: predictions.level,
    events: rows.length,
    rejected: predictions.rows - rows.length,
    particles: countParticles(predictions.trueParticle, rows),
    particle: "all",
    metrics: metricsOf(sample),
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
