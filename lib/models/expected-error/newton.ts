import { solved } from "./solved.js";

/** A convex function of some coefficients, and when its minimum is reached. */
export interface Descent {
  loss(coefficients: readonly number[]): number;
  /** First derivatives, and a matrix of second ones, or like them. */
  derivatives(coefficients: readonly number[]): { gradient: number[]; curvature: number[][] };
  readonly mostSteps: number;
  /** Shares of a step below this one are not tried. */
  readonly shortest: number;
  /** A step that lowers the loss by less is the last. */
  readonly leastGain: number;
}

/** Goes down from `start` by Newton's method; a step that would lead up is halved until it does not. */
export function newtonMinimum(
  start: readonly number[],
  { loss, derivatives, mostSteps, shortest, leastGain }: Descent,
): number[] {
  let coefficients = [...start];
  let best = loss(coefficients);
  for (let step = 0; step < mostSteps; step++) {
    const { gradient, curvature } = derivatives(coefficients);
    const direction = solved(curvature, gradient);
    let next = coefficients;
    let reached = Number.POSITIVE_INFINITY;
    for (let length = 1; length > shortest; length /= 2) {
      next = coefficients.map((value, k) => value - length * direction[k]!);
      reached = loss(next);
      if (reached <= best) break;
    }
    if (!(reached <= best)) break;
    const gained = best - reached;
    coefficients = next;
    best = reached;
    if (gained < leastGain) break;
  }
  return coefficients;
}
