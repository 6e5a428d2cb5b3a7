const blocks = "▁▂▃▄▅▆▇█";

/** Counts as a row of small columns, the highest of full height; nothing at all is a dot. */
export function sparkline(counts: ArrayLike<number>): string {
  let most = 0;
  for (let i = 0; i < counts.length; i++) most = Math.max(most, counts[i]!);
  let line = "";
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    line += count > 0 ? blocks[Math.ceil((count / most) * blocks.length) - 1] : "·";
  }
  return line;
}
