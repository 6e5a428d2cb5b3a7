import { areaUnderRoc } from "./auc.js";
import { type BinnedEstimate, fewestEvents } from "./binned-estimate.js";
import { unknown } from "./confidence-interval.js";
import { groupByBin, logEnergyEdges } from "./energy-bins.js";
import { take } from "./predictions.js";
import { scoredClasses } from "./scored-classes.js";

/**
 * Area under the ROC curve of the events in each bin of true energy, 5 bins a decade; `counts` are those of the smaller
 * class, and bins where it has fewer than `minimum` events are NaN.
 */
export function aucByEnergy(
  trueEnergyTeV: Float64Array,
  gammaness: Float64Array,
  isSignal: Uint8Array,
  weights: Float64Array | null,
  minimum: number = fewestEvents,
): BinnedEstimate {
  const edges = logEnergyEdges(trueEnergyTeV);
  const bins = groupByBin(edges, trueEnergyTeV).map((group) => {
    const classes = Uint8Array.from(group, (i) => isSignal[i]!);
    const signal = classes.reduce((sum, value) => sum + value, 0);
    const count = Math.min(signal, group.length - signal);
    if (count < Math.max(1, minimum)) return { ...unknown, count };
    const scored = scoredClasses(take(gammaness, group), classes, weights && take(weights, group));
    return { ...areaUnderRoc(scored), count };
  });
  return {
    edges,
    counts: bins.map((bin) => bin.count),
    value: bins.map((bin) => bin.value),
    low: bins.map((bin) => bin.low),
    high: bins.map((bin) => bin.high),
  };
}
