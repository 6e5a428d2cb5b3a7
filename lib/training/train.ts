import { join } from "node:path";
import type { Config, TrainingConfig } from "../config/config.js";
import { modelFolder } from "../config/model-folder.js";
import { resolvedYaml } from "../config/resolved-yaml.js";
import { counted } from "../display/counted.js";
import { compileModel } from "../engine/compile-model.js";
import type { CompiledModel } from "../engine/compiled-model.js";
import { usesGpu } from "../engine/devices.js";
import { eagerModel } from "../engine/eager-model.js";
import { outputNames } from "../engine/output-names.js";
import type { tf } from "../engine/tensorflow.js";
import { lockOutput } from "../files/output-lock.js";
import { writeFileAtomically } from "../files/write-atomically.js";
import { type ModelSummary, modelSummary } from "../models/model-summary.js";
import { saveModel } from "../models/save-model.js";
import { type BestValidation, bestValidation } from "./callbacks/best-validation.js";
import type { Callback, Training } from "./callbacks/callback.js";
import { csvLog, logText } from "./callbacks/csv-log.js";
import { type EarlyStopping, earlyStopping } from "./callbacks/early-stopping.js";
import { metricsFile } from "./callbacks/metrics-file.js";
import { progressLine } from "./callbacks/progress-line.js";
import { pruneWeights, pruning, sparsityOf } from "./callbacks/pruning.js";
import { reduceLearningRate } from "./callbacks/reduce-learning-rate.js";
import { tensorBoard } from "./callbacks/tensor-board.js";
import { readCheckpoint } from "./checkpoint.js";
import { checkpointer, restoreCheckpoint } from "./checkpointer.js";
import { compileOptions } from "./compile-options.js";
import { describeModel } from "./describe-model.js";
import { epochSeed, stepsPerEpoch } from "./epoch-order.js";
import { checkFingerprint, fingerprint } from "./fingerprint.js";
import { watchGpu } from "./gpu-use.js";
import { learnExpectedErrors } from "./learn-expected-errors.js";
import { learningRateFactor } from "./learning-rate-schedule.js";
import { checkMemory } from "./memory-need.js";
import { makeHeads } from "./metrics/head.js";
import { livePath, publish, setUnfinishedAside } from "./publish.js";
import { replicaCount } from "./replica-count.js";
import type { Steps } from "./run-epoch.js";
import { clearStop, installStopHandlers } from "./stop-signal.js";
import { type LoopOptions, runEpochs } from "./training-loop.js";
import { metricsText, trainingMetrics } from "./training-metrics.js";
import { TrainingRun } from "./training-run.js";
import { checkTrainingSet, type TrainingSet } from "./training-set.js";
import { freshState } from "./training-state.js";

export interface TrainOptions extends LoopOptions {
  /** auto: continue an unfinished training with the same settings; never: set it aside and start anew. */
  readonly resume?: "auto" | "never";
  /** Where lines about the progress go; by default `console.log`. */
  readonly log?: (line: string) => void;
}

async function compile(model: tf.LayersModel, config: Config): Promise<CompiledModel> {
  const options = compileOptions(config, outputNames(model), replicaCount(model, config.training));
  return config.training.engine === "eager" ? eagerModel(model, options) : compileModel(model, options);
}

/** As in Keras, classes are weighted only when the class is the only thing to learn. */
function classWeightsOf(data: TrainingSet, config: Config): Steps["classWeights"] {
  const { tasks } = config.model;
  if (!data.classes || tasks.length > 1 || tasks[0] !== "type") return null;
  return { background: data.classes.background.weight, signal: data.classes.signal.weight };
}

/** Gives the network the weights that are to be saved. Returns their epoch; null = the last. */
function chooseWeights(
  compiled: CompiledModel,
  settings: TrainingConfig,
  best: BestValidation,
  stopping: EarlyStopping | null,
): number | null {
  const restores = settings.earlyStopping?.restoreBestWeights ?? false;
  const chosen = settings.saveBestValidationOnly ? best : restores ? stopping : null;
  const weights = chosen?.weights ?? compiled.getWeights();
  // The chosen epoch may lie before the end of the pruning schedule.
  if (settings.pruning) pruneWeights(weights, settings.pruning.finalSparsity);
  compiled.setWeights(weights);
  compiled.copyToModel();
  return chosen?.weights ? chosen.epoch : null;
}

/**
 * Trains `model` on `data` as the configuration says and publishes it in its folder. The network in memory ends with the
 * weights that are saved.
 *
 * An unfinished training of the same settings and examples is continued where it stopped, to the same numbers. A signal
 * (SIGTERM, SIGUSR1, SIGINT), `requestStop`, an aborted `signal` or a near deadline ends training at any step with a
 * checkpoint.
 * @throws {InterruptedError} after such a checkpoint; run again to continue
 * @throws {ConfigError} when the folder holds an unfinished training with other settings
 * @throws {CherenkitError} when the data cannot train the model, a batch does not fit into memory, or the loss is not a number
 * @throws {OutputError} when the folder cannot be written, or another training writes it
 */
export async function train(
  model: tf.LayersModel,
  data: TrainingSet,
  config: Config,
  options: TrainOptions = {},
): Promise<TrainingRun> {
  // From the very beginning: a signal while the network is compiled must not end the process either.
  const removeHandlers = installStopHandlers();
  try {
    return await trainAndPublish(model, data, config, options);
  } finally {
    removeHandlers();
    clearStop();
  }
}

async function trainAndPublish(
  model: tf.LayersModel,
  data: TrainingSet,
  config: Config,
  options: TrainOptions,
): Promise<TrainingRun> {
  const { model: network, modelFolder: path, training } = config;
  checkTrainingSet(data, network.tasks, training.batchSize);
  const summary = modelSummary(model);
  // What a GPU has is not known here; there TensorFlow's own error tells.
  if (!usesGpu()) checkMemory(summary, training.batchSize, process.availableMemory());
  const unlock = lockOutput(join(path, "training"), "model");
  try {
    return await trainInFolder(model, summary, data, config, options);
  } finally {
    unlock();
  }
}

async function trainInFolder(
  model: tf.LayersModel,
  summary: ModelSummary,
  data: TrainingSet,
  config: Config,
  options: TrainOptions,
): Promise<TrainingRun> {
  const settings = config.training;
  const folder = modelFolder(config.modelFolder);
  const say = options.log ?? ((line: string): void => console.log(line));
  const print = fingerprint(config, data);
  if (options.resume === "never") await setUnfinishedAside(folder);
  const found = await readCheckpoint(folder.checkpoint, say);
  // A training that was killed before its first checkpoint has left nothing but logs.
  if (!found) await setUnfinishedAside(folder);
  if (found) checkFingerprint(found.fingerprint, print, folder.checkpoint);
  const state = found?.state ?? freshState(settings.optimizer.learningRate);

  const compiled = await compile(model, config);
  const gpu = watchGpu();
  try {
    const best = bestValidation(settings.saveBestValidationOnly);
    const stopping = settings.earlyStopping
      ? earlyStopping(
          settings.earlyStopping,
          settings.earlyStopping.restoreBestWeights && !settings.saveBestValidationOnly,
        )
      : null;
    const stepCount = stepsPerEpoch(data.training.length, settings.batchSize, settings.percentagePerEpoch);
    const metrics = (complete: boolean): string => {
      const sparsity = settings.pruning ? sparsityOf(compiled.getWeights()) : null;
      return metricsText(trainingMetrics(summary, data, state, settings.epochs, best, sparsity, complete));
    };
    const live = (path: string): string => livePath(folder, path);
    const callbacks: Callback[] = [
      ...(settings.pruning ? [pruning(settings.pruning, stepCount * settings.epochs)] : []),
      best,
      csvLog(live(folder.trainingLog)),
      tensorBoard(live(folder.trainingEvents), live(folder.validationEvents)),
      progressLine(settings.epochs),
      ...(stopping ? [stopping] : []),
      ...(settings.reduceLearningRate ? [reduceLearningRate(settings.reduceLearningRate)] : []),
      metricsFile(live(folder.metrics), () => metrics(false)),
    ];
    const training: Training = {
      state,
      weights: () => compiled.getWeights(),
      setWeights: (weights) => compiled.setWeights(weights),
      say,
    };
    if (found) {
      await restoreCheckpoint(found, compiled, callbacks, state.epoch * stepCount + state.step, training);
      say(`continuing in epoch ${state.epoch + 1} after step ${state.step} of ${stepCount}`);
    }
    await writeFileAtomically(live(folder.config), resolvedYaml(config));

    const heads = makeHeads(config.model.tasks, outputNames(model));
    const steps: Steps = {
      compiled,
      batches: data.batches,
      batchSize: settings.batchSize,
      heads,
      classWeights: classWeightsOf(data, config),
      rateFactor: (epoch, step) =>
        learningRateFactor(settings.optimizer, epoch * stepCount + step, stepCount, settings.epochs),
      turnSeed: (epoch) => (settings.augmentation === "none" ? undefined : epochSeed(settings.seed, epoch)),
    };
    const checkpoints = checkpointer(folder.checkpoint, found?.generation ?? 0, print, state, compiled, callbacks);
    await runEpochs({ settings, data, steps, stepCount, training, callbacks, checkpoints, gpu }, options);

    const epoch = chooseWeights(compiled, settings, best, stopping);
    const learnt = await learnExpectedErrors(compiled, data, heads, settings.batchSize);
    const finished = {
      card: { ...describeModel(config, data), ...learnt },
      config: resolvedYaml(config),
      trainingLog: logText(state.history),
      metrics: metrics(true),
    };
    await publish(folder, finished, (path) => saveModel(model, path));
    say(
      `model saved in ${folder.path}: ${counted(state.history.length, "epoch")}, ${state.elapsedSeconds.toFixed(1)} s`,
    );
    return new TrainingRun(
      state.history,
      folder,
      epoch ?? state.history.length - 1,
      state.stopped,
      state.elapsedSeconds,
    );
  } finally {
    gpu.stop();
    compiled.dispose();
  }
}
