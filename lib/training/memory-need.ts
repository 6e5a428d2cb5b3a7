import { CherenkitError } from "../errors.js";
import type { ModelSummary } from "../models/model-summary.js";

/**
 * Share of the layers' outputs that a training step holds at once: activations and sums are computed in the place of
 * what they come from. Measured: 63 MB an image of ResNet, whose outputs are 118 MB.
 */
const heldShare = 0.5;
/** Weights, their gradients, two moments of the optimizer, and a copy to save. */
const copiesOfWeights = 5;

/** Memory of a step of training with this batch, at least; bytes. */
export function memoryNeed(summary: ModelSummary, batchSize: number): number {
  return batchSize * heldShare * summary.activationBytes + copiesOfWeights * 4 * summary.parameters;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`;

/**
 * Refuses a batch that cannot fit into memory before anything is computed.
 * @param available bytes that this process may still take
 * @throws {CherenkitError} with the largest batch that fits
 */
export function checkMemory(summary: ModelSummary, batchSize: number, available: number): void {
  const need = memoryNeed(summary, batchSize);
  if (need <= available) return;
  const most = Math.floor((available - memoryNeed(summary, 0)) / (memoryNeed(summary, 1) - memoryNeed(summary, 0)));
  throw new CherenkitError(
    `a batch of ${batchSize} images needs at least ${gigabytes(need)} of memory, and ${gigabytes(available)} are free`,
    {
      place: "training_model.batch_size",
      remedy:
        most > 0
          ? `set batch_size to ${most} or less; accumulate_steps lets several batches change the weights together`
          : "ask for more memory, or take smaller images or a smaller network",
    },
  );
}
