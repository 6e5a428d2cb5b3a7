import type { TrainingConfig } from "../config/config.js";
import { InterruptedError } from "../errors.js";
import type { Callback, Training } from "./callbacks/callback.js";
import { stepLine } from "./callbacks/progress-line.js";
import type { Checkpointer } from "./checkpointer.js";
import { epochOrder } from "./epoch-order.js";
import type { EpochRecord } from "./epoch-record.js";
import type { watchGpu } from "./gpu-use.js";
import { watchInterruption } from "./interruption.js";
import { metricStates, metricValues, restoreMetrics } from "./metrics/head.js";
import { type Steps, trainEpoch, validate } from "./run-epoch.js";
import type { TrainingSet } from "./training-set.js";
import { emptyEpoch } from "./training-state.js";

export interface LoopOptions {
  /** Is told each epoch when it is over and saved. */
  readonly onEpoch?: (record: EpochRecord, history: readonly EpochRecord[]) => void | Promise<void>;
  /** Stops training, with a checkpoint, when aborted. */
  readonly signal?: AbortSignal;
  /** Time by which everything must be saved, in ms since 1970; without it `CHERENKIT_DEADLINE` counts. */
  readonly deadline?: number;
}

/** Everything the loop works with. */
export interface Loop {
  readonly settings: TrainingConfig;
  readonly data: TrainingSet;
  readonly steps: Steps;
  /** Training steps of an epoch. */
  readonly stepCount: number;
  readonly training: Training;
  readonly callbacks: readonly Callback[];
  readonly checkpoints: Checkpointer;
  readonly gpu: ReturnType<typeof watchGpu>;
}

/** Seconds between two lines within an epoch. */
const lineSeconds = 10;

/**
 * Trains from where `training.state` stands until the last epoch or until a callback stops it. A checkpoint is written
 * after each epoch, every `checkpointMinutes`, and when training must be interrupted.
 * @throws {InterruptedError} after the checkpoint of an interruption
 */
export async function runEpochs(loop: Loop, options: LoopOptions): Promise<void> {
  const { settings, data, steps, stepCount, training, callbacks, checkpoints, gpu } = loop;
  const { state } = training;
  let stepMs = 0;
  const mustStop = watchInterruption(
    options.signal,
    options.deadline,
    () => checkpoints.slowestMs(),
    () => stepMs,
  );
  const elapsedBefore = state.elapsedSeconds;
  const start = performance.now();
  const save = (): Promise<void> => {
    state.elapsedSeconds = elapsedBefore + (performance.now() - start) / 1000;
    return checkpoints.write();
  };
  const interrupted = (why: string): InterruptedError => {
    const where =
      state.step > 0
        ? `in epoch ${state.epoch + 1} after step ${state.step} of ${stepCount}`
        : state.epoch > 0
          ? `after epoch ${state.epoch}`
          : "before its first step";
    return new InterruptedError(`training was interrupted ${where}: ${why}; everything is saved`, {
      remedy: "run the same command, or the cell, again to continue",
    });
  };

  while (state.epoch < settings.epochs && state.stopped === null) {
    const epochStart = performance.now();
    const secondsBefore = state.partial.trainingSeconds;
    restoreMetrics(steps.heads, state.partial.metrics);
    let saidAt = epochStart;
    let stepEnd = epochStart;
    const afterStep = async (loss: number): Promise<string | null> => {
      stepMs = performance.now() - stepEnd;
      stepEnd += stepMs;
      const step = state.epoch * stepCount + state.step - 1;
      for (const callback of callbacks) callback.onStep?.(step, training);
      const why = mustStop();
      if (why !== null) return why;
      if (checkpoints.minutesSince() > settings.checkpointMinutes) {
        state.partial.metrics = metricStates(steps.heads);
        await save();
      }
      if (performance.now() - saidAt > 1000 * lineSeconds) {
        saidAt = performance.now();
        const rate = state.partial.examples / state.partial.trainingSeconds;
        training.say(stepLine(state.epoch, settings.epochs, state.step, stepCount, loss, rate));
      }
      return null;
    };
    const length = stepCount * settings.batchSize;
    const order = epochOrder(data.training, settings.seed, state.epoch, length, data.batches.arrange);
    const stopped = await trainEpoch(steps, state, order, mustStop, afterStep);
    state.partial.metrics = metricStates(steps.heads);
    if (stopped !== null) {
      await save();
      throw interrupted(stopped);
    }

    const trained = metricValues(steps.heads);
    const validation = await validate(steps, data.validation, mustStop);
    if ("interrupted" in validation) {
      await save();
      throw interrupted(validation.interrupted);
    }
    const { partial } = state;
    const gpuUse = gpu.take();
    const record: EpochRecord = {
      epoch: state.epoch,
      loss: partial.lossSum / partial.examples,
      val_loss: validation.loss,
      metrics: { ...trained, ...metricValues(steps.heads, "val_") },
      learningRate: state.learningRate * steps.rateFactor(state.epoch, stepCount - 1),
      imagesPerSecond: partial.examples / partial.trainingSeconds,
      waitShare: partial.waitedSeconds / partial.trainingSeconds,
      seconds: secondsBefore + (performance.now() - epochStart) / 1000,
      memoryMB: process.resourceUsage().maxRSS / 1000,
      ...(gpuUse ? { gpuUtilisation: gpuUse.utilisation } : {}),
    };
    state.history.push(record);
    state.elapsedSeconds = elapsedBefore + (performance.now() - start) / 1000;
    for (const callback of callbacks) await callback.onEpoch?.(record, training);
    state.epoch++;
    state.step = 0;
    state.partial = emptyEpoch();
    await save();
    await options.onEpoch?.(record, state.history);
    const why = state.epoch < settings.epochs && state.stopped === null ? mustStop() : null;
    if (why !== null) throw interrupted(why);
  }
}
