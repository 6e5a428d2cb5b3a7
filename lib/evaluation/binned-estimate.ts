import { type Estimate, unknown } from "./confidence-interval.js";
import { type BinEdges, groupByBin } from "./energy-bins.js";
import { take } from "./predictions.js";

/** A quantity in bins of another: every list has one entry a bin, `edges` one more. */
export interface BinnedEstimate {
  readonly edges: BinEdges;
  /** Events in each bin. */
  readonly counts: readonly number[];
  /** NaN in bins with too few events; with them the limits of the 95 % interval. */
  readonly value: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Fewest events of a bin for which a spread is given. */
export const fewestEvents: number = 20;

/**
 * Applies `estimate` to the values of each bin.
 * @param of the quantity that is binned @param values what is estimated, event by event
 */
export function estimateInBins(
  edges: BinEdges,
  of: Float64Array,
  values: Float64Array,
  weights: Float64Array | null,
  estimate: (values: Float64Array, weights: Float64Array | null) => Estimate,
  minimum: number = fewestEvents,
): BinnedEstimate {
  const groups = groupByBin(edges, of);
  const estimates = groups.map((group) =>
    group.length < Math.max(1, minimum) ? unknown : estimate(take(values, group), weights && take(weights, group)),
  );
  return {
    edges,
    counts: groups.map((group) => group.length),
    value: estimates.map((item) => item.value),
    low: estimates.map((item) => item.low),
    high: estimates.map((item) => item.high),
  };
}
