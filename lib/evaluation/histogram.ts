import { type BinEdges, findBin } from "./energy-bins.js";

/** Events (or the sum of their weights) in bins. */
export interface Histogram {
  readonly edges: BinEdges;
  readonly counts: readonly number[];
  /** Below the first and above the last edge. */
  readonly below: number;
  readonly above: number;
}

/** Events in the cells of a grid: `counts[y][x]`. */
export interface Histogram2d {
  readonly xEdges: BinEdges;
  readonly yEdges: BinEdges;
  readonly counts: readonly (readonly number[])[];
}

/** `bins + 1` equally spaced edges from `low` to `high`. */
export function linearEdges(low: number, high: number, bins: number): number[] {
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + ((high - low) * i) / bins));
}

/** Histogram of the values; the last bin includes its high edge, as numpy.histogram. NaN counts nowhere. */
export function histogram(values: Float64Array, weights: Float64Array | null, edges: BinEdges): Histogram {
  const counts = new Array<number>(Math.max(0, edges.length - 1)).fill(0);
  let below = 0;
  let above = 0;
  const last = edges[edges.length - 1]!;
  for (let i = 0; i < values.length; i++) {
    const weight = weights ? weights[i]! : 1;
    const value = values[i]!;
    const bin = value === last ? counts.length - 1 : findBin(edges, value);
    if (bin >= 0) counts[bin]! += weight;
    else if (value < edges[0]!) below += weight;
    else if (value > last) above += weight;
  }
  return { edges, counts, below, above };
}

/** Histogram of pairs (x, y); pairs outside the grid are left out. */
export function histogram2d(
  x: Float64Array,
  y: Float64Array,
  weights: Float64Array | null,
  xEdges: BinEdges,
  yEdges: BinEdges,
): Histogram2d {
  const width = Math.max(0, xEdges.length - 1);
  const counts = Array.from({ length: Math.max(0, yEdges.length - 1) }, () => new Array<number>(width).fill(0));
  for (let i = 0; i < x.length; i++) {
    const column = findBin(xEdges, x[i]!);
    const row = findBin(yEdges, y[i]!);
    if (row >= 0 && column >= 0) counts[row]![column]! += weights ? weights[i]! : 1;
  }
  return { xEdges, yEdges, counts };
}
