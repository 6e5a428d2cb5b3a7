import type { Residuals } from "./direction-residuals.js";
import { type BinEdges, findBin } from "./energy-bins.js";
import { linearEdges } from "./histogram.js";
import { quantile, sortSample } from "./quantile.js";

/** Mean direction error in the cells of the field of view, all in degrees; one entry a cell with enough events. */
export interface FieldErrors {
  /** Edges of the cells, the same along both axes. */
  readonly edgesDeg: BinEdges;
  /** Centre of the cell: true direction from the pointing. */
  readonly lonDeg: readonly number[];
  readonly latDeg: readonly number[];
  /** Mean of reconstructed minus true. */
  readonly errorLonDeg: readonly number[];
  readonly errorLatDeg: readonly number[];
  readonly counts: readonly number[];
}

const cells = 12;

/**
 * Mean errors in 12 × 12 cells that hold 99 % of the true directions either way.
 * @param truth true directions as seen from the pointing
 * @param minimum fewest events of a cell
 */
export function fieldErrors(
  truth: Residuals,
  errors: Residuals,
  weights: Float64Array | null,
  minimum: number = 5,
): FieldErrors {
  const reach = (values: Float64Array): number =>
    quantile(sortSample(values.map(Math.abs).filter(Number.isFinite), null), 0.99);
  const radius = Math.max(reach(truth.lonDeg), reach(truth.latDeg)) || 1;
  const edgesDeg = linearEdges(-radius, radius, cells);
  const sums = Array.from({ length: cells * cells }, () => ({ count: 0, weight: 0, lon: 0, lat: 0 }));
  for (let i = 0; i < errors.lonDeg.length; i++) {
    const [column, row] = [findBin(edgesDeg, truth.lonDeg[i]!), findBin(edgesDeg, truth.latDeg[i]!)];
    if (column < 0 || row < 0) continue;
    const sum = sums[row * cells + column]!;
    const weight = weights ? weights[i]! : 1;
    sum.count++;
    sum.weight += weight;
    sum.lon += weight * errors.lonDeg[i]!;
    sum.lat += weight * errors.latDeg[i]!;
  }
  const filled = sums.flatMap((sum, cell) => (sum.count >= minimum ? [{ ...sum, cell }] : []));
  const centre = (bin: number): number => (edgesDeg[bin]! + edgesDeg[bin + 1]!) / 2;
  return {
    edgesDeg,
    lonDeg: filled.map(({ cell }) => centre(cell % cells)),
    latDeg: filled.map(({ cell }) => centre(Math.floor(cell / cells))),
    errorLonDeg: filled.map(({ lon, weight }) => lon / weight),
    errorLatDeg: filled.map(({ lat, weight }) => lat / weight),
    counts: filled.map(({ count }) => count),
  };
}
