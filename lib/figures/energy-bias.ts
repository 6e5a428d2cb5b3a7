import type { EnergyEvaluation } from "../evaluation/evaluation.js";
import { binnedCurve } from "./binned-curve.js";
import type { Figure } from "./figure.js";
import type { PublishedPerformance } from "./published-performance.js";
import { evaluationSeries, type OneOrMore } from "./series.js";

/** Median relative error of the energy in per cent in bins of true energy, with its 95 % interval as a band. */
export function energyBias(
  evaluations: OneOrMore<EnergyEvaluation>,
  published: readonly PublishedPerformance[] = [],
): Figure {
  const series = evaluationSeries(evaluations, ["energy"]);
  return binnedCurve(
    series.map((item) => ({ ...item, value: item.value.curves.byEnergy.bias })),
    {
      title: "Energy bias",
      of: { quantity: "True energy", unit: "TeV", log: true },
      quantity: "Median of (E<sub>reco</sub> − E<sub>true</sub>) / E<sub>true</sub>",
      unit: "%",
      scale: 100,
      baseline: 0,
      yaxis: { rangemode: "normal" },
    },
    published.map(({ name, edgesTeV, energyBias }) => ({ name, edges: edgesTeV, values: energyBias })),
  );
}
