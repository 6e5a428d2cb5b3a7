import type { EpochRecord } from "./epoch-record.js";

/** Everything a training needs to go on where it stopped, apart from weights and optimizer slots. Plain JSON. */
export interface TrainingState {
  /** Epoch that is being trained, from 0. */
  epoch: number;
  /** Steps of that epoch that are done. The order of the examples follows from seed and epoch. */
  step: number;
  learningRate: number;
  /** What the steps of this epoch gave so far. */
  partial: {
    lossSum: number;
    examples: number;
    metrics: Record<string, unknown>;
    trainingSeconds: number;
    waitedSeconds: number;
  };
  history: EpochRecord[];
  /** Why training is to end after the epochs in `history`, or null. */
  stopped: string | null;
  /** Training time of all parts together. */
  elapsedSeconds: number;
  /** State of each callback by its name. */
  callbacks: Record<string, unknown>;
}

/** Nothing done yet in an epoch. */
export function emptyEpoch(): TrainingState["partial"] {
  return { lossSum: 0, examples: 0, metrics: {}, trainingSeconds: 0, waitedSeconds: 0 };
}

/** A training that has not begun. */
export function freshState(learningRate: number): TrainingState {
  return {
    epoch: 0,
    step: 0,
    learningRate,
    partial: emptyEpoch(),
    history: [],
    stopped: null,
    elapsedSeconds: 0,
    callbacks: {},
  };
}
