import type { Task } from "../../config/task.js";
import { accuracy } from "./accuracy.js";
import { auc } from "./auc.js";
import { balancedAccuracy } from "./balanced-accuracy.js";
import { meanAbsoluteError } from "./mean-absolute-error.js";
import type { Metric } from "./metric.js";

/** The metrics CTLearn logs for a task, and balanced accuracy: accuracy and auc of `type`, `mae_<task>` of the others. */
export function taskMetrics(task: Task): Metric[] {
  return task === "type" ? [accuracy(), auc(), balancedAccuracy()] : [meanAbsoluteError(task)];
}
