import { type BinEdges, findBin, groupByBin } from "../energy-bins.js";
import { take } from "../predictions.js";
import { quantile, sortSample } from "../quantile.js";

/** A cut that depends on the bin of another quantity, usually the reconstructed energy. */
export interface BinnedCut {
  readonly edges: BinEdges;
  /** One a bin. */
  readonly cuts: readonly number[];
}

/** What a bin with few events gets, and the limits of the others. */
export interface CutLimits {
  readonly fill: number;
  readonly min?: number;
  readonly max?: number;
  /** Fewest events of a bin that sets its own cut: 10, as in pyirf. */
  readonly minEvents?: number;
}

/** The quantiles of `values` at `levels` (0–1) in bins of `of`: `[bin][level]`. */
export function quantileCuts(
  edges: BinEdges,
  of: Float64Array,
  values: Float64Array,
  levels: readonly number[],
  limits: CutLimits,
): number[][] {
  const { fill, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, minEvents = 10 } = limits;
  return groupByBin(edges, of).map((group) => {
    if (group.length < Math.max(1, minEvents)) return levels.map(() => fill);
    const sample = sortSample(
      take(values, group).filter((value) => !Number.isNaN(value)),
      null,
    );
    return levels.map((level) => Math.min(max, Math.max(min, quantile(sample, level))));
  });
}

/** The quantile of `values` at `level` in bins of `of`. */
export function quantileCut(
  edges: BinEdges,
  of: Float64Array,
  values: Float64Array,
  level: number,
  limits: CutLimits,
): BinnedCut {
  return { edges, cuts: quantileCuts(edges, of, values, [level], limits).map(([cut]) => cut!) };
}

/** Rows whose value is at least (or at most) the cut of their bin; none outside the bins. */
export function passing(
  { edges, cuts }: BinnedCut,
  of: Float64Array,
  values: Float64Array,
  side: "at least" | "at most",
): Uint32Array {
  const rows = new Uint32Array(values.length);
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    const bin = findBin(edges, of[row]!);
    if (bin < 0) continue;
    if (side === "at least" ? values[row]! >= cuts[bin]! : values[row]! <= cuts[bin]!) rows[count++] = row;
  }
  return rows.slice(0, count);
}
