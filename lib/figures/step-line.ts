import type { Histogram } from "../evaluation/histogram.js";

/** Outline of a histogram as a step line; `density` divides by the total and the width of the bins. */
export function stepLine(
  { edges, counts }: Histogram,
  density: boolean,
): { x: number[]; y: (number | null)[]; events: (number | null)[] } {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const height = (count: number, i: number): number | null => {
    if (!density) return count;
    return total > 0 ? count / total / (edges[i + 1]! - edges[i]!) : null;
  };
  // with shape "hv" a point holds its height up to the next edge
  return {
    x: [...edges],
    y: [...counts.map(height), counts.length > 0 ? height(counts.at(-1)!, counts.length - 1) : null],
    events: [...counts, counts.at(-1) ?? null],
  };
}
