/** A metric that grows batch by batch, and can be put aside and taken up again. */
export interface Metric {
  /** Name in training_log.csv. */
  readonly name: string;
  /**
   * Adds a batch.
   * @param labels `[size * outputs]` float32
   * @param outputs what the network gave, `[size * outputs]` float32
   */
  add(labels: Float32Array, outputs: Float32Array, size: number): void;
  /** The value over all batches since the last `reset`. */
  value(): number;
  reset(): void;
  /** Everything `restore` needs, as plain JSON. */
  state(): unknown;
  restore(state: unknown): void;
}

/** State of a metric that is a mean. */
export interface MeanState {
  readonly sum: number;
  readonly count: number;
}

/** A metric that is the mean of one number per example; `sumOf` gives a batch's sum. */
export function meanMetric(
  name: string,
  sumOf: (labels: Float32Array, outputs: Float32Array, size: number) => number,
): Metric {
  let sum = 0;
  let count = 0;
  return {
    name,
    add(labels, outputs, size) {
      sum += sumOf(labels, outputs, size);
      count += size;
    },
    value: () => sum / count,
    reset() {
      sum = 0;
      count = 0;
    },
    state: (): MeanState => ({ sum, count }),
    restore(state) {
      ({ sum, count } = state as MeanState);
    },
  };
}
