import { extname, join } from "node:path";
import type { ModelConfig } from "./config.js";
import { ctlearnModelDefaults } from "./defaults.js";
import { type Places, train } from "./places.js";
import { absolutePath } from "./project-root.js";
import type { ConfigFile, TrainingSection } from "./schema.js";
import { type Task, taskOutputs } from "./task.js";
import { isSet, type KeyPath } from "./yaml-source.js";

type ModelBlocks = Pick<TrainingSection, "CTLearnModel" | "SingleCNN" | "ResNet" | "LoadedModel" | "CustomModel">;
type CommonTrait =
  | "init_padding"
  | "head_layers"
  | "head_activation_function"
  | "attention_mechanism"
  | "attention_reduction_ratio";

/** Kind of model and where it is loaded from, from the two sections that name them. */
function resolveModelType(
  file: ConfigFile,
  root: string,
  places: Places,
): Pick<ModelConfig, "type" | "loadModelFrom" | "customModel"> {
  const prepare = file.prepare_model;
  const training = file.training_model;
  const trainedType = training.TrainCTLearnModel.model_type;
  const customPath: KeyPath = prepare?.CustomModel
    ? ["prepare_model", "CustomModel"]
    : ["training_model", "CustomModel"];
  const custom = places.agree([
    [["prepare_model", "CustomModel"], prepare?.CustomModel],
    [["training_model", "CustomModel"], training.CustomModel],
  ]);
  const typePath: KeyPath = prepare?.model_type ? ["prepare_model", "model_type"] : [...train, "model_type"];
  let type = prepare?.model_type ?? trainedType ?? ctlearnModelDefaults.modelType;
  if (custom && type === "LoadedModel") type = "CustomModel";
  if (custom && type !== "CustomModel") {
    places.contradiction(typePath, customPath, `${type} is built in; write CustomModel, or remove that section`);
  }
  if (!custom && type === "CustomModel") {
    places.problem(typePath, "CustomModel needs a section CustomModel with model_filename and model_name");
  }
  if (prepare?.model_type && trainedType && trainedType !== "LoadedModel" && trainedType !== prepare.model_type) {
    places.contradiction(
      ["prepare_model", "model_type"],
      [...train, "model_type"],
      `${prepare.model_type} here, ${trainedType} there`,
    );
  }

  const absolute = (path: string | null | undefined): string | undefined =>
    path ? absolutePath(path, root) : undefined;
  const preparedFrom = absolute(prepare?.CTLearnModel?.load_model_from ?? prepare?.LoadedModel?.load_model_from);
  const trainedFrom = absolute(training.CTLearnModel?.load_model_from ?? training.LoadedModel?.load_model_from);
  const temporary = absolute(prepare?.temp_dir);
  const trainedFromPath: KeyPath = training.CTLearnModel?.load_model_from
    ? ["training_model", "CTLearnModel", "load_model_from"]
    : ["training_model", "LoadedModel", "load_model_from"];
  // Files of the former system load, for training, what they prepared: that is the model itself, not another one.
  const other = trainedFrom !== undefined && trainedFrom !== temporary ? trainedFrom : undefined;
  if (type !== "LoadedModel") {
    if (other && temporary) {
      places.contradiction(
        ["prepare_model", "temp_dir"],
        trainedFromPath,
        "training would load another model than the prepared one; to continue from that model set prepare_model.model_type: LoadedModel",
      );
    } else if (preparedFrom ?? other) {
      const where: KeyPath = preparedFrom ? ["prepare_model"] : trainedFromPath;
      places.contradiction(typePath, where, `load_model_from needs model_type: LoadedModel, not ${type}`);
    }
  }
  const loadModelFrom = type === "LoadedModel" ? (preparedFrom ?? other ?? null) : null;
  if (type === "LoadedModel" && !loadModelFrom) {
    places.problem(typePath, "LoadedModel needs CTLearnModel.load_model_from, the folder of the model to start from");
  }
  return {
    type,
    loadModelFrom,
    customModel: custom
      ? { file: absolutePath(customModelFile(custom.model_filename), root), name: custom.model_name }
      : null,
  };
}

function customModelFile(name: string): string {
  if (extname(name) !== "") return name;
  return name.includes("/") ? `${name}.ts` : join("models", `${name}.ts`);
}

/** Which network is built. */
export function resolveModel(file: ConfigFile, taskList: readonly Task[], root: string, places: Places): ModelConfig {
  const chosen = resolveModelType(file, root, places);
  const sections: readonly (readonly [KeyPath, ModelBlocks])[] = [
    [["prepare_model"], file.prepare_model ?? {}],
    [["training_model"], file.training_model],
  ];
  /** A setting of every kind of model: the block of the chosen kind wins over `CTLearnModel`. */
  const common = <K extends CommonTrait>(name: K): NonNullable<ModelBlocks["CTLearnModel"]>[K] | undefined => {
    const kind = chosen.type === "CustomModel" ? "CTLearnModel" : chosen.type;
    const own = places.agree(sections.map(([path, section]) => [[...path, kind, name], section[kind]?.[name]]));
    const general = places.agree(
      sections.map(([path, section]) => [[...path, "CTLearnModel", name], section.CTLearnModel?.[name]]),
    );
    return own === undefined ? general : own;
  };
  const cnn = <K extends keyof NonNullable<ModelBlocks["SingleCNN"]>>(name: K) =>
    places.agree(sections.map(([path, section]) => [[...path, "SingleCNN", name], section.SingleCNN?.[name]]));
  const resNet = <K extends keyof NonNullable<ModelBlocks["ResNet"]>>(name: K) =>
    places.agree(sections.map(([path, section]) => [[...path, "ResNet", name], section.ResNet?.[name]]));
  const loaded = <K extends "overwrite_head" | "trainable_backbone" | "prune_filters">(
    name: K,
  ): NonNullable<ModelBlocks["CTLearnModel"]>[K] | undefined =>
    places.agree(
      sections.flatMap(([path, section]) => [
        [[...path, "LoadedModel", name], section.LoadedModel?.[name]] as const,
        [[...path, "CTLearnModel", name], section.CTLearnModel?.[name]] as const,
      ]),
    );

  const mechanism = common("attention_mechanism");
  const ratio = common("attention_reduction_ratio");
  const layers = { ...ctlearnModelDefaults.headLayers, ...common("head_layers") };
  for (const task of taskList) {
    if (layers[task]?.at(-1) === taskOutputs[task]) continue;
    const path = sections
      .flatMap(([start]) => [
        [...start, chosen.type, "head_layers", task],
        [...start, "CTLearnModel", "head_layers", task],
      ])
      .find((candidate) => isSet(places.source, candidate));
    places.problem(
      path ?? train,
      `the last layer of ${task} has ${taskOutputs[task]} outputs, found ${layers[task]?.at(-1)}`,
    );
  }
  const standardCnn = ctlearnModelDefaults.singleCnn;
  const standardResNet = ctlearnModelDefaults.resNet;
  const pooling = cnn("pooling_parameters") ?? standardCnn.poolingParameters;
  const poolingType = cnn("pooling_type");
  const initLayer = resNet("init_layer");
  return {
    ...chosen,
    tasks: taskList,
    attention:
      mechanism === null
        ? null
        : {
            mechanism: mechanism ?? ctlearnModelDefaults.attentionMechanism,
            reductionRatio: ratio ?? ctlearnModelDefaults.attentionReductionRatio,
          },
    headLayers: layers,
    headActivation: { ...ctlearnModelDefaults.headActivation, ...common("head_activation_function") },
    initPadding: common("init_padding") ?? ctlearnModelDefaults.initPadding,
    singleCnn: {
      name: cnn("name") ?? standardCnn.name,
      architecture: (cnn("architecture") ?? standardCnn.architecture).map((stage) => ({
        filters: stage.filters,
        kernelSize: stage.kernel_size,
        number: stage.number,
      })),
      poolingType: poolingType === undefined ? standardCnn.poolingType : poolingType,
      poolingSize: pooling.size,
      poolingStrides: pooling.strides,
      batchNormalization: cnn("batchnorm") ?? standardCnn.batchnorm,
      batchNormalizationMomentum: cnn("batchnorm_momentum") ?? standardCnn.batchnormMomentum,
      bottleneckFilters: cnn("bottleneck_filters") ?? null,
    },
    resNet: {
      name: resNet("name") ?? standardResNet.name,
      architecture: resNet("architecture") ?? standardResNet.architecture,
      residualBlockType: resNet("residual_block_type") ?? standardResNet.residualBlockType,
      initLayer: initLayer
        ? { filters: initLayer.filters, kernelSize: initLayer.kernel_size, strides: initLayer.strides }
        : null,
      initMaxPool: resNet("init_max_pool") ?? null,
    },
    overwriteHead: loaded("overwrite_head") ?? false,
    trainableBackbone: loaded("trainable_backbone") ?? true,
    pruneFilters: loaded("prune_filters") ?? 0,
  };
}
