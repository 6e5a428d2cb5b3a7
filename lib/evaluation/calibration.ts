import { proportion } from "./confidence-interval.js";
import { groupByBin } from "./energy-bins.js";
import { linearEdges } from "./histogram.js";

/** Share of gammas among events of like gammaness: on the diagonal the gammaness is a probability. */
export interface CalibrationCurve {
  /** Mean gammaness of each bin that has events. */
  readonly gammaness: readonly number[];
  /** Share of gammas with its 95 % interval. */
  readonly value: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly counts: readonly number[];
}

/** Calibration in 20 bins of gammaness; empty bins are left out. Weights are not applied. */
export function calibrationCurve(gammaness: Float64Array, isSignal: Uint8Array): CalibrationCurve {
  const edges = linearEdges(0, 1, 20);
  // the last bin takes in a gammaness of exactly 1
  edges[20] = 1 + 1e-9;
  const bins = groupByBin(edges, gammaness).filter((group) => group.length > 0);
  const shares = bins.map((group) => {
    let signal = 0;
    for (const i of group) signal += isSignal[i]!;
    return proportion(signal, group.length);
  });
  return {
    gammaness: bins.map((group) => group.reduce((sum, i) => sum + gammaness[i]!, 0) / group.length),
    value: shares.map((share) => share.value),
    low: shares.map((share) => share.low),
    high: shares.map((share) => share.high),
    counts: bins.map((group) => group.length),
  };
}
