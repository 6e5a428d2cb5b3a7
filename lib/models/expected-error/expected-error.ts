import type { ExpectedErrorRecord } from "../../config/model-card.js";

/** How large the errors of a model are for the images of one telescope type, learnt from validation images. */
export type ExpectedError = Omit<ExpectedErrorRecord, "telescopeType">;

/**
 * The error that is to be expected of an image, in the unit of the network's output (dex, m, probability): outside of what
 * was learnt from, that of the nearest image that was.
 * @param facts as {@link imageFacts} gives them
 * @returns NaN where a fact is missing
 */
export function expectedError({ coefficients, ranges }: ExpectedError, facts: readonly number[]): number {
  const scale = facts.reduce((sum, value, k) => {
    const { min, max } = ranges[k]!;
    return sum + coefficients[k]! * Math.min(max, Math.max(min, value));
  }, 0);
  return Math.exp(scale);
}
