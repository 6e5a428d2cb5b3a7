/** What one epoch gave. Names of losses and metrics are those of CTLearn's training_log.csv. */
export interface EpochRecord {
  /** Counted from 0. */
  readonly epoch: number;
  readonly loss: number;
  readonly val_loss: number;
  /** `accuracy`, `auc`, `mae_energy`, … and the same with `val_` for the validation examples. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Learning rate during the epoch. */
  readonly learningRate: number;
  /** Training images per second of training time, validation left out. */
  readonly imagesPerSecond: number;
  /** Share (0–1) of the training time spent waiting for data. */
  readonly waitShare: number;
  /** Time of the whole epoch, validation included. */
  readonly seconds: number;
  /** Largest memory of the process so far, MB. */
  readonly memoryMB: number;
  /** Share (0–1) of the epoch that the GPUs were busy; absent without a GPU. */
  readonly gpuUtilisation?: number;
}

/** A value of an epoch by its name in training_log.csv; undefined when there is no such column. */
export function recordValue(record: EpochRecord, name: string): number | undefined {
  if (name === "loss") return record.loss;
  if (name === "val_loss") return record.val_loss;
  if (name === "lr") return record.learningRate;
  return record.metrics[name];
}

/** Names of all values of an epoch, sorted. */
export function recordNames(record: EpochRecord): string[] {
  return ["loss", "val_loss", "lr", ...Object.keys(record.metrics)].sort();
}

/** Metrics that CTLearn does not log; they stand in tables, TensorBoard and early stopping, not in training_log.csv. */
const unlogged = /^(val_)?balanced_accuracy$/;

/**
 * Columns of training_log.csv in the order of Keras' CSVLogger: the epoch, then all names sorted.
 * For `type`: `epoch,accuracy,auc,loss,lr,val_accuracy,val_auc,val_loss`.
 */
export function logColumns(record: EpochRecord): string[] {
  return ["epoch", ...recordNames(record).filter((name) => !unlogged.test(name))];
}
