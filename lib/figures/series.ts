import type { Task } from "../config/task.js";
import type { Evaluation } from "../evaluation/evaluation.js";
import { type SeriesStyle, seriesStyle } from "./theme.js";

/** One result, or several under their names. */
export type OneOrMore<T> = T | Readonly<Record<string, T>>;

/** One of the results that share a figure. */
export interface Series<T> {
  /** Empty when it is the only one and was given without a name. */
  readonly name: string;
  readonly value: T;
  readonly style: SeriesStyle;
}

/** The results in order, with their styles. `isOne` tells a result from a record of results. */
export function toSeries<T>(input: OneOrMore<T>, isOne: (input: OneOrMore<T>) => input is T): Series<T>[] {
  if (isOne(input)) return [{ name: "", value: input, style: seriesStyle(0) }];
  return Object.entries(input).map(([name, value], i) => ({ name, value, style: seriesStyle(i) }));
}

function isEvaluation<E extends Evaluation>(input: OneOrMore<E>): input is E {
  return typeof (input as Partial<Evaluation>).task === "string";
}

/** The evaluations in order; those of other tasks are left out. */
export function evaluationSeries<E extends Evaluation>(input: OneOrMore<E>, tasks: readonly Task[]): Series<E>[] {
  return toSeries(input, isEvaluation<E>).filter(({ value }) => tasks.includes(value.task));
}

/** `name: text`, or the one that is there. */
export function label(name: string, text: string): string {
  return name && text ? `${name}: ${text}` : name || text;
}
