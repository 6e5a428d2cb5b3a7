/** Viridis at equal steps, as in matplotlib and Plotly. */
const anchors: readonly (readonly [number, number, number])[] = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 73, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
  [253, 231, 37],
];

/** Colour of Viridis at `share` (0–1). */
export function viridis(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (anchors.length - 1);
  const below = Math.min(anchors.length - 2, Math.floor(at));
  const mix = (k: 0 | 1 | 2): number =>
    Math.round(anchors[below]![k] + (at - below) * (anchors[below + 1]![k] - anchors[below]![k]));
  return `rgb(${mix(0)},${mix(1)},${mix(2)})`;
}

/** Level 0 … `count` − 1 of each value between `low` and `high`; −1 for what is not finite. */
export function colourLevels(values: ArrayLike<number>, low: number, high: number, count: number): Int16Array {
  const span = high - low || 1;
  return Int16Array.from({ length: values.length }, (_, i) => {
    const value = values[i]!;
    if (!Number.isFinite(value)) return -1;
    return Math.min(count - 1, Math.max(0, Math.floor(((value - low) / span) * count)));
  });
}
