import type { EnergyEvaluation } from "../evaluation/evaluation.js";
import { binnedCurve } from "./binned-curve.js";
import type { Figure } from "./figure.js";
import type { PublishedPerformance } from "./published-performance.js";
import { evaluationSeries, type OneOrMore } from "./series.js";

/**
 * Energy resolution in per cent (half width of the central 68 % of the relative errors) in bins of true energy, with
 * its 95 % interval as a band; of one evaluation or of several by name.
 */
export function energyResolution(
  evaluations: OneOrMore<EnergyEvaluation>,
  published: readonly PublishedPerformance[] = [],
): Figure {
  const series = evaluationSeries(evaluations, ["energy"]);
  return binnedCurve(
    series.map((item) => ({ ...item, value: item.value.curves.byEnergy.resolution })),
    {
      title: "Energy resolution",
      of: { quantity: "True energy", unit: "TeV", log: true },
      quantity: "Energy resolution (68 %)",
      unit: "%",
      scale: 100,
    },
    published.map(({ name, edgesTeV, energyResolution }) => ({ name, edges: edgesTeV, values: energyResolution })),
  );
}
