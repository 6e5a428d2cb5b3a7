import type { ModelCard } from "../config/model-card.js";
import type { Task } from "../config/task.js";
import type { DirectionEvaluation, EnergyEvaluation, Evaluation, TypeEvaluation } from "../evaluation/evaluation.js";
import { angularResolution } from "../figures/angular-resolution.js";
import { angularResolutionBy } from "../figures/angular-resolution-by.js";
import { aucByEnergy } from "../figures/auc-by-energy.js";
import { calibration } from "../figures/calibration.js";
import { confusionMatrix } from "../figures/confusion-matrix.js";
import { containmentCurve } from "../figures/containment-curve.js";
import { directionArrows } from "../figures/direction-arrows.js";
import { directionBias } from "../figures/direction-bias.js";
import { directionResiduals } from "../figures/direction-residuals.js";
import { efficiencyCurve } from "../figures/efficiency-curve.js";
import { energyBias } from "../figures/energy-bias.js";
import { energyResiduals } from "../figures/energy-residuals.js";
import { energyResolution } from "../figures/energy-resolution.js";
import { fieldOfView } from "../figures/field-of-view.js";
import type { Figure } from "../figures/figure.js";
import { migrationMatrix } from "../figures/migration-matrix.js";
import { precisionRecallCurve } from "../figures/precision-recall-curve.js";
import { predictionScatter } from "../figures/prediction-scatter.js";
import { lst1Mono, type PublishedPerformance, sst1mMono, sst1mStereo } from "../figures/published-performance.js";
import { rocCurve } from "../figures/roc-curve.js";
import { scoreDistribution } from "../figures/score-distribution.js";
import type { OneOrMore } from "../figures/series.js";
import { thetaSquared } from "../figures/theta-squared.js";

/** Published curves of the telescopes that a model was trained on; none for telescopes without any. */
export function publishedFor(card: ModelCard | null): PublishedPerformance[] {
  if (!card) return [];
  const mono = card.reader.mode === "mono";
  if (card.telescopes.every(({ type }) => type.includes("SST_1M"))) return [mono ? sst1mMono : sst1mStereo];
  return card.telescopes.every(({ type }) => type.startsWith("LST")) && mono ? [lst1Mono] : [];
}

function isOne<E extends Evaluation>(evaluations: OneOrMore<E>): evaluations is E {
  return typeof (evaluations as Partial<Evaluation>).task === "string";
}

/** All figures of a task, of one evaluation or of several by name. */
export function taskFigures(
  task: Task,
  evaluations: OneOrMore<Evaluation>,
  published: readonly PublishedPerformance[],
): Figure[] {
  switch (task) {
    case "type": {
      const of = evaluations as OneOrMore<TypeEvaluation>;
      return [
        rocCurve(of),
        precisionRecallCurve(of),
        scoreDistribution(of),
        efficiencyCurve(of),
        confusionMatrix(of),
        calibration(of),
        calibration(of, "counts"),
        aucByEnergy(of),
      ];
    }
    case "energy": {
      const of = evaluations as OneOrMore<EnergyEvaluation>;
      return [
        migrationMatrix(of),
        ...(isOne(of) ? [predictionScatter(of)] : []),
        energyResolution(of, published),
        energyBias(of, published),
        energyResiduals(of),
      ];
    }
    case "cameradirection":
    case "skydirection": {
      const of = evaluations as OneOrMore<DirectionEvaluation>;
      return [
        angularResolution(of, published),
        containmentCurve(of),
        thetaSquared(of),
        directionResiduals(of),
        directionBias(of),
        angularResolutionBy("offset", of),
        angularResolutionBy("impact", of),
        angularResolutionBy("intensity", of),
        fieldOfView(of),
        ...(isOne(of) ? [directionArrows(of), predictionScatter(of)] : []),
      ];
    }
  }
}
