import type { Channel } from "./channel.js";
import type { CombinationWeights, DirectionCombination, PredictionEngine } from "./prediction-choices.js";
import type { Task } from "./task.js";

/** How events are read; the same settings must hold in training and in prediction, so `card.json` repeats them. */
export interface ReaderConfig {
  readonly mode: "mono" | "stereo";
  /** What each pixel holds; a waveform has a channel for each of its samples. */
  readonly channels: readonly Channel[];
  /** Name of an image mapper, e.g. `BilinearMapper`. */
  readonly mapper: string;
  /** Side of the square image in pixels; null = the mapper's default for the camera. */
  readonly imageShape: number | null;
  /** Telescope ids; null = all. */
  readonly allowedTelescopes: readonly number[] | null;
  /** Telescope type strings such as `SST_1M_DigiCam`; null = all. */
  readonly allowedTelescopeTypes: readonly string[] | null;
  /** Expressions over the columns of the example table; an example is kept when all are true. */
  readonly qualityCriteria: readonly { readonly name: string; readonly expression: string }[];
  readonly focalLength: "effective" | "equivalent";
  /** Stereo: telescopes that an event must have. */
  readonly minTelescopes: number;
  /** Stereo: telescopes of a type that an event must have; of several patterns that fit a type the last counts. */
  readonly minTelescopesOfType: readonly { readonly type: string; readonly least: number }[];
  readonly stackTelescopeImages: boolean;
  readonly sortByIntensity: boolean;
  readonly skipIncompatibleFiles: boolean;
}

/** Files of one class: `folder` joined with each glob pattern, sorted, without doubles. */
export interface FileSelection {
  readonly folder: string;
  readonly patterns: readonly string[];
}

export interface ModelConfig {
  readonly type: "SingleCNN" | "ResNet" | "LoadedModel" | "CustomModel";
  readonly tasks: readonly Task[];
  readonly attention: {
    readonly mechanism: "Dual-SE" | "Channel-SE" | "Spatial-SE";
    readonly reductionRatio: number;
  } | null;
  readonly headLayers: Readonly<Record<Task, readonly number[]>>;
  readonly headActivation: Readonly<Record<Task, string>>;
  readonly initPadding: number;
  readonly singleCnn: {
    readonly name: string;
    readonly architecture: readonly {
      readonly filters: number;
      readonly kernelSize: number;
      readonly number: number;
    }[];
    readonly poolingType: "max" | "average" | null;
    readonly poolingSize: number;
    readonly poolingStrides: number;
    readonly batchNormalization: boolean;
    readonly batchNormalizationMomentum: number;
    readonly bottleneckFilters: number | null;
  };
  readonly resNet: {
    readonly name: string;
    readonly architecture: readonly { readonly filters: number; readonly blocks: number }[];
    readonly residualBlockType: "bottleneck" | "basic";
    readonly initLayer: { readonly filters: number; readonly kernelSize: number; readonly strides: number } | null;
    readonly initMaxPool: { readonly size: number; readonly strides: number } | null;
  };
  readonly loadModelFrom: string | null;
  readonly overwriteHead: boolean;
  /** Share (0–1) of the loaded network's filters to remove. */
  readonly pruneFilters: number;
  readonly trainableBackbone: boolean;
  /** TypeScript or JavaScript module that exports the custom model. */
  readonly customModel: { readonly file: string; readonly name: string } | null;
}

export interface OptimizerConfig {
  readonly name: "Adam" | "AdamW" | "Adadelta" | "RMSProp" | "SGD";
  readonly learningRate: number;
  /** Of Adam and AdamW. */
  readonly epsilon: number;
  /** Of SGD and RMSProp. */
  readonly momentum: number;
  readonly nesterov: boolean;
  /** Of AdamW. */
  readonly weightDecay: number;
  /** Greatest length of all gradients together. */
  readonly clipNorm: number | null;
  /** Epochs in which the learning rate rises. */
  readonly warmupEpochs: number;
  readonly schedule: "constant" | "cosine";
  /** Where the cosine ends. */
  readonly finalLearningRate: number;
}

export type RegressionLoss = "mean_absolute_error" | "mean_squared_error" | "huber" | "log_cosh" | "cosine_similarity";

/** What is minimised. */
export interface LossConfig {
  readonly regression: Readonly<Record<Exclude<Task, "type">, RegressionLoss>>;
  readonly huberDelta: number;
  /** Share (0–1) of the labels of `type` that is spread over both classes. */
  readonly labelSmoothing: number;
  /** Factors of the tasks' losses; 1 where nothing is said. */
  readonly weights: Readonly<Partial<Record<Task, number>>> | "uncertainty";
}

/** Keras' `EarlyStopping`. */
export interface EarlyStoppingConfig {
  /** A column of training_log.csv, e.g. `val_loss`. */
  readonly monitor: string;
  readonly patience: number;
  readonly minDelta: number;
  readonly startFromEpoch: number;
  readonly restoreBestWeights: boolean;
  /** Say when training stops early and which epoch's weights are kept. */
  readonly verbose: boolean;
}

/** Turns of the camera onto itself in which images are shown while a network is trained. */
export type Augmentation = "none" | "rotation" | "symmetry";

export interface TrainingConfig {
  readonly signal: FileSelection;
  readonly background: FileSelection | null;
  readonly epochs: number;
  readonly batchSize: number;
  readonly validationSplit: number;
  /** `image` = the former seeded split; `event` keeps the telescopes of one shower on one side. */
  readonly splitBy: "image" | "event";
  /** Which of how many parts of the examples is kept for validation, counted from 1; null = `validationSplit` of them. */
  readonly fold: { readonly index: number; readonly of: number } | null;
  readonly seed: number;
  readonly percentagePerEpoch: number;
  readonly saveBestValidationOnly: boolean;
  readonly optimizer: OptimizerConfig;
  readonly reduceLearningRate: {
    readonly factor: number;
    readonly patience: number;
    readonly minDelta: number;
    readonly minLearningRate: number;
  } | null;
  readonly earlyStopping: EarlyStoppingConfig | null;
  /** Zero the smallest weights while training, from `initialSparsity` at `beginStep` to `finalSparsity` at the end. */
  readonly pruning: {
    readonly initialSparsity: number;
    readonly finalSparsity: number;
    readonly beginStep: number;
  } | null;
  /** `rotation` = by 60° (square cameras 90°), `symmetry` = mirrored as well; drawn anew for each example and epoch. */
  readonly augmentation: Augmentation;
  readonly loss: LossConfig;
  /** Momentum of a running average of the weights, which is validated and saved; null = none. */
  readonly averageMomentum: number | null;
  /** Batches whose gradients are averaged before the weights change. */
  readonly accumulateSteps: number;
  readonly precision: "float32" | "bfloat16" | "float16";
  /** Copies of the network that share each batch; null = what is fast on the device in use. */
  readonly replicas: number | null;
  readonly engine: "graph" | "eager";
  /** Worker threads that prepare batches; 0 = chosen from the cores of this process. */
  readonly workers: number;
  /** A full checkpoint is written at each epoch's end and, within an epoch, every so many minutes. */
  readonly checkpointMinutes: number;
}

export interface TestingConfig {
  /** Files to predict, by particle: `gammas_diffuse`, `protons_diffuse`, `gammas_point`. */
  readonly files: readonly { readonly particle: string; readonly selection: FileSelection }[];
  readonly batchSize: number;
  /** Only the `index`-th (from 1) of `of` shares of the files; what several jobs do together. */
  readonly shard?: { readonly index: number; readonly of: number };
  /** Name of the algorithm in the groups of a DL2 file, `/dl2/event/telescope/energy/<prefix>`; null = CTLearn's for each task. */
  readonly prefix: string | null;
  /** What computes the network. */
  readonly engine: PredictionEngine;
  /** How much each telescope counts in the prediction of the array. */
  readonly weights: CombinationWeights;
  /** How the directions of single images become that of an event. */
  readonly directions: DirectionCombination;
}

/** One task, one model: what a YAML file says, checked, with defaults and derived values filled in. */
export interface Config {
  /** Absolute path of the YAML file. */
  readonly file: string;
  readonly task: Task;
  /** Name of the model, the last part of `modelFolder`. */
  readonly name: string;
  /** Absolute path of `models/<task>/<name>`. */
  readonly modelFolder: string;
  readonly reader: ReaderConfig;
  readonly model: ModelConfig;
  readonly training: TrainingConfig;
  readonly testing: TestingConfig | null;
}
