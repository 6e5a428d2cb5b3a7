import type { Metric } from "./metric.js";

interface State {
  /** Examples and right answers of background and signal. */
  readonly examples: readonly [number, number];
  readonly right: readonly [number, number];
}

/** Mean of the shares of background and of signal put in the right class; NaN when a class is missing. */
export function balancedAccuracy(): Metric {
  let examples: [number, number] = [0, 0];
  let right: [number, number] = [0, 0];
  return {
    name: "balanced_accuracy",
    add(labels, outputs, size) {
      for (let i = 0; i < size; i++) {
        const truth = labels[2 * i + 1]! > labels[2 * i]! ? 1 : 0;
        const guess = outputs[2 * i + 1]! > outputs[2 * i]! ? 1 : 0;
        examples[truth]++;
        if (truth === guess) right[truth]++;
      }
    },
    value: () => (right[0] / examples[0] + right[1] / examples[1]) / 2,
    reset() {
      examples = [0, 0];
      right = [0, 0];
    },
    state: (): State => ({ examples: [...examples], right: [...right] }),
    restore(state) {
      const saved = state as State;
      examples = [...saved.examples];
      right = [...saved.right];
    },
  };
}
