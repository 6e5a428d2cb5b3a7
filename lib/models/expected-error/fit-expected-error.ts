import type { ExpectedError } from "./expected-error.js";
import { imageFactNames } from "./image-facts.js";
import { newtonMinimum } from "./newton.js";

/** With fewer images nothing is learnt. */
export const fewestImages = 100;
const mostSteps = 100;
/** Keeps coefficients of facts that do not vary finite; counts like so many images. */
const ridge = 1;

/**
 * Learns how large errors are, given facts of the images: the scale b of a Laplace distribution whose logarithm is linear in
 * the facts, by maximum likelihood, Σ (log b + |e| / b). That is convex, so Newton's method finds the only minimum; and the
 * absolute value keeps single failures from ruling.
 * @param facts of each image, as {@link imageFacts} gives them
 * @param errors of each image, any sign
 * @returns null with fewer than {@link fewestImages} usable images
 */
export function fitExpectedError(
  facts: readonly (readonly number[])[],
  errors: readonly number[],
): ExpectedError | null {
  const used = facts.flatMap((row, i) =>
    row.every(Number.isFinite) && Number.isFinite(errors[i]!) ? [{ row, error: Math.abs(errors[i]!) }] : [],
  );
  if (used.length < fewestImages) return null;
  const mean = used.reduce((sum, { error }) => sum + error, 0) / used.length;
  if (!(mean > 0)) return null;
  const width = imageFactNames.length;
  const ranges = imageFactNames.map((_, k) => {
    const values = used.map(({ row }) => row[k]!);
    return { min: values.reduce((a, b) => Math.min(a, b)), max: values.reduce((a, b) => Math.max(a, b)) };
  });
  const logScale = (row: readonly number[], coefficients: readonly number[]): number =>
    row.reduce((sum, value, k) => sum + value * coefficients[k]!, 0);
  const loss = (coefficients: readonly number[]): number => {
    const penalty = coefficients.slice(1).reduce((sum, value) => sum + (ridge / 2) * value ** 2, 0);
    return used.reduce((sum, { row, error }) => {
      const scale = logScale(row, coefficients);
      return sum + scale + error * Math.exp(-scale);
    }, penalty);
  };
  const derivatives = (coefficients: readonly number[]): { gradient: number[]; curvature: number[][] } => {
    const gradient = coefficients.map((value, k) => (k === 0 ? 0 : ridge * value));
    const curvature = coefficients.map((_, k) => coefficients.map((_, j) => (k === j && k > 0 ? ridge : 0)));
    for (const { row, error } of used) {
      const ratio = error * Math.exp(-logScale(row, coefficients));
      for (let k = 0; k < width; k++) {
        gradient[k]! += row[k]! * (1 - ratio);
        for (let j = 0; j < width; j++) curvature[k]![j]! += row[k]! * row[j]! * ratio;
      }
    }
    return { gradient, curvature };
  };
  const start = imageFactNames.map((_, k) => (k === 0 ? Math.log(mean) : 0));
  const limits = { mostSteps, shortest: 1e-6, leastGain: 1e-9 * used.length };
  const coefficients = newtonMinimum(start, { loss, derivatives, ...limits });
  return { images: used.length, facts: [...imageFactNames], coefficients, ranges };
}
