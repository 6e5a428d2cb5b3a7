/** One number a row. */
type Keys = readonly ArrayLike<number>[];

/**
 * Order that sorts rows by some keys, the first key first, where the rows consist of runs that are sorted already; equal
 * rows keep their order. Null when all rows are in order as they are.
 * @param begins first row of each run
 */
export function mergeOrder(keys: Keys, rows: number, begins: readonly number[]): Uint32Array | null {
  const compare = (a: number, b: number): number => {
    for (const key of keys) {
      const difference = key[a]! - key[b]!;
      if (difference !== 0) return difference;
    }
    return a - b;
  };
  const runs = begins
    .map((begin, i) => ({ begin, end: begins[i + 1] ?? rows }))
    .filter(({ begin, end }) => end > begin);
  if (runs.every(({ begin }, i) => i === 0 || compare(begin - 1, begin) <= 0)) return null;

  let order = Uint32Array.from({ length: rows }, (_, row) => row);
  let spare = new Uint32Array(rows);
  // Runs that do not overlap only have to be put one after the other.
  const byFirst = [...runs].sort((a, b) => compare(a.begin, b.begin));
  let bounds: number[] = [];
  let at = 0;
  for (const { begin, end } of byFirst) {
    bounds.push(at);
    for (let row = begin; row < end; row++) order[at++] = row;
  }
  while (bounds.length > 1) {
    const merged: number[] = [];
    for (let i = 0; i < bounds.length; i += 2) {
      const [low, middle, high] = [bounds[i]!, bounds[i + 1] ?? rows, bounds[i + 2] ?? rows];
      merged.push(low);
      if (middle === high || compare(order[middle - 1]!, order[middle]!) <= 0) {
        spare.set(order.subarray(low, high), low);
        continue;
      }
      for (let out = low, a = low, b = middle; out < high; out++) {
        const takeFirst = b >= high || (a < middle && compare(order[a]!, order[b]!) <= 0);
        spare[out] = takeFirst ? order[a++]! : order[b++]!;
      }
    }
    [order, spare] = [spare, order];
    bounds = merged;
  }
  return order;
}
