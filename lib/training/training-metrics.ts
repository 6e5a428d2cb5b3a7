import type { EpochRecord } from "./epoch-record.js";
import type { TrainingSet } from "./training-set.js";
import type { TrainingState } from "./training-state.js";

/** What a network is made of, for metrics.json. */
export interface ModelNumbers {
  readonly parameters: number;
  readonly trainableParameters: number;
  readonly layers: number;
  /** Operations for one example. */
  readonly flops: number;
}

/**
 * metrics.json of a training: the former system's keys (`num_params`, `layers`, `estimated_flops` in units of 1e9,
 * `training_ms`, `training_events`), then ours. It is written after every epoch; `complete` tells whether training ended.
 */
export interface TrainingMetrics {
  readonly num_params: number;
  readonly layers: number;
  readonly estimated_flops: number;
  readonly training_ms: number;
  /** Examples, those for validation included. */
  readonly training_events: number;
  readonly trainable_params: number;
  readonly validation_events: number;
  readonly epochs: number;
  readonly epochs_planned: number;
  /** Epoch with the lowest validation loss, from 0. */
  readonly best_epoch: number | null;
  readonly best_val_loss: number | null;
  readonly learning_rate: number;
  /** Over all epochs. */
  readonly images_per_second: number;
  readonly wait_share: number;
  readonly epoch_seconds: number;
  /** Largest memory of the training process, MB. */
  readonly peak_memory_mb: number;
  /** Share (0–1) of the time that the GPUs were busy; absent without a GPU. */
  readonly gpu_utilisation?: number;
  readonly stopped: string | null;
  readonly complete: boolean;
  /** Share of zeros in the kernels, when pruning is on. */
  readonly sparsity?: number;
}

/** Mean of a property of the epochs, by its time. */
function timeMean(history: readonly EpochRecord[], value: (record: EpochRecord) => number): number {
  const seconds = history.reduce((sum, record) => sum + record.seconds, 0);
  return seconds > 0 ? history.reduce((sum, record) => sum + value(record) * record.seconds, 0) / seconds : 0;
}

/** metrics.json of a training as it stands. `best` is the epoch with the lowest validation loss. */
export function trainingMetrics(
  model: ModelNumbers,
  set: TrainingSet,
  state: TrainingState,
  epochsPlanned: number,
  best: { readonly epoch: number | null; readonly loss: number | null },
  sparsity: number | null,
  complete: boolean,
): TrainingMetrics {
  const { history } = state;
  return {
    num_params: model.parameters,
    layers: model.layers,
    estimated_flops: model.flops / 1e9,
    training_ms: Math.round(1000 * state.elapsedSeconds),
    training_events: set.training.length + set.validation.length,
    trainable_params: model.trainableParameters,
    validation_events: set.validation.length,
    epochs: history.length,
    epochs_planned: epochsPlanned,
    best_epoch: best.epoch,
    best_val_loss: best.loss,
    learning_rate: state.learningRate,
    images_per_second: timeMean(history, (record) => record.imagesPerSecond),
    wait_share: timeMean(history, (record) => record.waitShare),
    epoch_seconds: history.reduce((sum, record) => sum + record.seconds, 0) / Math.max(1, history.length),
    peak_memory_mb: Math.round(Math.max(0, ...history.map((record) => record.memoryMB))),
    ...(history.some((record) => record.gpuUtilisation !== undefined)
      ? { gpu_utilisation: timeMean(history, (record) => record.gpuUtilisation ?? 0) }
      : {}),
    stopped: state.stopped,
    complete,
    ...(sparsity === null ? {} : { sparsity }),
  };
}

/** metrics.json as text. */
export function metricsText(metrics: TrainingMetrics): string {
  return `${JSON.stringify(metrics, null, 4)}\n`;
}
