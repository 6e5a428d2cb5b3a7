// No key of a configuration is without effect: each is changed by itself, and what comes out must change.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Config } from "../../lib/config/config.js";
import { schemaAt } from "../../lib/config/json-schema.js";
import { loadConfig } from "../../lib/config/load-config.js";
import { modelFolder } from "../../lib/config/model-folder.js";
import { allKeys } from "../../lib/config/sections.js";
import type { tf } from "../../lib/engine/tensorflow.js";
import { loadModel } from "../../lib/models/load-model.js";
import { prepareModel } from "../../lib/models/prepare-model.js";
import { simulate } from "../../lib/simulation/simulate.js";
import { openTrainingData } from "../../lib/training/open-training-data.js";
import { train } from "../../lib/training/train.js";

/** Key path → YAML text, as `--set` takes them; undefined leaves out what is usual here. */
type Values = Readonly<Record<string, string | undefined>>;

/** A value that must make a difference, and what else must be set for it, in both runs. */
type Trial = readonly [value: string, beside?: Values];

const tool = "training_model.TrainCTLearnModel";
const folder = mkdtempSync(join(tmpdir(), "cherenkit-keys-"));
const file = join(folder, "tiny.yaml");
after(() => rmSync(folder, { recursive: true, force: true }));
before(async () => {
  await simulate({ events: 40, seed: 5, output: join(folder, "data") });
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(
    file,
    `prepare_model:
  model_type: SingleCNN
  CTLearnModel:
    attention_mechanism: null
    head_layers: {type: [4, 2], energy: [4, 1], cameradirection: [4, 2], skydirection: [4, 2]}
  SingleCNN:
    architecture: [{filters: 4, kernel_size: 3, number: 1}, {filters: 8, kernel_size: 3, number: 1}]
training_model:
  TrainCTLearnModel:
    input_dir_signal: data/gammas_diffuse/train
    n_epochs: 2
    batch_size: 8
    random_seed: 3
    split_by: event
    workers: 1
    optimizer: {name: Adam, base_learning_rate: 0.01}
    DLImageReader: {mode: mono, channels: [image, peak_time]}
`,
  );
});

const on = (section: string, values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${section}.${key}`, value]));
const tasks = (...names: string[]): Values => ({ "prepare_model.tasks": `[${names.join(", ")}]` });
const side = `${tool}.DLImageReader.interpolation_image_shape`;
const stereo = { [`${tool}.DLImageReader.mode`]: "stereo" };
const background = on(tool, { input_dir_background: "data/protons_diffuse/train" });
const optimizer = (values: Values): Values => on(`${tool}.optimizer`, values);
const plateau = (values: Values): Values =>
  on(`${tool}.lr_reducing`, { patience: "1", min_delta: "1000000", min_lr: "0", ...values });
const stopping = (values: Values): Values => on(`${tool}.early_stopping`, { patience: "1", ...values });
const zeroing = on(`${tool}.pruning_model`, { initial_sparsity: "0.1", final_sparsity: "0.5", begin_step: "0" });
const inReader = (values: Values): Values => on(`${tool}.DLImageReader`, values);

/** Of the training: by the log, the files of the model folder and the weights that are kept. */
const trainingKeys: Record<string, Trial> = {
  n_epochs: ["3"],
  batch_size: ["16"],
  validation_split: ["0.4"],
  split_by: ["image"],
  fold: ["2/3"],
  random_seed: ["4"],
  percentage_per_epoch: ["0.5"],
  augmentation: ["symmetry"],
  file_pattern_signal: ['["*run1.dl1.h5"]'],
  input_dir_signal: ["data/gammas_diffuse/test"],
  input_dir_background: ["data/protons_diffuse/test", { ...tasks("type"), ...background }],
  file_pattern_background: ['["*4.dl1.h5"]', { ...tasks("type"), ...background }],
  reco_tasks: ["[cameradirection]", { "prepare_model.tasks": undefined, [`${tool}.reco_tasks`]: "[energy]" }],
  "optimizer.name": ["RMSProp"],
  "optimizer.base_learning_rate": ["0.02"],
  "optimizer.adam_epsilon": ["0.1"],
  "optimizer.momentum": ["0.5", optimizer({ name: "SGD" })],
  "optimizer.nesterov": ["true", optimizer({ name: "SGD", momentum: "0.5" })],
  "optimizer.weight_decay": ["0.5", optimizer({ name: "AdamW" })],
  "optimizer.clip_norm": ["0.01", optimizer({ name: "SGD" })],
  "optimizer.warmup_epochs": ["1"],
  "optimizer.schedule": ["cosine"],
  "optimizer.final_learning_rate": ["0.005", optimizer({ schedule: "cosine" })],
  "lr_reducing.factor": ["0.1", { ...plateau({}), [`${tool}.n_epochs`]: "4" }],
  "lr_reducing.patience": ["3", { ...plateau({}), [`${tool}.n_epochs`]: "4" }],
  "lr_reducing.min_delta": ["0", { ...plateau({}), [`${tool}.n_epochs`]: "4" }],
  "lr_reducing.min_lr": ["0.009", { ...plateau({}), [`${tool}.n_epochs`]: "4" }],
  "early_stopping.monitor": ["loss", stopping({ min_delta: "1000000", restore_best_weights: "false" })],
  "early_stopping.patience": ["2", { ...stopping({ min_delta: "1000000" }), [`${tool}.n_epochs`]: "4" }],
  "early_stopping.verbose": ["0", { ...stopping({ min_delta: "1000000" }), [`${tool}.n_epochs`]: "4" }],
  "early_stopping.min_delta": ["1000000", { ...stopping({}), [`${tool}.n_epochs`]: "4" }],
  "early_stopping.start_from_epoch": ["2", { ...stopping({ min_delta: "1000000" }), [`${tool}.n_epochs`]: "5" }],
  "pruning_model.initial_sparsity": ["0.4", zeroing],
  "pruning_model.final_sparsity": ["0.8", zeroing],
  "pruning_model.begin_step": ["3", zeroing],
  "loss.energy": ["mean_squared_error"],
  "loss.cameradirection": ["huber", tasks("cameradirection")],
  "loss.skydirection": ["cosine_similarity", { ...tasks("skydirection"), ...stereo }],
  huber_delta: ["0.01", { [`${tool}.loss.energy`]: "huber" }],
  label_smoothing: ["0.2", { ...tasks("type"), ...background }],
  "loss_weights.type": ["9", { ...tasks("type", "energy"), ...background }],
  "loss_weights.energy": ["9", tasks("energy", "cameradirection")],
  "loss_weights.cameradirection": ["9", tasks("energy", "cameradirection")],
  "loss_weights.skydirection": ["9", { ...tasks("skydirection", "energy"), ...stereo }],
  average_momentum: ["0.9"],
  accumulate_steps: ["2"],
  precision: ["bfloat16"],
};

/** Of the reader: by the images and labels of the first examples, and how many there are. */
const readerKeys: Record<string, Trial> = {
  mode: ["stereo"],
  channels: ["[cleaned_image, peak_time]"],
  image_mapper_type: ["NearestNeighborMapper"],
  interpolation_image_shape: ["30"],
  allowed_tels: ["[1]"],
  min_telescopes: ["2", stereo],
  min_telescopes_of_type: ["2", { ...stereo, ...inReader({ min_telescopes: "1" }) }],
  focal_length_choice: ["EQUIVALENT", tasks("cameradirection")],
  "TableQualityQuery.quality_criteria": ['["hillas_intensity > 200"]'],
  ...Object.fromEntries(
    ["Bilinear", "Bicubic", "NearestNeighbor", "Rebin"].map((name) => [
      `${name}Mapper.interpolation_image_shape`,
      ["30", { [side]: undefined, ...inReader({ image_mapper_type: `${name}Mapper` }) }],
    ]),
  ),
  "ImageMapper.interpolation_image_shape": ["30", { [side]: undefined }],
};

const pool = { size: "2", strides: "2" };
const ratio = "prepare_model.CTLearnModel.attention_reduction_ratio";
/** Of the network: by its layers, their settings and its first weights. */
const modelKeys: Record<string, Trial> = {
  model_type: ["ResNet"],
  tasks: ["[energy, cameradirection]"],
  "CTLearnModel.init_padding": ["2"],
  "CTLearnModel.head_layers.energy": ["[6, 1]"],
  "CTLearnModel.head_activation_function.energy": ["tanh"],
  "CTLearnModel.attention_mechanism": ["Spatial-SE"],
  "CTLearnModel.attention_reduction_ratio": [
    "2",
    { [ratio]: "4", "prepare_model.CTLearnModel.attention_mechanism": "Dual-SE" },
  ],
  "SingleCNN.name": ["Mine"],
  "SingleCNN.architecture": ["[{filters: 5, kernel_size: 3, number: 1}]"],
  "SingleCNN.pooling_type": ["average"],
  "SingleCNN.pooling_parameters.size": ["3", on("prepare_model.SingleCNN.pooling_parameters", pool)],
  "SingleCNN.pooling_parameters.strides": ["1", on("prepare_model.SingleCNN.pooling_parameters", pool)],
  "SingleCNN.batchnorm": ["true"],
  "SingleCNN.batchnorm_momentum": ["0.5", { "prepare_model.SingleCNN.batchnorm": "true" }],
  "SingleCNN.bottleneck_filters": ["2"],
};
const residual = {
  "prepare_model.model_type": "ResNet",
  "prepare_model.ResNet.architecture": "[{filters: 2, blocks: 1}, {filters: 3, blocks: 1}]",
};
const first = { filters: "2", kernel_size: "3", strides: "2" };
const residualKeys: Record<string, Trial> = {
  "ResNet.name": ["Mine"],
  "ResNet.architecture": ["[{filters: 2, blocks: 2}, {filters: 3, blocks: 1}]"],
  "ResNet.residual_block_type": ["basic"],
  "ResNet.init_layer.filters": ["3", on("prepare_model.ResNet.init_layer", first)],
  "ResNet.init_layer.kernel_size": ["5", on("prepare_model.ResNet.init_layer", first)],
  "ResNet.init_layer.strides": ["1", on("prepare_model.ResNet.init_layer", first)],
  "ResNet.init_max_pool.size": ["3", on("prepare_model.ResNet.init_max_pool", pool)],
  "ResNet.init_max_pool.strides": ["1", on("prepare_model.ResNet.init_max_pool", pool)],
};

/** Keys that leave the numbers as they are, or whose effect needs more than this, and the test that sees it. */
const elsewhere: Readonly<Record<string, string>> = {
  output_dir: "config/loading.test.ts",
  model_type: "config/loading.test.ts",
  save_best_validation_only: "training/training-keys.test.ts",
  "early_stopping.restore_best_weights": "training/training-keys.test.ts",
  replicas: "training/training-keys.test.ts",
  engine: "training/training-keys.test.ts",
  workers: "events/batches.test.ts",
  checkpoint_minutes: "training/train.test.ts",
  stack_telescope_images: "events/stereo-examples.test.ts",
  sort_by_intensity: "events/stereo-examples.test.ts",
  "DLImageReader.allowed_tel_types": "events/mono-examples.test.ts",
  "DLImageReader.skip_incompatible_files": "events/mono-examples.test.ts",
  "DLImageReader.sequence_length": "events/waveforms.test.ts",
  "DLImageReader.sequence_position": "events/waveforms.test.ts",
  "prepare_model.input_shape": "config/loading.test.ts",
  "prepare_model.image_shape": "config/loading.test.ts",
  "prepare_model.CTLearnModel.load_model_from": "models/custom-model.test.ts",
  "prepare_model.CTLearnModel.overwrite_head": "models/custom-model.test.ts",
  "prepare_model.CTLearnModel.trainable_backbone": "models/custom-model.test.ts",
  "prepare_model.CTLearnModel.prune_filters": "models/prune-filters.test.ts",
  "prepare_model.CustomModel.model_filename": "models/custom-model.test.ts",
  "prepare_model.CustomModel.model_name": "models/custom-model.test.ts",
};

const sumOf = (arrays: readonly ArrayLike<number>[]): string => {
  const hash = createHash("sha256");
  for (const array of arrays) hash.update(Float64Array.from(array));
  return hash.digest("hex").slice(0, 16);
};
const weightsOf = (model: tf.LayersModel): string => sumOf(model.getWeights().map((tensor) => tensor.dataSync()));

/** Runs with the model folder of their own; the last one's comes back. */
let runs = 0;
async function configOf(values: Values): Promise<Config> {
  const usual = {
    "prepare_model.tasks": "[energy]",
    [`${tool}.output_dir`]: `models/tiny/${runs++}`,
    [side]: "24",
  };
  const given = Object.entries({ ...usual, ...values }).filter((one): one is [string, string] => one[1] !== undefined);
  return loadConfig(file, Object.fromEntries(given));
}

async function trained(values: Values): Promise<string> {
  const config = await configOf(values);
  const data = await openTrainingData(config);
  try {
    const lines: string[] = [];
    const model = await prepareModel(config, data);
    const { history } = await train(model, data, config, { log: (line) => lines.push(line.replaceAll(/[\d.]+/g, "")) });
    const kept = await loadModel(modelFolder(config.modelFolder).model);
    const epochs = history.map(({ loss, val_loss, learningRate, metrics }) => ({
      loss,
      val_loss,
      learningRate,
      metrics,
    }));
    return JSON.stringify({
      epochs,
      weights: weightsOf(kept),
      lines: lines.filter((line) => !line.startsWith("epoch")),
    });
  } finally {
    await data.batches.close();
  }
}

async function read(values: Values): Promise<string> {
  const config = await configOf(values);
  const data = await openTrainingData(config);
  try {
    const { training, validation, imageShape } = data;
    const rows = training.slice(0, 8).sort();
    const sums: string[] = [];
    for await (const { images, labels, release } of data.batches.epoch(rows, 8)) {
      sums.push(sumOf([images, ...Object.values(labels)]));
      release();
    }
    return JSON.stringify({ imageShape, examples: training.length + validation.length, sums });
  } finally {
    await data.batches.close();
  }
}

async function built(values: Values): Promise<string> {
  const model = await prepareModel(await configOf(values), [24, 24, 2]);
  return JSON.stringify({ layers: model.toJSON(null, false), weights: weightsOf(model) });
}

function check(
  keys: Record<string, Trial>,
  section: string,
  outcome: (values: Values) => Promise<string>,
  always = {},
): void {
  const before = new Map<string, string>();
  for (const [key, [value, beside = {}]] of Object.entries(keys)) {
    test(`${section}.${key} has an effect`, async () => {
      const values = { ...always, ...beside };
      // The usual outcome is asked for twice once, so that a difference is not chance.
      if (before.size === 0) assert.equal(await outcome(values), await outcome(values));
      const usual = before.get(JSON.stringify(beside)) ?? (await outcome(values));
      before.set(JSON.stringify(beside), usual);
      const changed = await outcome({ ...values, [`${section}.${key}`]: value });
      assert.ok(changed !== usual, `${value} gives what is usual`);
    });
  }
}
check(trainingKeys, tool, trained);
check(readerKeys, `${tool}.DLImageReader`, read);
check(modelKeys, "prepare_model", built);
check(residualKeys, "prepare_model", built, residual);

const traits = /^(prepare_model|training_model)\.(CTLearnModel|SingleCNN|ResNet|LoadedModel)\.(\w+)/;
/** Blocks of networks share keys, tasks share theirs; `training_model` may hold what `prepare_model` holds. */
function representative(key: string): string {
  return key
    .replace(/^training_model\.(?=CTLearnModel|SingleCNN|ResNet|LoadedModel|CustomModel)/, "prepare_model.")
    .replace(traits, (whole, _section, _block, name) => (own.has(name) ? `prepare_model.CTLearnModel.${name}` : whole))
    .replace(/(head_\w+)\.\w+$/, "$1.energy");
}
const own = new Set(
  allKeys()
    .filter(([section, block]) => section === "prepare_model" && block === "CTLearnModel")
    .map((path) => path[2]!),
);

test("every key of training, reader and network has its trial, or one in a test of its own", () => {
  const keys = allKeys();
  const leaves = keys.filter(
    (path) => !keys.some((other) => other.length > path.length && path.every((part, i) => part === other[i])),
  );
  const tried = new Set([
    ...Object.keys(trainingKeys).map((key) => `${tool}.${key}`),
    ...Object.keys(readerKeys).map((key) => `${tool}.DLImageReader.${key}`),
    ...Object.keys({ ...modelKeys, ...residualKeys }).map((key) => `prepare_model.${key}`),
    ...Object.keys(elsewhere).map((key) => (key.startsWith("prepare_model") ? key : `${tool}.${key}`)),
  ]);
  const missing = leaves
    .filter((path) => ["prepare_model", "training_model"].includes(path[0]!))
    .filter((path) => !schemaAt(path).schema.description?.startsWith("Accepted, without effect"))
    .map((path) => representative(path.join(".")))
    .filter((key) => !tried.has(key));
  assert.deepEqual([...new Set(missing)], []);
  for (const name of Object.values(elsewhere)) {
    assert.ok(existsSync(fileURLToPath(new URL(`../${name.replace(".ts", ".js")}`, import.meta.url))), name);
  }
});

test("a block of a kind of network, in either section, sets what CTLearnModel sets", async () => {
  const values: Record<string, string> = {
    init_padding: "2",
    "head_layers.energy": "[6, 1]",
    "head_activation_function.energy": "tanh",
    attention_mechanism: "Spatial-SE",
  };
  for (const [name, value] of Object.entries(values)) {
    for (const kind of ["SingleCNN", "ResNet"]) {
      const model = (block: string) =>
        configOf({ "prepare_model.model_type": kind, [`${block}.${name}`]: value }).then(
          ({ model: { initPadding, headLayers, headActivation, attention } }) =>
            [initPadding, headLayers.energy, headActivation.energy, attention] as const,
        );
      const expected = await model("prepare_model.CTLearnModel");
      for (const block of [`prepare_model.${kind}`, `training_model.${kind}`]) {
        assert.deepEqual(await model(block), expected, `${block}.${name}`);
      }
    }
  }
});
