/** Entries of a table: one for each value of 16 random bits. */
export const quantiles: number = 1 << 16;

/** Leaves 16 bits of a random word, to choose an entry by; the other 16 are `word >>> 16`. */
export const halfWord: number = quantiles - 1;

/** Share of the distribution below the middle of an entry. */
const level = (index: number): number => (index + 0.5) / quantiles;

const reach = 6;
const gridSteps = 12_000;

let normal: Float32Array | undefined;
let exponential: Float32Array | undefined;

/**
 * Quantiles of the standard normal distribution, ascending, `[65536]`: an entry chosen by 16 random bits is a normal
 * deviate, up to 4.3 standard deviations, at a fraction of the time of a new one.
 */
export function normalQuantiles(): Float32Array {
  if (normal) return normal;
  const table = new Float32Array(quantiles);
  const width = (2 * reach) / gridSteps;
  const density = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  let below = 0;
  let index = 0;
  for (let step = 0; step < gridSteps && index < quantiles; step++) {
    const x = -reach + step * width;
    // Simpson's rule over the step; within it the distribution rises in a line
    const share = (width / 6) * (density(x) + 4 * density(x + width / 2) + density(x + width));
    for (; index < quantiles && level(index) <= below + share; index++) {
      table[index] = x + (width * (level(index) - below)) / share;
    }
    below += share;
  }
  normal = table;
  return table;
}

/** Quantiles of the exponential distribution of mean 1, ascending, `[65536]`; the last is 11.8. */
export function exponentialQuantiles(): Float32Array {
  exponential ??= Float32Array.from({ length: quantiles }, (_, i) => -Math.log(1 - level(i)));
  return exponential;
}
