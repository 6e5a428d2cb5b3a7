import type { ExpectedError } from "./expected-error.js";
import { newtonMinimum } from "./newton.js";

/** What the network said of one image of an event. */
export interface EventImage {
  /** The same number for all images of an event. */
  readonly event: number;
  /** Number of the telescope's type. */
  readonly type: number;
  /** As `imageFacts` gives them. */
  readonly facts: readonly number[];
  /** How far the answer is from the truth, by component, with sign, in a unit that is the same for all telescopes. */
  readonly error: readonly number[];
}

/** With fewer events of several telescopes what was learnt of single images stays. */
export const fewestEvents = 100;
const mostSteps = 60;
/** Holds each coefficient near its start, as so many events would. */
const ridge = 2;
/** Errors below this share of the mean one count by their squares: a sum of absolute values has no curvature. */
const rounding = 0.2;

/** An image with its facts in units of their spread. */
interface Member {
  readonly first: number;
  readonly facts: readonly number[];
  readonly error: readonly number[];
}

interface Scale {
  readonly mean: number;
  readonly spread: number;
}

/** Mean and spread of each fact; the constant stays 1. */
function scalesOf(rows: readonly (readonly number[])[], count: number): Scale[] {
  return Array.from({ length: count }, (_, k) => {
    if (k === 0) return { mean: 0, spread: 1 };
    const mean = rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (row[k]! - mean) ** 2, 0) / rows.length;
    return { mean, spread: variance > 1e-18 ? Math.sqrt(variance) : 1 };
  });
}

/** The weighted mean error of an event, and how each of its components changes with the coefficients. */
function meanError(
  members: readonly Member[],
  coefficients: readonly number[],
): { mean: number[]; slopes: Float64Array[] } {
  const logs = members.map(({ first, facts }) =>
    facts.reduce((sum, value, k) => sum - 2 * coefficients[first + k]! * value, 0),
  );
  const largest = Math.max(...logs);
  const weights = logs.map((value) => Math.exp(value - largest));
  const total = weights.reduce((sum, value) => sum + value, 0);
  const mean = members[0]!.error.map(
    (_, c) => members.reduce((sum, { error }, i) => sum + weights[i]! * error[c]!, 0) / total,
  );
  const slopes = mean.map((value, c) => {
    const slope = new Float64Array(coefficients.length);
    for (const [i, { first, facts, error }] of members.entries()) {
      const change = (-2 * weights[i]! * (error[c]! - value)) / total;
      for (const [k, fact] of facts.entries()) slope[first + k]! += change * fact;
    }
    return slope;
  });
  return { mean, slopes };
}

/**
 * Finds coefficients of the expected error b by which the means of events, weighted by 1 / b², come nearest to the truth: the
 * sum of the absolute errors of the means is least. Errors of one event's images depend on each other and have a bias of
 * their own, so that the best weights are not the inverse squares of the errors of single images, from which the search
 * starts. Newton's method with the curvature of a least-squares problem whose residuals are divided by their size.
 * @param start what was learnt of single images of each type; null where there were too few
 * @returns the same with other coefficients; `start` itself when fewer than {@link fewestEvents} events have two images
 */
export function fitCombination(
  images: readonly EventImage[],
  start: readonly (ExpectedError | null)[],
): readonly (ExpectedError | null)[] {
  const used = images.filter(
    ({ type, facts, error }) => start[type] && facts.every(Number.isFinite) && error.every(Number.isFinite),
  );
  const firsts: number[] = [];
  let size = 0;
  for (const one of start) {
    firsts.push(size);
    size += one?.coefficients.length ?? 0;
  }
  const scales = start.map((one, type) =>
    scalesOf(
      used.filter((image) => image.type === type).map(({ facts }) => facts),
      one?.coefficients.length ?? 0,
    ),
  );
  const groups = new Map<number, Member[]>();
  for (const { event, type, facts, error } of used) {
    const scaled = scales[type]!.map(({ mean, spread }, k) => (facts[k]! - mean) / spread);
    groups.set(event, [...(groups.get(event) ?? []), { first: firsts[type]!, facts: scaled, error }]);
  }
  const events = [...groups.values()].filter((members) => members.length > 1);
  if (events.length < fewestEvents) return start;

  const from = new Array<number>(size).fill(0);
  for (const [type, one] of start.entries()) {
    for (const [k, value] of (one?.coefficients ?? []).entries()) {
      from[firsts[type]! + k]! += value * scales[type]![k]!.spread;
      if (k > 0) from[firsts[type]!]! += value * scales[type]![k]!.mean;
    }
  }
  const typical =
    events.reduce((sum, members) => sum + Math.hypot(...meanError(members, from).mean), 0) / events.length;
  if (!(typical > 0)) return start;
  const sizeOf = (mean: readonly number[]): number => Math.hypot(...mean, rounding * typical) / typical;
  const loss = (coefficients: readonly number[]): number => {
    const penalty = coefficients.reduce((sum, value, k) => sum + (ridge / 2) * (value - from[k]!) ** 2, 0);
    return events.reduce((sum, members) => sum + sizeOf(meanError(members, coefficients).mean), penalty);
  };

  const derivatives = (coefficients: readonly number[]): { gradient: number[]; curvature: number[][] } => {
    const gradient = coefficients.map((value, k) => ridge * (value - from[k]!));
    const curvature = gradient.map((_, k) => gradient.map((_, j) => (k === j ? ridge : 0)));
    for (const members of events) {
      const { mean, slopes } = meanError(members, coefficients);
      const share = 1 / (typical ** 2 * sizeOf(mean));
      for (const [c, slope] of slopes.entries()) {
        for (let k = 0; k < size; k++) {
          gradient[k]! += share * mean[c]! * slope[k]!;
          for (let j = 0; j < size; j++) curvature[k]![j]! += share * slope[k]! * slope[j]!;
        }
      }
    }
    return { gradient, curvature };
  };
  const limits = { mostSteps, shortest: 1e-4, leastGain: 1e-5 * events.length };
  const coefficients = newtonMinimum(from, { loss, derivatives, ...limits });

  return start.map((one, type) => {
    if (!one) return null;
    const found = scales[type]!.map(({ spread }, k) => coefficients[firsts[type]! + k]! / spread);
    const shift = found.reduce((sum, value, k) => (k === 0 ? sum : sum + value * scales[type]![k]!.mean), 0);
    return { ...one, coefficients: found.map((value, k) => (k === 0 ? value - shift : value)) };
  });
}
