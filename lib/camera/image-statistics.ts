/** Moments of the values of the kept pixels, as in ctapipe's descriptive statistics. */
export interface ImageStatistics {
  readonly max: number;
  readonly min: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  readonly skewness: number;
  /** Excess over the normal distribution's. */
  readonly kurtosis: number;
}

/**
 * Statistics of the values in `mask`; NaN when the mask is empty.
 * @param values charges or times, `[n_pixels]`
 * @param mask pixels that survived the cleaning, `[n_pixels]`
 */
export function imageStatistics(values: ArrayLike<number>, mask: Uint8Array): ImageStatistics {
  let count = 0;
  let sum = 0;
  let max = Number.NEGATIVE_INFINITY;
  let min = Number.POSITIVE_INFINITY;
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    count++;
    sum += values[i]!;
    max = Math.max(max, values[i]!);
    min = Math.min(min, values[i]!);
  }
  const mean = sum / count;
  let m2 = 0;
  let m3 = 0;
  let m4 = 0;
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    const square = (values[i]! - mean) ** 2;
    m2 += square / count;
    m3 += (square * (values[i]! - mean)) / count;
    m4 += (square * square) / count;
  }
  const empty = count === 0;
  return {
    max: empty ? Number.NaN : max,
    min: empty ? Number.NaN : min,
    mean,
    std: empty ? Number.NaN : Math.sqrt(m2),
    skewness: m3 / m2 ** 1.5,
    kurtosis: m4 / m2 ** 2 - 3,
  };
}
