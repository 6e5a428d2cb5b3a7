import type { Task } from "../config/task.js";
import { directionMetrics, evaluateDirection } from "./evaluate-direction.js";
import { energyMetrics, evaluateEnergy } from "./evaluate-energy.js";
import { evaluateType, typeMetrics } from "./evaluate-type.js";
import type { Evaluation, MetricValue } from "./evaluation.js";
import type { Predictions } from "./predictions.js";

/** Metrics and curves of one task. Missing events give NaN and empty curves, never an error. */
export function evaluateTask(predictions: Predictions, task: Task): Evaluation {
  switch (task) {
    case "type":
      return evaluateType(predictions);
    case "energy":
      return evaluateEnergy(predictions);
    case "cameradirection":
    case "skydirection":
      return evaluateDirection(predictions, task);
  }
}

/** The metrics of `evaluateTask` without its curves, which take most of the time. */
export function taskMetrics(predictions: Predictions, task: Task): Readonly<Record<string, MetricValue>> {
  switch (task) {
    case "type":
      return typeMetrics(predictions);
    case "energy":
      return energyMetrics(predictions);
    case "cameradirection":
    case "skydirection":
      return directionMetrics(predictions);
  }
}
