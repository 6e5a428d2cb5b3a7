import type { ExpectedErrorRecord } from "../../config/model-card.js";

/** How large the errors of a model are for the images of one telescope type, learnt from validation images. */
export type ExpectedError = Omit<ExpectedErrorRecord, "telescopeType">;

/**
 * The error that is to be expected of an image, in the unit of the network's output (dex, deg, probability): outside of what
 * was learnt from, that of the nearest image that was.
 * @param facts as {@link imageFacts} gives them
 * @returns NaN where a fact is missing
 */
export function expectedError({ coefficients, ranges }: ExpectedError, facts: readonly number[]): number {
  const scale = coefficients.reduce((sum, coefficient, k) => {
    const { min, max } = ranges[k]!;
    return sum + coefficient * Math.min(max, Math.max(min, facts[k]!));
  }, 0);
  return Math.exp(scale);
}
