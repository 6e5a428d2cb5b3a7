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

/** 20 bins of equal width; the last one takes in a gammaness of exactly 1. */
function equalWidths(gammaness: Float64Array): Uint32Array[] {
  const edges = linearEdges(0, 1, 20);
  edges[20] = 1 + 1e-9;
  return groupByBin(edges, gammaness);
}

/** 20 bins of equal counts; events with the same gammaness share a bin. */
function equalCounts(gammaness: Float64Array): Uint32Array[] {
  const sorted = gammaness.slice().sort();
  if (sorted.length === 0) return [];
  const inner = Array.from({ length: 20 }, (_, bin) => sorted[Math.floor((bin * sorted.length) / 20)]!);
  return groupByBin([...new Set(inner), Number.POSITIVE_INFINITY], gammaness);
}

/**
 * Calibration in 20 bins of gammaness, of equal width or of equal counts; empty bins are left out. Weights are not
 * applied.
 */
export function calibrationCurve(
  gammaness: Float64Array,
  isSignal: Uint8Array,
  equal: "widths" | "counts" = "widths",
): CalibrationCurve {
  const all = equal === "widths" ? equalWidths(gammaness) : equalCounts(gammaness);
  const bins = all.filter((group) => group.length > 0);
  const shares = bins.map((group) => {
    let signal = 0;
    for (const i of group) signal += isSignal[i]!;
    return proportion(signal, group.length);
  });
  return {
    gammaness: bins.map((group) => {
      let sum = 0;
      for (const i of group) sum += gammaness[i]!;
      return sum / group.length;
    }),
    value: shares.map((share) => share.value),
    low: shares.map((share) => share.low),
    high: shares.map((share) => share.high),
    counts: bins.map((group) => group.length),
  };
}
