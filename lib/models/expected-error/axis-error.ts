import type { AxisErrorRecord } from "../../config/model-card.js";
import { expectedError } from "./expected-error.js";
import { fitExpectedError } from "./fit-expected-error.js";
import { imageFactNames } from "./image-facts.js";

/** How far the source lies from where an image and a model say together, for one telescope type. */
export type AxisError = Omit<AxisErrorRecord, "telescopeType">;

/** A source and an image: distances from the centroid, degrees. */
export interface AxisExample {
  /** As `imageFacts` gives them. */
  readonly facts: readonly number[];
  /** Of the source along the axis and across it. */
  readonly along: number;
  readonly across: number;
  /** Along the axis, as the model says. */
  readonly told: number;
}

/** Errors of an image in degrees, and the share of images whose source lies on the other side than the model says. */
export interface AxisErrorOfImage {
  readonly along: number;
  readonly across: number;
  readonly wrongSide: number;
}

/**
 * Learns from validation images how far the distance that a model tells is wrong, how far the axis misses the source, and how often
 * the source lies on the other side of the centroid.
 * @returns null with too few images
 */
export function fitAxisError(examples: readonly AxisExample[]): AxisError | null {
  const used = examples.filter(
    ({ facts, along, across, told }) => [along, across, told].every(Number.isFinite) && facts.every(Number.isFinite),
  );
  const fit = (error: (example: AxisExample) => number) =>
    fitExpectedError(
      used.map(({ facts }) => facts),
      used.map(error),
    );
  const along = fit(({ along, told }) => Math.abs(along) - Math.abs(told));
  const across = fit(({ across }) => across);
  if (!along || !across) return null;
  const wrong = used.filter(({ along, told }) => along * told < 0).length;
  // Neither never nor always, however few images there were.
  return { wrongSide: (wrong + 1) / (used.length + 2), along, across };
}

/**
 * What is to be expected of an image.
 * @param learnt null for a model that was not taught: what is usual of a network trained on some thousand images
 */
export function axisErrorOf(learnt: AxisError | null, facts: readonly number[]): AxisErrorOfImage {
  if (!learnt) {
    const widthOverLength = facts[imageFactNames.indexOf("width_over_length")]!;
    return { along: 0.4, across: 0.1 * Math.max(0.1, widthOverLength), wrongSide: 0.25 };
  }
  const { along, across, wrongSide } = learnt;
  return { along: expectedError(along, facts), across: expectedError(across, facts), wrongSide };
}
