import { linearEdges } from "./histogram.js";
import { passing, type ScoredClasses } from "./scored-classes.js";

/** Shares with a gammaness of at least each cut. */
export interface EfficiencyCurve {
  readonly cut: readonly number[];
  /** Share of gammas kept; NaN without gammas. */
  readonly signal: readonly number[];
  /** Share of background kept; NaN without background. */
  readonly background: readonly number[];
}

/** Efficiencies of both classes at cuts 0, 0.01, … 1. */
export function efficiencyCurve({ signal, background }: ScoredClasses): EfficiencyCurve {
  const cut = linearEdges(0, 1, 100);
  return {
    cut,
    signal: cut.map((value) => passing(signal, value) / signal.total),
    background: cut.map((value) => passing(background, value) / background.total),
  };
}
