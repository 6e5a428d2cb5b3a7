import type { EarlyStoppingConfig } from "../../config/config.js";
import { ConfigError } from "../../errors.js";
import { recordNames, recordValue } from "../epoch-record.js";
import type { Callback, Weights } from "./callback.js";

interface State {
  readonly best: number | null;
  readonly bestEpoch: number | null;
  readonly wait: number;
}

/** Early stopping, and the weights of the epoch it holds for the best. */
export interface EarlyStopping extends Callback {
  /** Epoch of the best value, from 0; null while none counts. */
  readonly epoch: number | null;
  readonly weights: Weights | null;
}

/**
 * Ends training when `monitor` has not improved by more than `minDelta` for `patience` epochs; epochs before
 * `startFromEpoch` do not count (Keras' EarlyStopping). As in Keras, accuracy and AUC should rise, everything else fall.
 */
export function earlyStopping(settings: EarlyStoppingConfig, keepWeights: boolean): EarlyStopping {
  let { best, bestEpoch, wait }: State = { best: null, bestEpoch: null, wait: 0 };
  let weights: Weights | null = null;
  const rises = /acc|auc/.test(settings.monitor);
  const improves = (value: number): boolean =>
    best === null || (rises ? value - settings.minDelta > best : value + settings.minDelta < best);
  return {
    name: "early-stopping",
    get epoch() {
      return bestEpoch;
    },
    get weights() {
      return weights;
    },
    onEpoch(record, training) {
      const value = recordValue(record, settings.monitor);
      if (value === undefined) {
        throw new ConfigError(`early_stopping.monitor: there is no value "${settings.monitor}"`, {
          remedy: `choose one of ${recordNames(record).join(", ")}`,
        });
      }
      if (record.epoch < settings.startFromEpoch) return;
      if (keepWeights && weights === null) weights = training.weights();
      if (improves(value)) {
        best = value;
        bestEpoch = record.epoch;
        wait = 0;
        if (keepWeights) weights = training.weights();
        return;
      }
      wait++;
      if (wait < settings.patience || record.epoch === 0) return;
      const why = `${settings.monitor} has not improved since epoch ${bestEpoch! + 1}`;
      training.state.stopped = why;
      if (settings.verbose) training.say(`early stopping after epoch ${record.epoch + 1}: ${why}`);
    },
    state: (): State => ({ best, bestEpoch, wait }),
    restore(state) {
      ({ best, bestEpoch, wait } = state as State);
    },
    keptWeights: () => weights,
    restoreWeights(saved) {
      weights = saved;
    },
  };
}
