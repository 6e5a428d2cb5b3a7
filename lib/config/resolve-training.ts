import type { FileSelection, TrainingConfig } from "./config.js";
import { ctlearnTrainingDefaults, lrReducingMinDelta, ownDefaults } from "./defaults.js";
import { isFormerFile } from "./former-file.js";
import { asList, type Places, train } from "./places.js";
import { absolutePath } from "./project-root.js";
import type { ConfigFile } from "./schema.js";
import type { Task } from "./task.js";

/** How the network is trained, and on which files. */
export function resolveTraining(file: ConfigFile, task: Task, root: string, places: Places): TrainingConfig {
  const tool = file.training_model.TrainCTLearnModel;
  const standard = ctlearnTrainingDefaults;
  const select = (folder: string, patterns: string | readonly string[] | null | undefined): FileSelection => ({
    folder: absolutePath(folder, root),
    patterns: asList(patterns ?? standard.filePattern),
  });
  if (task === "type" && !tool.input_dir_background) {
    places.problem(train, "the task type needs input_dir_background, the folder of the proton files");
  }
  if (tool.average_momentum && tool.pruning_model) {
    places.problem(
      [...train, "average_momentum"],
      "average_momentum and pruning_model exclude each other: an average of weights is not sparse",
    );
  }
  const { optimizer } = tool;
  if (optimizer?.nesterov && (optimizer.name !== "SGD" || !optimizer.momentum)) {
    places.problem([...train, "optimizer", "nesterov"], "nesterov needs the optimizer SGD with a momentum");
  }
  const [index, of] = (tool.fold ?? "1/2").split("/").map(Number) as [number, number];
  if (index < 1 || index > of || of < 2) {
    places.problem([...train, "fold"], `there is no part ${index} of ${of}; at least two parts are needed`);
  }
  const stopping = tool.early_stopping;
  const reducing = tool.lr_reducing;
  return {
    signal: select(tool.input_dir_signal, tool.file_pattern_signal),
    background: tool.input_dir_background ? select(tool.input_dir_background, tool.file_pattern_background) : null,
    epochs: tool.n_epochs ?? standard.epochs,
    batchSize: tool.batch_size ?? standard.batchSize,
    validationSplit: tool.validation_split ?? standard.validationSplit,
    splitBy: tool.split_by ?? (isFormerFile(file) ? "image" : ownDefaults.splitBy),
    fold: tool.fold === undefined ? null : { index, of },
    seed: tool.random_seed ?? standard.randomSeed,
    percentagePerEpoch: tool.percentage_per_epoch ?? standard.percentagePerEpoch,
    augmentation: tool.augmentation ?? ownDefaults.augmentation,
    saveBestValidationOnly: tool.save_best_validation_only ?? standard.saveBestValidationOnly,
    optimizer: {
      name: tool.optimizer?.name ?? standard.optimizer.name,
      learningRate: tool.optimizer?.base_learning_rate ?? standard.optimizer.base_learning_rate,
      epsilon: tool.optimizer?.adam_epsilon ?? standard.optimizer.adam_epsilon,
      momentum: tool.optimizer?.momentum ?? ownDefaults.optimizer.momentum,
      nesterov: tool.optimizer?.nesterov ?? ownDefaults.optimizer.nesterov,
      weightDecay: tool.optimizer?.weight_decay ?? ownDefaults.optimizer.weight_decay,
      clipNorm: tool.optimizer?.clip_norm ?? ownDefaults.optimizer.clip_norm,
      warmupEpochs: tool.optimizer?.warmup_epochs ?? ownDefaults.optimizer.warmup_epochs,
      schedule: tool.optimizer?.schedule ?? ownDefaults.optimizer.schedule,
      finalLearningRate: tool.optimizer?.final_learning_rate ?? ownDefaults.optimizer.final_learning_rate,
    },
    loss: {
      regression: { ...ownDefaults.loss, ...tool.loss },
      huberDelta: tool.huber_delta ?? ownDefaults.huberDelta,
      labelSmoothing: tool.label_smoothing ?? ownDefaults.labelSmoothing,
      weights: tool.loss_weights ?? {},
    },
    averageMomentum: tool.average_momentum ?? ownDefaults.averageMomentum,
    accumulateSteps: tool.accumulate_steps ?? ownDefaults.accumulateSteps,
    precision: tool.precision ?? ownDefaults.precision,
    replicas: tool.replicas ?? ownDefaults.replicas,
    reduceLearningRate:
      reducing === null
        ? null
        : {
            factor: reducing?.factor ?? standard.lrReducing.factor,
            patience: reducing?.patience ?? standard.lrReducing.patience,
            minDelta: reducing?.min_delta ?? lrReducingMinDelta[task],
            minLearningRate: reducing?.min_lr ?? standard.lrReducing.min_lr,
          },
    earlyStopping: stopping
      ? {
          monitor: stopping.monitor ?? standard.earlyStopping.monitor,
          patience: stopping.patience,
          minDelta: stopping.min_delta ?? standard.earlyStopping.min_delta,
          startFromEpoch: stopping.start_from_epoch ?? standard.earlyStopping.start_from_epoch,
          restoreBestWeights: stopping.restore_best_weights ?? standard.earlyStopping.restore_best_weights,
          verbose: Boolean(stopping.verbose ?? standard.earlyStopping.verbose),
        }
      : null,
    pruning: tool.pruning_model
      ? {
          initialSparsity: tool.pruning_model.initial_sparsity,
          finalSparsity: tool.pruning_model.final_sparsity,
          beginStep: tool.pruning_model.begin_step,
        }
      : null,
    engine: tool.engine ?? ownDefaults.engine,
    workers: tool.workers ?? ownDefaults.workers,
    checkpointMinutes: tool.checkpoint_minutes ?? ownDefaults.checkpointMinutes,
  };
}
