import { setImmediate as nextTurn } from "node:timers/promises";
import type { Task } from "../config/task.js";
import type { CompiledModel } from "../engine/compiled-model.js";
import { CherenkitError } from "../errors.js";
import type { Batch, BatchSource } from "../events/batches.js";
import type { Head } from "./metrics/head.js";
import type { TrainingState } from "./training-state.js";

/** What the steps of training and validation share. */
export interface Steps {
  readonly compiled: CompiledModel;
  readonly batches: BatchSource;
  readonly batchSize: number;
  readonly heads: readonly Head[];
  /** Weight of a background and of a signal example; null = all count the same. */
  readonly classWeights: { readonly background: number; readonly signal: number } | null;
  /** Factor of the learning rate at a step of an epoch, by the schedule. */
  readonly rateFactor: (epoch: number, step: number) => number;
  /** Seed of the turns of the images in an epoch; undefined without augmentation. */
  readonly turnSeed: (epoch: number) => number | undefined;
}

const labelsOf = (batch: Batch, task: Task): Float32Array => {
  const labels = batch.labels[task];
  if (!labels) throw new CherenkitError(`the batches hold no labels for ${task}`);
  return labels;
};

function stepBatch(
  steps: Steps,
  batch: Batch,
  weighted: boolean,
): { images: Float32Array; size: number; labels: Record<string, Float32Array>; weights?: Float32Array } {
  const labels = Object.fromEntries(steps.heads.map(({ task, output }) => [output, labelsOf(batch, task)]));
  const { classWeights } = steps;
  if (!weighted || !classWeights) return { images: batch.images, size: batch.size, labels };
  const classes = labelsOf(batch, "type");
  const weights = new Float32Array(batch.size);
  for (let i = 0; i < batch.size; i++) {
    weights[i] = classes[2 * i + 1]! > 0.5 ? classWeights.signal : classWeights.background;
  }
  return { images: batch.images, size: batch.size, labels, weights };
}

function addMetrics(steps: Steps, batch: Batch, outputs: Record<string, Float32Array>): void {
  for (const { task, output, metrics } of steps.heads) {
    for (const metric of metrics) metric.add(labelsOf(batch, task), outputs[output]!, batch.size);
  }
}

/** @throws {CherenkitError} when the loss of a step is not a number. */
function checkLoss(loss: number, epoch: number, step: number, batch: Batch): void {
  if (Number.isFinite(loss)) return;
  const rows = [...batch.indices.slice(0, 8)].join(", ");
  throw new CherenkitError(`the loss became ${loss} in epoch ${epoch + 1}, step ${step + 1}`, {
    place: `examples ${rows}${batch.size > 8 ? ", …" : ""} of the example table`,
    remedy: "lower base_learning_rate, and check these examples; the last checkpoint is kept",
  });
}

/** Signals are only heard when the event loop gets its turn, and one that came while a batch arrived in the next but one. */
async function hearSignals(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/**
 * Trains from `state.step` to the end of the epoch, counting in `state`; metrics of the heads add up.
 * @param order rows of the whole epoch
 * @param interrupted is asked before each step; what it gives ends the epoch here
 * @param afterStep is called after each step; what it gives ends the epoch here
 * @returns null at the end of the epoch, else what `interrupted` or `afterStep` gave
 */
export async function trainEpoch<T>(
  steps: Steps,
  state: TrainingState,
  order: Uint32Array,
  interrupted: () => T | null,
  afterStep: (loss: number) => Promise<T | null> | T | null,
): Promise<T | null> {
  const { partial } = state;
  const rest = order.subarray(state.step * steps.batchSize);
  if (rest.length === 0) return null;
  const [before, secondsBefore] = [partial.waitedSeconds, partial.trainingSeconds];
  const waitedAtStart = steps.batches.waitedMs;
  const start = performance.now();
  for await (const batch of steps.batches.epoch(rest, steps.batchSize, { turnSeed: steps.turnSeed(state.epoch) })) {
    try {
      // A step of a large network may take a minute, and what asks for the end may have come while the batch was read.
      const early = interrupted();
      if (early !== null) return early;
      const rate = state.learningRate * steps.rateFactor(state.epoch, state.step);
      const { loss, outputs } = steps.compiled.trainStep(stepBatch(steps, batch, true), rate);
      checkLoss(loss, state.epoch, state.step, batch);
      addMetrics(steps, batch, outputs);
      partial.lossSum += loss * batch.size;
      partial.examples += batch.size;
      state.step++;
    } finally {
      batch.release();
    }
    partial.trainingSeconds = secondsBefore + (performance.now() - start) / 1000;
    partial.waitedSeconds = before + (steps.batches.waitedMs - waitedAtStart) / 1000;
    await hearSignals();
    const result = await afterStep(partial.lossSum / partial.examples);
    if (result !== null) return result;
  }
  return null;
}

/**
 * The loss over all `rows`, the last partial batch included, without class weights; metrics of the heads are left
 * standing at their validation values.
 * @param interrupted is asked after each batch; what it gives ends validation here
 */
export async function validate<T>(
  steps: Steps,
  rows: Uint32Array,
  interrupted: () => T | null,
): Promise<{ readonly loss: number } | { readonly interrupted: T }> {
  for (const { metrics } of steps.heads) for (const metric of metrics) metric.reset();
  let sum = 0;
  for await (const batch of steps.batches.epoch(rows, steps.batchSize, { keepLast: true })) {
    try {
      const { loss, outputs } = steps.compiled.evaluateStep(stepBatch(steps, batch, false));
      addMetrics(steps, batch, outputs);
      sum += loss * batch.size;
    } finally {
      batch.release();
    }
    await hearSignals();
    const result = interrupted();
    if (result !== null) return { interrupted: result };
  }
  return { loss: sum / rows.length };
}
