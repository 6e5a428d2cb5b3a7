import type { Task } from "../config/task.js";
import { evaluateDirection } from "./evaluate-direction.js";
import { evaluateEnergy } from "./evaluate-energy.js";
import { evaluateType } from "./evaluate-type.js";
import type { Evaluation } from "./evaluation.js";
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
