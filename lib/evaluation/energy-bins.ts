/** Edges of `count` bins: `[count + 1]`, ascending. */
export type BinEdges = readonly number[];

/**
 * Edges in TeV at 10^(k / perDecade), k integer, that cover the positive energies; the bins of the CTAO and of pyirf
 * (5 a decade with an edge at 1 TeV). Empty when there is no positive energy.
 */
export function logEnergyEdges(energiesTeV: Float64Array, perDecade: number = 5): number[] {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const energy of energiesTeV) {
    if (!(energy > 0) || energy === Number.POSITIVE_INFINITY) continue;
    if (energy < low) low = energy;
    if (energy > high) high = energy;
  }
  if (high === 0) return [];
  const edge = (k: number): number => 10 ** (k / perDecade);
  let first = Math.floor(perDecade * Math.log10(low));
  if (edge(first) > low) first--;
  let last = Math.ceil(perDecade * Math.log10(high));
  if (edge(last) <= high) last++;
  return Array.from({ length: last - first + 1 }, (_, i) => edge(first + i));
}

/** Bin of a value, low edge included and high edge not (as numpy.digitize); −1 outside and for NaN. */
export function findBin(edges: BinEdges, value: number): number {
  if (!(value >= edges[0]!) || !(value < edges[edges.length - 1]!)) return -1;
  let low = 0;
  let high = edges.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (value >= edges[middle]!) low = middle;
    else high = middle;
  }
  return low;
}

/** Indices of the values in each bin, in their order. */
export function groupByBin(edges: BinEdges, values: Float64Array): Uint32Array[] {
  const bins = Math.max(0, edges.length - 1);
  const counts = new Uint32Array(bins);
  const places = new Int32Array(values.length);
  for (let i = 0; i < places.length; i++) {
    const bin = findBin(edges, values[i]!);
    places[i] = bin;
    if (bin >= 0) counts[bin]!++;
  }
  const groups = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (let i = 0; i < places.length; i++) {
    const bin = places[i]!;
    if (bin >= 0) groups[bin]![counts[bin]!++] = i;
  }
  return groups;
}
