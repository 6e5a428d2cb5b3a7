import { type Metric, meanMetric } from "./metric.js";

/** Share of examples whose larger output is their class (Keras' CategoricalAccuracy for two classes). */
export function accuracy(): Metric {
  return meanMetric("accuracy", (labels, outputs, size) => {
    let right = 0;
    for (let i = 0; i < size; i++) {
      const truth = labels[2 * i + 1]! > labels[2 * i]!;
      const guess = outputs[2 * i + 1]! > outputs[2 * i]!;
      if (truth === guess) right++;
    }
    return right;
  });
}
