import { type Metric, meanMetric } from "./metric.js";

/** Mean over examples and outputs of |output − label|, in the units of the label: `mae_<task>`. */
export function meanAbsoluteError(task: string): Metric {
  return meanMetric(`mae_${task}`, (labels, outputs, size) => {
    const width = labels.length / size;
    let sum = 0;
    for (let i = 0; i < labels.length; i++) sum += Math.abs(outputs[i]! - labels[i]!);
    return sum / width;
  });
}
