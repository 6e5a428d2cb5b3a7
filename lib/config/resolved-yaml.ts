import { stringify } from "yaml";
import { collapseChannels } from "./channel.js";
import type { Config, FileSelection } from "./config.js";

const glob = ({ folder, patterns }: FileSelection): string[] => patterns.map((pattern) => `${folder}/${pattern}`);

function testFiles(config: Config): Record<string, string[]> {
  const files: Record<string, string[]> = {};
  for (const { particle, selection } of config.testing?.files ?? []) {
    const list = files[particle] ?? [];
    files[particle] = [...list, ...glob(selection)];
  }
  return files;
}

/**
 * A configuration as a complete YAML file: every default and derived value written out, paths absolute, no placeholder
 * left. `loadConfig` of this text gives the same configuration again.
 */
export function resolvedYaml(config: Config): string {
  const { reader, model, training, testing } = config;
  const channels = collapseChannels(reader.channels);
  const cnn = model.singleCnn;
  const resNet = model.resNet;
  const stopping = training.earlyStopping;
  const reducing = training.reduceLearningRate;
  const content = {
    prepare_model: {
      model_type: model.type,
      tasks: model.tasks,
      CTLearnModel: {
        init_padding: model.initPadding,
        head_layers: model.headLayers,
        head_activation_function: model.headActivation,
        attention_mechanism: model.attention?.mechanism ?? null,
        attention_reduction_ratio: model.attention?.reductionRatio ?? null,
        load_model_from: model.loadModelFrom,
        overwrite_head: model.overwriteHead,
        trainable_backbone: model.trainableBackbone,
        prune_filters: model.pruneFilters,
      },
      SingleCNN: {
        name: cnn.name,
        architecture: cnn.architecture.map((stage) => ({
          filters: stage.filters,
          kernel_size: stage.kernelSize,
          number: stage.number,
        })),
        pooling_type: cnn.poolingType,
        pooling_parameters: { size: cnn.poolingSize, strides: cnn.poolingStrides },
        batchnorm: cnn.batchNormalization,
        batchnorm_momentum: cnn.batchNormalizationMomentum,
        bottleneck_filters: cnn.bottleneckFilters,
      },
      ResNet: {
        name: resNet.name,
        architecture: resNet.architecture,
        residual_block_type: resNet.residualBlockType,
        init_layer: resNet.initLayer && {
          filters: resNet.initLayer.filters,
          kernel_size: resNet.initLayer.kernelSize,
          strides: resNet.initLayer.strides,
        },
        init_max_pool: resNet.initMaxPool,
      },
      ...(model.customModel
        ? { CustomModel: { model_filename: model.customModel.file, model_name: model.customModel.name } }
        : {}),
    },
    training_model: {
      TrainCTLearnModel: {
        output_dir: config.modelFolder,
        input_dir_signal: training.signal.folder,
        file_pattern_signal: training.signal.patterns,
        ...(training.background
          ? {
              input_dir_background: training.background.folder,
              file_pattern_background: training.background.patterns,
            }
          : {}),
        reco_tasks: model.tasks,
        n_epochs: training.epochs,
        batch_size: training.batchSize,
        validation_split: training.validationSplit,
        split_by: training.splitBy,
        ...(training.fold ? { fold: `${training.fold.index}/${training.fold.of}` } : {}),
        random_seed: training.seed,
        percentage_per_epoch: training.percentagePerEpoch,
        augmentation: training.augmentation,
        save_best_validation_only: training.saveBestValidationOnly,
        optimizer: {
          name: training.optimizer.name,
          base_learning_rate: training.optimizer.learningRate,
          adam_epsilon: training.optimizer.epsilon,
          momentum: training.optimizer.momentum,
          nesterov: training.optimizer.nesterov,
          weight_decay: training.optimizer.weightDecay,
          clip_norm: training.optimizer.clipNorm,
          warmup_epochs: training.optimizer.warmupEpochs,
          schedule: training.optimizer.schedule,
          final_learning_rate: training.optimizer.finalLearningRate,
        },
        loss: training.loss.regression,
        huber_delta: training.loss.huberDelta,
        label_smoothing: training.loss.labelSmoothing,
        loss_weights: training.loss.weights,
        average_momentum: training.averageMomentum,
        accumulate_steps: training.accumulateSteps,
        precision: training.precision,
        replicas: training.replicas,
        lr_reducing: reducing && {
          factor: reducing.factor,
          patience: reducing.patience,
          min_delta: reducing.minDelta,
          min_lr: reducing.minLearningRate,
        },
        early_stopping: stopping && {
          monitor: stopping.monitor,
          patience: stopping.patience,
          verbose: stopping.verbose ? 1 : 0,
          min_delta: stopping.minDelta,
          restore_best_weights: stopping.restoreBestWeights,
          start_from_epoch: stopping.startFromEpoch,
        },
        pruning_model: training.pruning && {
          initial_sparsity: training.pruning.initialSparsity,
          final_sparsity: training.pruning.finalSparsity,
          begin_step: training.pruning.beginStep,
        },
        engine: training.engine,
        workers: training.workers,
        checkpoint_minutes: training.checkpointMinutes,
        stack_telescope_images: reader.stackTelescopeImages,
        sort_by_intensity: reader.sortByIntensity,
        DLImageReader: {
          mode: reader.mode,
          channels: channels.names,
          sequence_length: channels.sequence?.length ?? null,
          ...(channels.sequence ? { sequence_position: channels.sequence.position } : {}),
          image_mapper_type: reader.mapper,
          interpolation_image_shape: reader.imageShape,
          allowed_tels: reader.allowedTelescopes,
          allowed_tel_types: reader.allowedTelescopeTypes,
          min_telescopes: reader.minTelescopes,
          min_telescopes_of_type: reader.minTelescopesOfType.map(({ type, least }) => ["type", type, least]),
          focal_length_choice: reader.focalLength === "effective" ? "EFFECTIVE" : "EQUIVALENT",
          skip_incompatible_files: reader.skipIncompatibleFiles,
          TableQualityQuery: {
            quality_criteria: reader.qualityCriteria.map(({ name, expression }) => [name, expression]),
          },
        },
      },
    },
    ...(testing
      ? {
          testing_model: {
            files: testFiles(config),
            PredictCTLearnModel: {
              batch_size: testing.batchSize,
              prefix: testing.prefix,
              engine: testing.engine,
              weights: testing.weights,
              directions: testing.directions,
            },
          },
        }
      : {}),
  };
  const head = `# The configuration of ${config.name} as it was used, with every default written out.\n`;
  return head + stringify(content, { version: "1.2", aliasDuplicateObjects: false, lineWidth: 120 });
}
