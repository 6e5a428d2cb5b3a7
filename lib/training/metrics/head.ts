import type { Task } from "../../config/task.js";
import type { Metric } from "./metric.js";
import { taskMetrics } from "./task-metrics.js";

/** A task, the name of its output in the network, and its metrics. */
export interface Head {
  readonly task: Task;
  readonly output: string;
  readonly metrics: readonly Metric[];
}

/** The heads of a network whose outputs stand in the order of `tasks`. */
export function makeHeads(tasks: readonly Task[], outputNames: readonly string[]): Head[] {
  return tasks.map((task, i) => ({ task, output: outputNames[i]!, metrics: taskMetrics(task) }));
}

const key = (head: Head, metric: Metric): string => `${head.task}/${metric.name}`;

/** State of all metrics as plain JSON. */
export function metricStates(heads: readonly Head[]): Record<string, unknown> {
  return Object.fromEntries(
    heads.flatMap((head) => head.metrics.map((metric) => [key(head, metric), metric.state()] as const)),
  );
}

/** Takes metrics up where `states` left them; those that are not in it start anew. */
export function restoreMetrics(heads: readonly Head[], states: Readonly<Record<string, unknown>>): void {
  for (const head of heads) {
    for (const metric of head.metrics) {
      const state = states[key(head, metric)];
      if (state === undefined) metric.reset();
      else metric.restore(state);
    }
  }
}

/** Values of all metrics by name, e.g. `val_accuracy` with the prefix `val_`. */
export function metricValues(heads: readonly Head[], prefix = ""): Record<string, number> {
  return Object.fromEntries(
    heads.flatMap(({ metrics }) => metrics.map((metric) => [`${prefix}${metric.name}`, metric.value()] as const)),
  );
}
