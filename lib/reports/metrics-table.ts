import { counted } from "../display/counted.js";
import { type Cell, DataTable, formatCell } from "../display/data-table.js";
import type { Evaluation, MetricValue } from "../evaluation/evaluation.js";
import { metricTitle } from "../evaluation/metric-title.js";
import { guessWords } from "./guess.js";

/** Four significant digits; null for what the events do not determine. */
function rounded(value: number): number | null {
  if (!Number.isFinite(value)) return null;
  return Math.abs(value) < 1e-12 ? 0 : Number(value.toPrecision(4));
}

/** `0.912 … 0.931`; empty where it is not known. */
export function intervalText({ low, high }: MetricValue): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "";
  // Non-breaking spaces keep the two numbers on one line.
  return `${formatCell(rounded(low))}\u00a0…\u00a0${formatCell(rounded(high))}`;
}

/**
 * The metrics of an evaluation, one row each, with their 95 % intervals.
 * @param guess the same metrics of predictions made without looking at any image
 */
export function metricsTable(evaluation: Evaluation, guess?: Evaluation["metrics"]): DataTable {
  const units = Object.values(evaluation.metrics).some(({ unit }) => unit !== "");
  const columns = [
    "metric",
    "value",
    "95 % interval",
    ...(units ? ["unit"] : []),
    ...(guess ? ["by guessing"] : []),
    "meaning",
  ];
  const rows = Object.entries(evaluation.metrics).map(([key, metric]): Cell[] => [
    metricTitle(key),
    rounded(metric.value),
    intervalText(metric),
    ...(units ? [metric.unit] : []),
    ...(guess ? [rounded(guess[key]?.value ?? Number.NaN)] : []),
    metric.description,
  ]);
  const { events, level, particle } = evaluation;
  const count = counted(events, level === "telescope" ? "telescope image" : "event");
  const which = particle === "gamma" ? `${count} of gammas` : count;
  const blind = guess ? `. By guessing: ${guessWords[evaluation.task]}` : "";
  return new DataTable(columns, rows, `${which}${blind}`);
}

/** What earlier CTLearn-based reports showed under like names, by their formulas; null when there is nothing. */
export function legacyTable(evaluation: Evaluation): DataTable | null {
  const rows = Object.entries(evaluation.metrics).flatMap(([key, { legacy, value, unit }]): Cell[][] =>
    legacy ? [[metricTitle(key), rounded(value), rounded(legacy.value), unit, legacy.description]] : [],
  );
  if (rows.length === 0) return null;
  return new DataTable(["metric", "value", "in former reports", "unit", "what it was"], rows);
}
