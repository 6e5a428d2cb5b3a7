import type { Callback, Weights } from "./callback.js";

interface State {
  readonly loss: number | null;
  readonly epoch: number | null;
}

/** Remembers the weights of the epoch with the lowest validation loss (Keras' ModelCheckpoint, `save_best_only`). */
export interface BestValidation extends Callback {
  /** Epoch of the lowest validation loss, from 0; null before the first epoch. */
  readonly epoch: number | null;
  readonly loss: number | null;
  readonly weights: Weights | null;
}

export function bestValidation(keepWeights: boolean): BestValidation {
  let best: State = { loss: null, epoch: null };
  let weights: Weights | null = null;
  return {
    name: "best-validation",
    get epoch() {
      return best.epoch;
    },
    get loss() {
      return best.loss;
    },
    get weights() {
      return weights;
    },
    onEpoch(record, training) {
      if (best.loss !== null && !(record.val_loss < best.loss)) return;
      best = { loss: record.val_loss, epoch: record.epoch };
      if (keepWeights) weights = training.weights();
    },
    state: () => best,
    restore(state) {
      best = state as State;
    },
    keptWeights: () => weights,
    restoreWeights(saved) {
      weights = saved;
    },
  };
}
