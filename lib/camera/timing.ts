import { RandomGenerator } from "../random/generator.js";
import type { HillasParameters, TelescopeFramePixels } from "./hillas-parameters.js";

/** Arrival times along the long axis of an image, as in ctapipe's TimingParametersContainer. */
export interface Timing {
  /** Change of the arrival time along the axis, ns/deg. */
  readonly slopeNsPerDeg: number;
  /** Arrival time at the centre of gravity, ns. */
  readonly interceptNs: number;
  /** Root mean square of the times about the line, ns. */
  readonly deviationNs: number;
}

interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** Least squares over the points whose squared residual is at most `limit`; null when they share one x. */
function fitLine(x: Float64Array, y: Float64Array, squared: Float64Array, limit: number, most: number): Line | null {
  let n = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  for (let i = 0; i < x.length && n < most; i++) {
    if (!(squared[i]! <= limit)) continue;
    n++;
    sumX += x[i]!;
    sumY += y[i]!;
    sumXX += x[i]! * x[i]!;
    sumXY += x[i]! * y[i]!;
  }
  const determinant = n * sumXX - sumX * sumX;
  if (determinant < 2 * Number.EPSILON) return null;
  const slope = (n * sumXY - sumX * sumY) / determinant;
  return { slope, intercept: (sumY - slope * sumX) / n };
}

/** The value that would stand at `place` if `values` were sorted; they change their order. */
function nthSmallest(values: Float64Array, place: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left]! < pivot) left++;
      while (values[right]! > pivot) right--;
      if (left > right) break;
      const held = values[left]!;
      values[left++] = values[right]!;
      values[right--] = held;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else break;
  }
  return values[place]!;
}

const starts = 5;
const keptShare = 0.85;
const maximumSteps = 20;
const converged = 1e-12;

/**
 * Line by least trimmed squares: from pairs of points, refitted to the 85 % of points nearest to the line until that
 * settles (Rousseeuw and van Driessen 2006, as ctapipe fits it). The pairs are drawn by a generator of fixed seed, so
 * that the same points give the same line.
 */
function trimmedLine(x: Float64Array, y: Float64Array): Line | null {
  const random = new RandomGenerator(x.length);
  const kept = Math.floor(keptShare * x.length);
  const squared = new Float64Array(x.length);
  const chosen = new Float64Array(x.length);
  const ordered = new Float64Array(x.length);
  let best: Line | null = null;
  let bestError = Number.POSITIVE_INFINITY;
  for (let start = 0; start < starts; start++) {
    const first = random.integer(x.length);
    let second = random.integer(x.length - 1);
    if (second >= first) second++;
    chosen.fill(1);
    chosen[first] = 0;
    chosen[second] = 0;
    let line = fitLine(x, y, chosen, 0, 2);
    let error = 0;
    for (let step = 0; line && step < maximumSteps; step++) {
      for (let i = 0; i < x.length; i++) squared[i] = (y[i]! - line.slope * x[i]! - line.intercept) ** 2;
      ordered.set(squared);
      const limit = nthSmallest(ordered, kept - 1);
      line = fitLine(x, y, squared, limit, kept);
      if (!line) break;
      let sum = 0;
      for (let i = 0; i < x.length; i++) {
        if (squared[i]! <= limit) sum += (y[i]! - line.slope * x[i]! - line.intercept) ** 2;
      }
      const change = Math.abs(sum - error);
      error = sum;
      if (change < converged) break;
    }
    if (line && error < bestError) {
      bestError = error;
      best = line;
    }
  }
  return best;
}

/**
 * Timing of the pixels in `mask`; NaN when no line can be fitted.
 * @param peakTimeNs arrival time of each pixel's pulse, `[n_pixels]`
 * @param mask pixels that survived the cleaning, `[n_pixels]`
 * @param hillas parameters of the same pixels
 */
export function timing(
  pixels: TelescopeFramePixels,
  peakTimeNs: ArrayLike<number>,
  mask: Uint8Array,
  hillas: HillasParameters,
): Timing {
  const cos = Math.cos((hillas.psiDeg * Math.PI) / 180);
  const sin = Math.sin((hillas.psiDeg * Math.PI) / 180);
  const alongDeg: number[] = [];
  const times: number[] = [];
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    const along = (pixels.lonDeg[i]! - hillas.fovLonDeg) * cos + (pixels.latDeg[i]! - hillas.fovLatDeg) * sin;
    if (!Number.isFinite(along) || !Number.isFinite(peakTimeNs[i]!)) continue;
    alongDeg.push(along);
    times.push(peakTimeNs[i]!);
  }
  const x = Float64Array.from(alongDeg);
  const y = Float64Array.from(times);
  const line = x.length < 2 ? null : trimmedLine(x, y);
  if (!line) return { slopeNsPerDeg: Number.NaN, interceptNs: Number.NaN, deviationNs: Number.NaN };
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (y[i]! - line.slope * x[i]! - line.intercept) ** 2;
  return {
    slopeNsPerDeg: line.slope,
    interceptNs: line.intercept,
    deviationNs: Math.sqrt(sum / x.length),
  };
}
