import type { DirectionEvaluation } from "../evaluation/evaluation.js";
import { binnedCurve } from "./binned-curve.js";
import type { Figure } from "./figure.js";
import { evaluationSeries, type OneOrMore } from "./series.js";

/** Angular resolution (68 % containment radius, deg) in bins of the true offset from the pointing. */
export function angularResolutionByOffset(evaluations: OneOrMore<DirectionEvaluation>): Figure {
  const series = evaluationSeries(evaluations, ["cameradirection", "skydirection"]);
  return binnedCurve(
    series.map((item) => ({ ...item, value: item.value.curves.byOffset })),
    {
      title: "Angular resolution across the field of view",
      of: { quantity: "True offset from the pointing", unit: "deg", log: false },
      quantity: "Angular resolution (68 %)",
      unit: "deg",
      scale: 1,
    },
  );
}
