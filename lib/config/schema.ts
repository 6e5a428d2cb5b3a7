import * as z from "zod";
import { channelNames, sequencePositions } from "./channel.js";
import {
  ctlearnModelDefaults as model,
  ownDefaults as own,
  dl1dhReaderDefaults as reader,
  ctlearnTrainingDefaults as training,
} from "./defaults.js";
import { combinationWeights, directionCombinations, predictionEngines } from "./prediction-choices.js";

/**
 * The shape of a configuration file, key by key as users write it. Sections are strict: a key that is not here is an
 * error. Every key carries its sentence of documentation and, where it has one, its default; the checks, the JSON Schema
 * for editors and docs/configuration.md are all made from this one description.
 */

/** A key that may be left out. `standard` is what then holds, for the documentation. */
function key<T extends z.ZodType>(schema: T, description: string, standard?: unknown): z.ZodOptional<T> {
  return schema.meta(standard === undefined ? { description } : { description, default: standard }).optional();
}

/** A key that is read and does nothing, kept so that files of the former system load. */
function ignored<T extends z.ZodType>(schema: T, why: string): z.ZodOptional<T> {
  return schema.meta({ description: `Accepted, without effect: ${why}` }).optional();
}

const path = z.string().min(1);
const positive = z.number().positive();
const count = z.int().min(1);
const task = z.enum(["type", "energy", "cameradirection", "skydirection"]);
const modelType = z.enum(["SingleCNN", "ResNet", "LoadedModel", "CustomModel"]);
const activation = z.enum([
  "relu",
  "relu6",
  "elu",
  "selu",
  "sigmoid",
  "tanh",
  "softplus",
  "softsign",
  "swish",
  "gelu",
  "linear",
]);
const regressionLoss = z.enum(["mean_absolute_error", "mean_squared_error", "huber", "log_cosh", "cosine_similarity"]);
const mapper = z.enum([
  "BilinearMapper",
  "BicubicMapper",
  "NearestNeighborMapper",
  "RebinMapper",
  "OversamplingMapper",
  "AxialMapper",
  "ShiftingMapper",
  "SquareMapper",
  "HexagdlyMapper",
]);
const channel = z.enum(channelNames);

const imageShape = key(
  z.int().min(2).nullable(),
  "Side of the mapped image in pixels; null = the mapper's default for the camera.",
  null,
);
const mapperBlock = key(
  z.strictObject({ interpolation_image_shape: imageShape }),
  "Settings of this mapper; only those of the chosen one count.",
);

const modelTraits = {
  init_padding: key(z.int().min(0), "Zeros added on each side of the input image.", model.initPadding),
  head_layers: key(
    z.strictObject({
      type: key(z.array(count).min(1), "Widths for `type`; the last is 2.", model.headLayers.type),
      energy: key(z.array(count).min(1), "Widths for `energy`; the last is 1.", model.headLayers.energy),
      cameradirection: key(
        z.array(count).min(1),
        "Widths for `cameradirection`; the last is 2.",
        model.headLayers.cameradirection,
      ),
      skydirection: key(
        z.array(count).min(1),
        "Widths for `skydirection`; the last is 2.",
        model.headLayers.skydirection,
      ),
    }),
    "Widths of the fully connected layers of each task's head.",
  ),
  head_activation_function: key(
    z.strictObject({
      type: key(activation, "For `type`.", model.headActivation.type),
      energy: key(activation, "For `energy`.", model.headActivation.energy),
      cameradirection: key(activation, "For `cameradirection`.", model.headActivation.cameradirection),
      skydirection: key(activation, "For `skydirection`.", model.headActivation.skydirection),
    }),
    "Activation of the hidden layers of each task's head; the last layer is linear, softmax for `type`.",
  ),
  attention_mechanism: key(
    z.enum(["Dual-SE", "Channel-SE", "Spatial-SE"]).nullable(),
    "Squeeze-and-excitation attention in the backbone; null = none.",
    model.attentionMechanism,
  ),
  attention_reduction_ratio: key(
    count.nullable(),
    "Channels divided by this inside the channel attention; null = the default.",
    model.attentionReductionRatio,
  ),
};

const loadedTraits = {
  load_model_from: key(
    path.nullable(),
    "Folder of the model to start from, with `model_type: LoadedModel` in `prepare_model`. In `training_model` it may also name `temp_dir`, as files of the former system do: the prepared model is then meant.",
    null,
  ),
  overwrite_head: key(z.boolean(), "Put new heads on the loaded backbone.", false),
  trainable_backbone: key(z.boolean(), "Train the backbone too; false trains the heads alone.", true),
  prune_filters: key(
    z.number().min(0).lt(1),
    "Share of the loaded network's filters to remove, the weakest of each convolution: a smaller, faster network, which this training adapts.",
    0,
  ),
};

const singleCnn = key(
  z.strictObject({
    ...modelTraits,
    name: key(z.string().min(1), "Name of the backbone; its block is called `<name>_block`.", model.singleCnn.name),
    architecture: key(
      z
        .array(
          z.strictObject({
            filters: count.meta({ description: "Number of filters." }),
            kernel_size: count.meta({ description: "Side of the kernel in pixels." }),
            number: count.meta({ description: "Convolutions before the pooling." }),
          }),
        )
        .min(1),
      "Convolutional stages, each followed by a pooling.",
      model.singleCnn.architecture,
    ),
    pooling_type: key(
      z.enum(["max", "average"]).nullable(),
      "Pooling after each stage; null = none.",
      model.singleCnn.poolingType,
    ),
    pooling_parameters: key(
      z.strictObject({
        size: count.meta({ description: "Side of the pooling window in pixels." }),
        strides: count.meta({ description: "Step of the pooling window in pixels." }),
      }),
      "Window of the pooling.",
      model.singleCnn.poolingParameters,
    ),
    batchnorm: key(
      z.boolean(),
      "Batch normalisation on the input, after each pooling and after the bottleneck.",
      model.singleCnn.batchnorm,
    ),
    batchnorm_momentum: key(
      z.number().min(0).max(1),
      "Momentum of the moving averages of the batch normalisation.",
      model.singleCnn.batchnormMomentum,
    ),
    bottleneck_filters: key(count.nullable(), "Filters of a last 1×1 convolution; null = no bottleneck.", null),
  }),
  "Settings of the plain convolutional network.",
);

const resNet = key(
  z.strictObject({
    ...modelTraits,
    name: key(z.string().min(1), "Name of the backbone; its block is called `<name>_block`.", model.resNet.name),
    architecture: key(
      z
        .array(
          z.strictObject({
            filters: count.meta({ description: "Number of filters." }),
            blocks: count.meta({ description: "Residual blocks." }),
          }),
        )
        .min(1),
      "Stacks of residual blocks; each but the first halves the image.",
      model.resNet.architecture,
    ),
    residual_block_type: key(z.enum(["bottleneck", "basic"]), "Kind of block.", model.resNet.residualBlockType),
    init_layer: key(
      z
        .strictObject({
          filters: count.meta({ description: "Number of filters." }),
          kernel_size: count.meta({ description: "Side of the kernel in pixels." }),
          strides: count.meta({ description: "Step in pixels." }),
        })
        .nullable(),
      "A convolution before the first stack; null = none.",
      null,
    ),
    init_max_pool: key(
      z
        .strictObject({
          size: count.meta({ description: "Side of the window in pixels." }),
          strides: count.meta({ description: "Step in pixels." }),
        })
        .nullable(),
      "A max pooling before the first stack; null = none.",
      null,
    ),
  }),
  "Settings of the residual network.",
);

const modelBlocks = {
  CTLearnModel: key(
    z.strictObject({ ...modelTraits, ...loadedTraits }),
    "Settings of every kind of model; a block named after the kind wins over it.",
  ),
  SingleCNN: singleCnn,
  ResNet: resNet,
  LoadedModel: key(z.strictObject({ ...modelTraits, ...loadedTraits }), "Settings of a loaded model."),
  CustomModel: key(
    z.strictObject({
      model_filename: z.string().min(1).meta({
        description: "Module that exports the model: a path, or a bare name for `models/<name>.ts` of the project.",
      }),
      model_name: z.string().min(1).meta({ description: "Name of the exported function." }),
    }),
    "A model of your own; needs `model_type: CustomModel` (or, as in the former system, `LoadedModel`).",
  ),
};

const inputShape = z.tuple([count, count, count]);
const telescopePattern = z.tuple([
  z.enum(["type", "id"]),
  z.union([z.string(), z.int()]),
  z.union([z.string(), z.int()]),
]);

const imageReader = z.strictObject({
  mode: key(
    z.enum(["mono", "stereo"]),
    "mono: one example per telescope image; stereo: one per event. `cameradirection` is always mono, `skydirection` always stereo.",
    "mono",
  ),
  channels: key(
    z.array(channel).min(1),
    "What each pixel holds, in this order. `waveform` stands for the samples of the calibrated waveforms (R1), `cleaned_waveform` for those of the pixels that survived the cleaning, `r0_waveform` for the raw ones.",
    reader.channels,
  ),
  sequence_length: key(count.nullable(), "Samples of a waveform that become channels; needed by waveforms.", null),
  sequence_position: key(
    z.enum(sequencePositions),
    "Where these samples lie: center of the readout, or around the sample in which the camera is brightest.",
    reader.sequencePosition,
  ),
  image_mapper_type: key(
    z.union([mapper, z.array(telescopePattern).min(1)]),
    "How camera pixels become a square image: a name, or ctapipe's list of [type, pattern, name].",
    reader.mapper,
  ),
  interpolation_image_shape: imageShape,
  allowed_tels: key(z.array(z.int().min(0)).min(1).nullable(), "Telescope ids to use; null = all.", null),
  allowed_tel_types: key(
    z.array(z.string().min(1)).min(1).nullable(),
    "Telescope types to use, e.g. `SST_1M_DigiCam`; null = all. `allowed_tels` wins.",
    null,
  ),
  min_telescopes: key(count, "Stereo: telescopes that an event must have.", reader.minTelescopes),
  min_telescopes_of_type: key(
    z.union([z.int().min(0), z.array(telescopePattern)]),
    'Stereo: telescopes of a type that an event must have, beside `min_telescopes`: a number for every type, or ctapipe\'s list, e.g. `[[type, "*", 0], [type, "LST*", 2]]`, in which the last that fits a type counts.',
    0,
  ),
  focal_length_choice: key(
    z.enum(["EFFECTIVE", "EQUIVALENT"]),
    "Focal length for directions in the camera. Files of SST-1M hold no effective one and need EQUIVALENT.",
    reader.focalLength,
  ),
  skip_incompatible_files: key(
    z.boolean(),
    "Leave out, with a warning, files whose telescopes differ from those of the first file.",
    false,
  ),
  force_dl1_lookup: ignored(z.boolean(), "rows are always joined on their identifiers."),
  TableQualityQuery: key(
    z.strictObject({
      quality_criteria: key(
        z.array(z.union([z.tuple([z.string(), z.string().min(1)]), z.string().min(1)])),
        "Cuts over the columns of the example table: pairs of [name, expression], or expressions alone. An example is kept when all are true; [] keeps all.",
        reader.qualityCriteria,
      ),
    }),
    "Which examples are kept.",
  ),
  ImageMapper: mapperBlock,
  BilinearMapper: mapperBlock,
  BicubicMapper: mapperBlock,
  NearestNeighborMapper: mapperBlock,
  RebinMapper: mapperBlock,
});

const prepareModel = z.strictObject({
  model_type: key(modelType, "Kind of network. `LoadedModel` continues from `load_model_from`.", model.modelType),
  tasks: key(
    z.union([task, z.array(task).min(1)]),
    "What the network reconstructs: a head each. The first is the task of this file.",
  ),
  input_shape: key(
    inputShape,
    "[height, width, channels] of the input. Derived from the reader when left out; checked against it when given. In stereo the channels may be those of one telescope or of all stacked.",
  ),
  image_shape: key(inputShape, "Another name for `input_shape`."),
  num_classes: ignored(z.int().min(1), "the width of a head follows from its task."),
  temp_dir: ignored(path, "the prepared model is kept in memory; it may be named by `load_model_from`."),
  ...modelBlocks,
});

const trainTool = z.strictObject({
  output_dir: key(
    path,
    "Folder of the model, by custom `models/<task>/<name>`. A finished model that lies there is moved to `.previous/` once the new one is complete.",
    "models/<task>/<name of this file>",
  ),
  input_dir_signal: path.meta({ description: "Folder of the gamma files." }),
  file_pattern_signal: key(
    z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
    "Patterns of file names below `input_dir_signal`; their union is read.",
    training.filePattern,
  ),
  input_dir_background: key(path.nullable(), "Folder of the proton files; needed by `type`.", null),
  file_pattern_background: key(
    z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).nullable(),
    "Patterns of file names below `input_dir_background`.",
    training.filePattern,
  ),
  model_type: key(modelType, "As in `prepare_model`, or `LoadedModel` for the prepared model."),
  reco_tasks: key(z.union([task, z.array(task).min(1)]), "As `prepare_model.tasks`; one of the two is needed."),
  n_epochs: key(count, "Most epochs to train.", training.epochs),
  batch_size: key(count, "Examples in a step.", training.batchSize),
  validation_split: key(
    z.number().min(0.01).max(0.99),
    "Share of the examples kept for validation.",
    training.validationSplit,
  ),
  split_by: key(
    z.enum(["image", "event"]),
    "event: all telescope images of a shower lie on one side, of each class the same share; image: CTLearn's split, example by example, which is also the default of files with keys of the former system (`num_classes`, `temp_dir`, `dl1dh_reader_type`, …).",
    own.splitBy,
  ),
  fold: key(
    z.string().regex(/^\d+\/\d+$/, "write it as number/parts, e.g. 2/5"),
    "Cross-validation: `2/5` keeps the second of five parts of the examples for validation, in the place of `validation_split`. `cherenkit train --folds` sets it.",
  ),
  random_seed: key(
    z.int().min(0).max(0xffffffff),
    "Seed of the split, the order of the examples and the first weights.",
    training.randomSeed,
  ),
  percentage_per_epoch: key(
    z.number().min(0.001).max(1),
    "Share (0–1) of the training batches seen in an epoch, drawn anew each epoch. Validation is always complete.",
    training.percentagePerEpoch,
  ),
  augmentation: key(
    z.enum(["none", "rotation", "symmetry"]),
    "Show each image in each epoch in a turn drawn at random, with its direction turned along: rotation = by a multiple of 60°, of square cameras 90°; symmetry = mirrored as well. A turn loses a few pixels at the edge of cameras that do not lie on themselves. Validation images are as they are.",
    own.augmentation,
  ),
  save_best_validation_only: key(
    z.boolean(),
    "Keep the model of the epoch with the lowest validation loss; false keeps that of the last epoch.",
    training.saveBestValidationOnly,
  ),
  optimizer: key(
    z.strictObject({
      name: key(z.enum(["Adam", "AdamW", "Adadelta", "RMSProp", "SGD"]), "Optimizer.", training.optimizer.name),
      base_learning_rate: key(positive, "Learning rate of the first epoch.", training.optimizer.base_learning_rate),
      adam_epsilon: key(
        positive,
        "Small number in the denominator of Adam and AdamW.",
        training.optimizer.adam_epsilon,
      ),
      momentum: key(z.number().min(0).lt(1), "Of SGD and RMSProp.", own.optimizer.momentum),
      nesterov: key(z.boolean(), "SGD looks ahead along its momentum.", own.optimizer.nesterov),
      weight_decay: key(
        z.number().min(0),
        "Share of each weight, times the learning rate, by which AdamW draws it to zero in a step.",
        own.optimizer.weight_decay,
      ),
      clip_norm: key(
        positive.nullable(),
        "Greatest length of all gradients together; longer ones are scaled down. null = no limit.",
        own.optimizer.clip_norm,
      ),
      warmup_epochs: key(
        z.number().min(0),
        "Epochs, or a share of one, in which the learning rate rises from near zero.",
        own.optimizer.warmup_epochs,
      ),
      schedule: key(
        z.enum(["constant", "cosine"]),
        "cosine: after the warm-up the learning rate falls along half a cosine to `final_learning_rate` at the last planned step.",
        own.optimizer.schedule,
      ),
      final_learning_rate: key(z.number().min(0), "Where the cosine ends.", own.optimizer.final_learning_rate),
    }),
    "How weights are changed.",
  ),
  lr_reducing: key(
    z
      .strictObject({
        factor: key(z.number().gt(0).lt(1), "New learning rate = factor × old one.", training.lrReducing.factor),
        patience: key(count, "Epochs without improvement to wait.", training.lrReducing.patience),
        min_delta: key(
          z.number().min(0),
          "Least decrease of the validation loss that counts as improvement. The default is 0.0001 for `cameradirection`, whose loss is in metres.",
          training.lrReducing.min_delta,
        ),
        min_lr: key(z.number().min(0), "Lowest learning rate.", training.lrReducing.min_lr),
      })
      .nullable(),
    "Lower the learning rate when the validation loss stands still (Keras' ReduceLROnPlateau); null = never.",
  ),
  early_stopping: key(
    z
      .strictObject({
        monitor: key(z.string().min(1), "Column of training_log.csv to watch.", training.earlyStopping.monitor),
        patience: z.int().min(0).meta({ description: "Epochs without improvement after which training stops." }),
        verbose: key(
          z.union([z.int().min(0).max(2), z.boolean()]),
          "0 says nothing, otherwise a line tells why training stopped.",
          training.earlyStopping.verbose,
        ),
        min_delta: key(
          z.number().min(0),
          "Least change that counts as improvement, in units of `monitor`.",
          training.earlyStopping.min_delta,
        ),
        restore_best_weights: key(
          z.boolean(),
          "End with the weights of the best epoch rather than the last.",
          training.earlyStopping.restore_best_weights,
        ),
        start_from_epoch: key(
          z.int().min(0),
          "Epochs at the start that are not watched.",
          training.earlyStopping.start_from_epoch,
        ),
      })
      .nullable(),
    "Stop when a value no longer improves (Keras' EarlyStopping); null or left out = train all epochs.",
    null,
  ),
  pruning_model: key(
    z
      .strictObject({
        initial_sparsity: z.number().min(0).lt(1).meta({ description: "Share of zero weights at the first step." }),
        final_sparsity: z.number().gt(0).lt(1).meta({ description: "Share of zero weights at the end." }),
        begin_step: z.int().min(0).meta({ description: "Training step at which pruning begins." }),
      })
      .nullable(),
    "Set the smallest weights to zero while training, more and more of them (cubic schedule up to the last planned step); null = no pruning.",
    null,
  ),
  loss: key(
    z.strictObject({
      energy: key(regressionLoss, "For `energy`.", own.loss.energy),
      cameradirection: key(regressionLoss, "For `cameradirection`.", own.loss.cameradirection),
      skydirection: key(regressionLoss, "For `skydirection`.", own.loss.skydirection),
    }),
    "Loss of each regression; `type` is always trained by its categorical cross-entropy.",
  ),
  huber_delta: key(positive, "Residual at which the Huber loss passes from squares to lines.", own.huberDelta),
  label_smoothing: key(
    z.number().min(0).lt(1),
    "Share of the labels of `type` that is spread over both classes.",
    own.labelSmoothing,
  ),
  loss_weights: key(
    z.union([
      z.literal("uncertainty"),
      z.strictObject({
        type: key(z.number().min(0), "For `type`.", 1),
        energy: key(z.number().min(0), "For `energy`.", 1),
        cameradirection: key(z.number().min(0), "For `cameradirection`.", 1),
        skydirection: key(z.number().min(0), "For `skydirection`.", 1),
      }),
    ]),
    "Factors of the tasks' losses when several are trained in one network, 1 where nothing is said; `uncertainty` lets training find them.",
  ),
  average_momentum: key(
    z.number().gt(0).lt(1).nullable(),
    "Momentum of a running average of the weights, which is validated and saved in their place; null = none. Not with `pruning_model`.",
    own.averageMomentum,
  ),
  accumulate_steps: key(
    count,
    "Batches whose gradients are averaged before the weights change, for large batches in little memory.",
    own.accumulateSteps,
  ),
  precision: key(
    z.enum(["float32", "bfloat16", "float16"]),
    "Number format of convolutions and matrix products; weights stay in float32, float16 scales its loss. For GPUs; tried on CPUs only.",
    own.precision,
  ),
  replicas: key(
    count.nullable(),
    "Copies of the network in one graph that share each batch, one a GPU from `/device:GPU:0` on where there are GPUs. null: one; on CPUs up to four for batches of up to 16, unless the network has batch normalisation. Tried on CPUs only.",
    own.replicas,
  ),
  engine: key(
    z.enum(["graph", "eager"]),
    "graph: the training step as one TensorFlow graph; eager: layer by layer, slower, for layers the graph lacks.",
    own.engine,
  ),
  workers: key(
    z.int().min(0).max(256),
    "Threads that prepare batches; 0 = chosen from the cores of the process.",
    own.workers,
  ),
  checkpoint_minutes: key(
    positive,
    "Longest time between checkpoints; one is also written at the end of each epoch.",
    own.checkpointMinutes,
  ),
  stack_telescope_images: key(
    z.boolean(),
    "Stereo: put the images of all telescopes behind each other as channels.",
    "false in mono, true in stereo",
  ),
  sort_by_intensity: key(
    z.boolean(),
    "Stereo: the images of an event by falling intensity, blank ones last, instead of by telescope.",
    false,
  ),
  dl1dh_reader_type: ignored(z.literal("DLImageReader"), "images are the only input."),
  overwrite: ignored(z.boolean(), "nothing is ever deleted; see `output_dir`."),
  quiet: ignored(z.boolean(), "use the shell to silence a command."),
  log_level: ignored(z.union([z.string(), z.int()]), "messages have one level."),
  save_onnx: ignored(z.literal(false), "models are kept as tf.LayersModel and TensorFlow SavedModel."),
  DLImageReader: key(imageReader, "What is read from the files and how."),
});

const testingModel = z.strictObject({
  data_path: key(
    path,
    "Folder that holds `<particle>/test/*.h5`: gammas_diffuse and protons_diffuse for `type`, gammas_point for the other tasks.",
  ),
  files: key(
    z.record(z.string().min(1), z.union([path, z.array(path).min(1)])),
    "Instead of `data_path`: files or patterns by particle, e.g. `gammas_point: [runs/gamma_*.h5]`.",
  ),
  shard: key(
    z.string().regex(/^\d+\/\d+$/),
    "Predict only a share of the files, `2/4`: the second of four. `cherenkit submit --shards` sets it.",
  ),
  PredictCTLearnModel: key(
    z.strictObject({
      stack_telescope_images: key(z.boolean(), "Must agree with training, whose settings are used."),
      sort_by_intensity: key(z.boolean(), "Must agree with training, whose settings are used."),
      batch_size: key(count, "Examples predicted at once.", training.batchSize),
      prefix: key(
        z.string().min(1).nullable(),
        "Name of the algorithm in the groups of the DL2 file; null = `CTLearn`.",
        null,
      ),
      engine: key(
        z.enum(predictionEngines),
        "What computes the network; auto: onnxruntime, but TensorFlow on a GPU and for layers that ONNX lacks. onnxruntime-int8: the 8-bit network that `cherenkit quantise` wrote.",
        "auto",
      ),
      weights: key(
        z.enum(combinationWeights),
        "How much each telescope counts in the prediction of the array: one of ctapipe's weights, or the error that the model expects of each image.",
        "none",
      ),
      directions: key(
        z.enum(directionCombinations),
        "How the directions that several telescopes' images tell become that of an event; mean: of the unit vectors, as CTLearn does; axes: where the long axes of the images and the distances along them agree; auto: axes, but the mean for files without Hillas' parameters.",
        "auto",
      ),
      DLImageReader: key(imageReader, "May repeat the reader of training, which is used; a difference is an error."),
    }),
    "How files are predicted.",
  ),
});

/** The whole file. */
export const configSchema = z.strictObject({
  paths: key(
    z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the placeholder's own spelling
    "Names for places, used elsewhere as `{name}`. `${NAME}` anywhere is an environment variable, `${NAME:-text}` one with a default.",
  ),
  prepare_model: key(prepareModel, "Which network is built."),
  training_model: z
    .strictObject({
      TrainCTLearnModel: trainTool.meta({ description: "How it is trained, and on what." }),
      ...modelBlocks,
    })
    .meta({ description: "How the network is trained." }),
  testing_model: key(testingModel, "Which files the trained network is tried on."),
});

/** What a valid file holds, before derived values and defaults. */
export type ConfigFile = z.infer<typeof configSchema>;
/** `training_model` of a valid file. */
export type TrainingSection = ConfigFile["training_model"];
