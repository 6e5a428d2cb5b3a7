import type { TypeEvaluation } from "../evaluation/evaluation.js";
import { binnedCurve } from "./binned-curve.js";
import type { Figure } from "./figure.js";
import { evaluationSeries, type OneOrMore } from "./series.js";

/** Area under the ROC curve in bins of true energy; the counts are those of the smaller class. */
export function aucByEnergy(evaluations: OneOrMore<TypeEvaluation>): Figure {
  const series = evaluationSeries(evaluations, ["type"]);
  return binnedCurve(
    series.map((item) => ({ ...item, value: item.value.curves.aucByEnergy })),
    {
      title: "Separation by energy",
      of: { quantity: "True energy", unit: "TeV", log: true },
      quantity: "Area under the ROC curve",
      unit: "",
      scale: 1,
      baseline: 0.5,
      yaxis: { rangemode: "normal", range: [0.4, 1.01] },
    },
  );
}
