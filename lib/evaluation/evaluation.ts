import type { Task } from "../config/task.js";
import type { AngularStatistics } from "./angular-statistics.js";
import type { BinnedEstimate } from "./binned-estimate.js";
import type { CalibrationCurve } from "./calibration.js";
import type { ConfusionMatrix } from "./confusion-matrix.js";
import type { DirectionResiduals } from "./direction-residuals.js";
import type { EfficiencyCurve } from "./efficiency.js";
import type { BinnedEnergyResolution } from "./energy-resolution.js";
import type { EventSample } from "./event-sample.js";
import type { FieldErrors } from "./field-errors.js";
import type { Histogram, Histogram2d } from "./histogram.js";
import type { MigrationMatrix } from "./migration-matrix.js";
import type { PrecisionRecallCurve } from "./precision-recall.js";
import type { RocCurve } from "./roc.js";
import type { ScoreDistribution } from "./score-distribution.js";

/** One number of an evaluation with its 95 % interval; NaN (null in JSON) when the events do not determine it. */
export interface MetricValue {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** `deg`, `TeV`, …; empty for pure numbers. */
  readonly unit: string;
  /** One sentence that defines the number. */
  readonly description: string;
  /** What is better; `zero`: the smaller absolute value. */
  readonly better: "higher" | "lower" | "zero";
  /** What earlier CTLearn-based reports showed under this or a like name, by their formula. */
  readonly legacy?: { readonly value: number; readonly description: string };
}

/** What all evaluations tell. Plain data: `JSON.stringify` keeps everything but NaN, which becomes null. */
interface EvaluationOfTask<T extends Task, Curves> {
  readonly task: T;
  readonly level: "telescope" | "subarray";
  /** Events with a valid prediction and a finite truth; all of `particle`. */
  readonly events: number;
  /** Rows that were left out because prediction or truth is missing. */
  readonly rejected: number;
  /** Usable events of each particle. */
  readonly particles: Readonly<Record<string, number>>;
  /** Events behind the metrics: gammas alone, or all when there is no gamma (always all for `type`). */
  readonly particle: "gamma" | "all";
  readonly metrics: Readonly<Record<string, MetricValue>>;
  readonly curves: Curves;
}

export interface TypeCurves {
  readonly roc: RocCurve;
  readonly scores: ScoreDistribution;
  readonly efficiency: EfficiencyCurve;
  readonly precisionRecall: PrecisionRecallCurve;
  readonly calibration: CalibrationCurve;
  /** The same in bins with equal counts. */
  readonly calibrationEqualCounts: CalibrationCurve;
  readonly confusion: ConfusionMatrix;
  readonly aucByEnergy: BinnedEstimate;
}

export interface EnergyCurves {
  readonly migration: MigrationMatrix;
  /** In 5 bins of true energy a decade. */
  readonly byEnergy: BinnedEnergyResolution;
  /** Some events: true and reconstructed energy, TeV. */
  readonly sample: EventSample;
  /** Relative error (E_reco − E_true) / E_true, −1 … 2. */
  readonly residuals: Histogram;
}

export interface DirectionCurves {
  /** 68 % containment radius (deg) in 5 bins of true energy (TeV) a decade. */
  readonly byEnergy: BinnedEstimate;
  /** 68 % containment radius (deg) in bins of 0.5° of the true offset from the pointing. */
  readonly byOffset: BinnedEstimate;
  /** Mean, median, 68 % containment and RMS in bins of each quantity that the predictions have. */
  readonly statistics: {
    /** True energy, TeV. */
    readonly energy: AngularStatistics;
    /** True offset from the pointing, deg. */
    readonly offset: AngularStatistics;
    /** Impact distance, m, in bins of 50 m. */
    readonly impact?: AngularStatistics;
    /** Charge of the image, p.e., in 5 bins a decade. */
    readonly intensity?: AngularStatistics;
  };
  /** Squared separation, deg². */
  readonly thetaSquared: Histogram;
  readonly residuals: DirectionResiduals;
  /** Events over the reconstructed longitude (x) and latitude (y) from the pointing, deg. */
  readonly fieldOfView: Histogram2d;
  /** Mean error in the cells of the field of view. */
  readonly fieldErrors: FieldErrors;
  /** Some events: true and reconstructed longitude and latitude from the pointing, deg. */
  readonly sample: { readonly longitude: EventSample; readonly latitude: EventSample };
}

export type TypeEvaluation = EvaluationOfTask<"type", TypeCurves>;
export type EnergyEvaluation = EvaluationOfTask<"energy", EnergyCurves>;
export type DirectionEvaluation = EvaluationOfTask<"cameradirection" | "skydirection", DirectionCurves>;
export type Evaluation = TypeEvaluation | EnergyEvaluation | DirectionEvaluation;
