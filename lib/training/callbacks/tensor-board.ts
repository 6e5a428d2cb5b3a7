import type { EpochRecord } from "../epoch-record.js";
import { EventFile } from "../event-file.js";
import { linearBuckets } from "../weight-histogram.js";
import type { Callback } from "./callback.js";

const validationPrefix = "val_";

/** Scalars of an epoch as Keras' TensorBoard callback names them: `epoch_loss`, `epoch_accuracy`, …. */
function scalarsOf(record: EpochRecord, validation: boolean): Record<string, number> {
  const metrics = Object.entries(record.metrics).filter(([name]) => name.startsWith(validationPrefix) === validation);
  const named = metrics.map(([name, value]) => [`epoch_${validation ? name.slice(4) : name}`, value] as const);
  return { epoch_loss: validation ? record.val_loss : record.loss, ...Object.fromEntries(named) };
}

/**
 * Writes TensorBoard event files after each epoch: losses and metrics of both sides, the learning rate, and histograms
 * of all weights.
 * @param trainingFolder @param validationFolder where the event files of each side go
 */
export function tensorBoard(trainingFolder: string, validationFolder: string): Callback {
  const training = new EventFile(trainingFolder);
  const validation = new EventFile(validationFolder);
  return {
    name: "tensor-board",
    async onEpoch(record, { weights }) {
      const histograms = Object.entries(weights()).map(([name, values]) => [
        `${name}/histogram`,
        linearBuckets(values),
      ]);
      const scalars = { ...scalarsOf(record, false), epoch_learning_rate: record.learningRate };
      await training.add(record.epoch, scalars, Object.fromEntries(histograms));
      await validation.add(record.epoch, scalarsOf(record, true));
    },
  };
}
