import type { DirectionEvaluation } from "../evaluation/evaluation.js";
import { binnedCurve } from "./binned-curve.js";
import type { Figure } from "./figure.js";
import type { PublishedPerformance } from "./published-performance.js";
import { evaluationSeries, type OneOrMore } from "./series.js";

/** Angular resolution (68 % containment radius, deg) in bins of true energy, with its 95 % interval as a band. */
export function angularResolution(
  evaluations: OneOrMore<DirectionEvaluation>,
  published: readonly PublishedPerformance[] = [],
): Figure {
  const series = evaluationSeries(evaluations, ["cameradirection", "skydirection"]);
  return binnedCurve(
    series.map((item) => ({ ...item, value: item.value.curves.byEnergy })),
    {
      title: "Angular resolution",
      of: { quantity: "True energy", unit: "TeV", log: true },
      quantity: "Angular resolution (68 %)",
      unit: "deg",
      scale: 1,
    },
    published.map(({ name, edgesTeV, angularResolutionDeg }) => ({
      name,
      edges: edgesTeV,
      values: angularResolutionDeg,
    })),
  );
}
