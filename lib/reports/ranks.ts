/** What is better in a column of numbers; `zero`: the smaller absolute value. */
export type Better = "higher" | "lower" | "zero";

/** Ranks from 1 for the best; equal values share the smallest rank, what is not known has none. */
export function ranks(values: readonly (number | null | undefined)[], better: Better): (number | null)[] {
  const cost = (value: number): number => (better === "higher" ? -value : better === "lower" ? value : Math.abs(value));
  const costs = values.map((value) => (typeof value === "number" && Number.isFinite(value) ? cost(value) : null));
  return costs.map((own) => (own === null ? null : 1 + costs.filter((other) => other !== null && other < own).length));
}

/** Mean of the ranks that are known; null without any. */
export function averageRank(own: readonly (number | null)[]): number | null {
  const known = own.filter((rank) => rank !== null);
  return known.length === 0 ? null : known.reduce((sum, rank) => sum + rank, 0) / known.length;
}
