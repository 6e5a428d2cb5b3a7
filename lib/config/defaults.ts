import type { ImageChannel, SequencePosition } from "./channel.js";
import type { Task } from "./task.js";

/** Values of `CTLearnModel`, `SingleCNN` and `ResNet` that CTLearn uses when a file does not set them. */
export const ctlearnModelDefaults = {
  modelType: "ResNet",
  attentionMechanism: "Dual-SE",
  attentionReductionRatio: 16,
  initPadding: 0,
  headLayers: {
    type: [512, 256, 2],
    energy: [512, 256, 1],
    cameradirection: [512, 256, 2],
    skydirection: [512, 256, 2],
  },
  headActivation: { type: "relu", energy: "relu", cameradirection: "tanh", skydirection: "tanh" },
  singleCnn: {
    name: "SingleCNN",
    architecture: [
      { filters: 32, kernel_size: 3, number: 1 },
      { filters: 32, kernel_size: 3, number: 1 },
      { filters: 64, kernel_size: 3, number: 1 },
      { filters: 128, kernel_size: 3, number: 1 },
    ],
    poolingType: "max",
    poolingParameters: { size: 2, strides: 2 },
    batchnorm: false,
    batchnormMomentum: 0.99,
  },
  resNet: {
    name: "ThinResNet",
    architecture: [
      { filters: 48, blocks: 2 },
      { filters: 96, blocks: 3 },
      { filters: 128, blocks: 3 },
      { filters: 256, blocks: 3 },
    ],
    residualBlockType: "bottleneck",
  },
} as const;

/** Values of `TrainCTLearnModel` that CTLearn uses when a file does not set them. */
export const ctlearnTrainingDefaults = {
  filePattern: ["*.h5"],
  epochs: 10,
  batchSize: 64,
  validationSplit: 0.1,
  randomSeed: 0,
  percentagePerEpoch: 1,
  saveBestValidationOnly: true,
  optimizer: { name: "Adam", base_learning_rate: 1e-4, adam_epsilon: 1e-8 },
  lrReducing: { factor: 0.5, patience: 5, min_delta: 0.01, min_lr: 1e-6 },
  earlyStopping: {
    monitor: "val_loss",
    verbose: 1,
    min_delta: 0,
    restore_best_weights: true,
    start_from_epoch: 0,
  },
} as const;

/**
 * `lr_reducing.min_delta` by task. CTLearn's 0.01 is of the size of the whole loss of `cameradirection` (0.015 m), which
 * would halve the learning rate every few epochs however well training goes.
 */
export const lrReducingMinDelta: Readonly<Record<Task, number>> = {
  type: ctlearnTrainingDefaults.lrReducing.min_delta,
  energy: ctlearnTrainingDefaults.lrReducing.min_delta,
  cameradirection: 0.0001,
  skydirection: ctlearnTrainingDefaults.lrReducing.min_delta,
};

/** Values of dl1-data-handler's `DLImageReader` when a file does not set them. */
export const dl1dhReaderDefaults: {
  readonly channels: readonly ImageChannel[];
  readonly sequencePosition: SequencePosition;
  readonly mapper: string;
  readonly minTelescopes: number;
  readonly qualityCriteria: readonly (readonly [string, string])[];
  readonly focalLength: "EFFECTIVE";
} = {
  channels: ["image", "peak_time"],
  sequencePosition: "center",
  mapper: "BilinearMapper",
  minTelescopes: 1,
  qualityCriteria: [["> 50 phe", "hillas_intensity > 50"]],
  focalLength: "EFFECTIVE",
};

/** Our own defaults for keys that the former system does not know. */
export const ownDefaults = {
  engine: "graph",
  workers: 0,
  splitBy: "event",
  augmentation: "none",
  checkpointMinutes: 15,
  optimizer: {
    momentum: 0,
    nesterov: false,
    weight_decay: 0.004,
    clip_norm: null,
    warmup_epochs: 0,
    schedule: "constant",
    final_learning_rate: 0,
  },
  loss: {
    energy: "mean_absolute_error",
    cameradirection: "mean_absolute_error",
    skydirection: "mean_absolute_error",
  },
  huberDelta: 1,
  labelSmoothing: 0,
  averageMomentum: null,
  accumulateSteps: 1,
  precision: "float32",
  replicas: null,
} as const;
