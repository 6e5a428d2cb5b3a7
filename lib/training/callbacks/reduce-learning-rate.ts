import type { TrainingConfig } from "../../config/config.js";
import type { Callback } from "./callback.js";

interface State {
  readonly best: number | null;
  readonly wait: number;
}

/**
 * Multiplies the learning rate by `factor` when the validation loss has not fallen by more than `minDelta` for
 * `patience` epochs (Keras' ReduceLROnPlateau, cooldown 0).
 */
export function reduceLearningRate(settings: NonNullable<TrainingConfig["reduceLearningRate"]>): Callback {
  let { best, wait }: State = { best: null, wait: 0 };
  return {
    name: "reduce-learning-rate",
    onEpoch(record, training) {
      if (best === null || record.val_loss < best - settings.minDelta) {
        best = record.val_loss;
        wait = 0;
        return;
      }
      wait++;
      if (wait < settings.patience) return;
      wait = 0;
      const { state } = training;
      if (state.learningRate <= settings.minLearningRate) return;
      state.learningRate = Math.max(state.learningRate * settings.factor, settings.minLearningRate);
      training.say(
        `learning rate → ${state.learningRate.toPrecision(3)}: val_loss stands still at ${best.toPrecision(5)}`,
      );
    },
    state: (): State => ({ best, wait }),
    restore(state) {
      ({ best, wait } = state as State);
    },
  };
}
