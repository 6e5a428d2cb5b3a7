import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Config } from "../../lib/config/config.js";
import { configTable } from "../../lib/config/config-table.js";
import { configurationMarkdown } from "../../lib/config/configuration-docs.js";
import { configJsonSchema } from "../../lib/config/json-schema.js";
import { loadConfig, openConfig } from "../../lib/config/load-config.js";
import { resolvedYaml } from "../../lib/config/resolved-yaml.js";
import { selectFiles } from "../../lib/config/select-files.js";
import { ConfigError } from "../../lib/errors.js";

const project = new URL("../../../", import.meta.url);
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cherenkit-config-"));
});
after(() => rm(folder, { recursive: true, force: true }));

let counter = 0;
async function load(text: string, overrides: Record<string, string> = {}): Promise<Config> {
  const file = join(folder, `config-${counter++}.yaml`);
  await writeFile(file, text);
  return loadConfig(file, overrides);
}

async function problemOf(text: string, overrides: Record<string, string> = {}): Promise<string> {
  try {
    await load(text, overrides);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.equal(error.exitCode, 2);
    return error.message;
  }
  throw new assert.AssertionError({ message: "expected a ConfigError" });
}

/** A file as users of the former system have it: every key it shipped, absolute paths, the prepared model loaded. */
const former = (task: string, mode: string, stack: boolean, classes: number, background = ""): string => `
prepare_model:
  model_type: 'ResNet'
  tasks: ['${task}']
  input_shape: [96, 96, 2]
  num_classes: ${classes}
  temp_dir: '/home/users/someone/models/${task}/temp/'
  CTLearnModel:
    attention_mechanism: null
    attention_reduction_ratio: null
#  CustomModel:
#    model_filename: "ComplexModel"
training_model:
  TrainCTLearnModel:
    output_dir: "/home/users/someone/models/${task}/resnet_batch64/"
    input_dir_signal: "/home/users/someone/data/gammas_diffuse/train/"
    file_pattern_signal: ["gamma_*.h5"]
${background}
    model_type: 'LoadedModel'
    reco_tasks: '${task}'
    n_epochs: 100
    batch_size: 64
    overwrite: true
    quiet: false
    percentage_per_epoch: 1.0
    log_level: "DEBUG"
    pruning_model:
      initial_sparsity: 0.50
      final_sparsity: 0.90
      begin_step: 0
    early_stopping:
      monitor: 'val_loss'
      patience: 7
      verbose: 1
      min_delta: 0.001
      restore_best_weights: True
      start_from_epoch: 5
    stack_telescope_images: ${stack}
    DLImageReader:
      mode: "${mode}"

  CTLearnModel:
    attention_mechanism: null
    attention_reduction_ratio: null
    load_model_from: "/home/users/someone/models/${task}/temp/"

testing_model:
  data_path: "/home/users/someone/data/"
  PredictCTLearnModel:
    stack_telescope_images: ${stack}
    DLImageReader:
      mode: "${mode}"
`;
const protons = `    input_dir_background: "/home/users/someone/data/protons_diffuse/train/"
    file_pattern_background: ["proton_*.h5"]`;

const small = `
prepare_model:
  model_type: SingleCNN
  tasks: [energy]
  CTLearnModel:
    attention_mechanism: null
training_model:
  TrainCTLearnModel:
    output_dir: models/energy/cnn
    input_dir_signal: data/gammas
`;

test("a file that was read once is loaded with many values, and each is as if it were loaded alone", async () => {
  const file = join(folder, "once.yaml");
  await writeFile(
    file,
    `paths: { runs: models/energy }
prepare_model: { model_type: SingleCNN, tasks: [energy] }
training_model:
  TrainCTLearnModel: { output_dir: "{runs}/cnn", input_dir_signal: data }
`,
  );
  const read = await openConfig(file);
  const choices: Record<string, string>[] = [
    { n_epochs: "3" },
    {},
    { "paths.runs": "models/energy/other", "TrainCTLearnModel.batch_size": "7" },
    {},
  ];
  for (const overrides of choices) assert.deepEqual(read(overrides), await loadConfig(file, overrides));
  assert.throws(() => read({ n_epochs: "many" }), /n_epochs=many/);
  assert.deepEqual(read(), await loadConfig(file));
});

test("a value of the command line is checked and told as if it stood in the file", async () => {
  const odd = `
paths: { base: /data, out: "{base}/models/energy" }
prepare_model: { model_type: SingleCNN, tasks: [energy] }
training_model:
  TrainCTLearnModel:
    output_dir: "{out}/cnn"
    input_dir_signal: "\${CHERENKIT_TEST_NONE}/gammas"
    early_stopping: { patience: 3 }
    DLImageReader:
testing_model: { files: { gammas_point: "{base}/*.h5" } }
`;
  const file = join(folder, "odd.yaml");
  await writeFile(file, odd);
  const read = await openConfig(file);
  // A placeholder without value does not matter once it is replaced.
  const signal = { input_dir_signal: '"{base}/gammas"' };
  assert.equal(read(signal).training.signal.folder, "/data/gammas");
  assert.throws(() => read(), /:7:23|CHERENKIT_TEST_NONE/);
  const moved = read({ ...signal, "paths.base": "/other" });
  assert.equal(moved.modelFolder, "/other/models/energy/cnn");
  assert.equal(moved.testing?.files[0]?.selection.folder, "/other");
  assert.equal(read({ ...signal, "paths.new": "/new", output_dir: '"{new}/energy/x"' }).modelFolder, "/new/energy/x");
  assert.deepEqual(read({ ...signal, "TrainCTLearnModel.DLImageReader.channels": "[image]" }).reader.channels, [
    "image",
  ]);
  assert.equal(read({ ...signal, "early_stopping.min_delta": "0.5" }).training.earlyStopping?.minDelta, 0.5);
  assert.equal(read({ ...signal, early_stopping: "null" }).training.earlyStopping, null);
  const wrong: [Record<string, string>, RegExp][] = [
    [{ n_epochs: "many" }, /n_epochs: expected a whole number from 1 up.*\n.*--set .*n_epochs=many/],
    [{ "optimizer.nam": "SGD" }, /unknown key "nam" in .*optimizer; did you mean "name"\?/],
    [{ "pruning_model.begin_step": "1" }, /"initial_sparsity" is missing in .*pruning_model/],
    [{ early_stopping: "{ min_delta: 1 }" }, /"patience" is missing/],
    [{ "prepare_model.tasks.0": "enrgy" }, /prepare_model\.tasks/],
    [{ "prepare_model.tasks.4": "type" }, /prepare_model\.tasks is a list of 1, it has no entry "4"/],
    [{ "prepare_model.model_type.x": "1" }, /prepare_model\.model_type is no section, it has no key "x"/],
    [{ prefix: `\${CHERENKIT_TEST_NONE}` }, /placeholder \$\{CHERENKIT_TEST_NONE\}.*\n.*--set .*prefix=/],
    [{ "paths.base": '"{out}"' }, /\{base\} → \{out\} → \{base\} go round in a circle/],
    [{ "paths.9": "x" }, /a name has letters, digits and underscores/],
  ];
  for (const [overrides, message] of wrong) {
    const told = (error: unknown): boolean => error instanceof ConfigError && message.test(error.message);
    assert.throws(() => read({ ...signal, ...overrides }), told, JSON.stringify(overrides));
    await assert.rejects(loadConfig(file, { ...signal, ...overrides }), told);
  }
});

test("files of the former system load for all four tasks", async () => {
  const type = await load(former("type", "mono", false, 2, protons));
  assert.equal(type.task, "type");
  assert.equal(type.name, "resnet_batch64");
  assert.equal(type.model.type, "ResNet");
  assert.equal(type.model.loadModelFrom, null);
  assert.equal(type.model.attention, null);
  assert.equal(type.reader.imageShape, 96);
  assert.deepEqual(type.training.background, {
    folder: "/home/users/someone/data/protons_diffuse/train",
    patterns: ["proton_*.h5"],
  });
  assert.deepEqual(type.training.earlyStopping, {
    monitor: "val_loss",
    patience: 7,
    minDelta: 0.001,
    startFromEpoch: 5,
    restoreBestWeights: true,
    verbose: true,
  });
  assert.deepEqual(type.training.pruning, { initialSparsity: 0.5, finalSparsity: 0.9, beginStep: 0 });
  assert.deepEqual(
    type.testing?.files.map(({ particle, selection }) => [particle, selection.folder]),
    [
      ["gammas_diffuse", "/home/users/someone/data/gammas_diffuse/test"],
      ["protons_diffuse", "/home/users/someone/data/protons_diffuse/test"],
    ],
  );
  const energy = await load(former("energy", "mono", false, 1));
  assert.deepEqual(
    energy.testing?.files.map(({ particle }) => particle),
    ["gammas_point"],
  );
  const sky = await load(former("skydirection", "stereo", true, 1));
  assert.equal(sky.reader.mode, "stereo");
  assert.equal(sky.reader.stackTelescopeImages, true);
  const stack = "    stack_telescope_images: true\n";
  const sorted = await load(
    former("skydirection", "stereo", true, 1).replace(stack, `${stack}    sort_by_intensity: true\n`),
  );
  assert.ok(sorted.reader.stackTelescopeImages && sorted.reader.sortByIntensity);
  assert.equal((await load(former("cameradirection", "mono", false, 1))).task, "cameradirection");
});

test("what a file leaves out has CTLearn's defaults", async () => {
  const config = await load(small);
  assert.equal(config.training.epochs, 10);
  assert.equal(config.training.batchSize, 64);
  assert.equal(config.training.validationSplit, 0.1);
  assert.deepEqual(config.training.optimizer, {
    name: "Adam",
    learningRate: 1e-4,
    epsilon: 1e-8,
    momentum: 0,
    nesterov: false,
    weightDecay: 0.004,
    clipNorm: null,
    warmupEpochs: 0,
    schedule: "constant",
    finalLearningRate: 0,
  });
  assert.deepEqual(config.training.reduceLearningRate, {
    factor: 0.5,
    patience: 5,
    minDelta: 0.01,
    minLearningRate: 1e-6,
  });
  assert.equal(config.training.earlyStopping, null);
  assert.deepEqual(config.reader.channels, ["image", "peak_time"]);
  assert.equal(config.reader.mapper, "BilinearMapper");
  assert.equal(config.reader.imageShape, null);
  assert.deepEqual(config.reader.qualityCriteria, [{ name: "> 50 phe", expression: "hillas_intensity > 50" }]);
  assert.deepEqual(
    config.model.singleCnn.architecture.map((stage) => stage.filters),
    [32, 32, 64, 128],
  );
  assert.deepEqual(config.model.headLayers.energy, [512, 256, 1]);
  assert.equal(config.testing, null);
});

test("a shower lies on one side of the split, but in files of the former system it is CTLearn's", async () => {
  assert.equal((await load(small)).training.splitBy, "event");
  assert.equal((await load(former("energy", "mono", false, 1))).training.splitBy, "image");
  const chosen = former("energy", "mono", false, 1).replace("    reco_tasks:", "    split_by: event\n    reco_tasks:");
  assert.equal((await load(chosen)).training.splitBy, "event");
  for (const key of ["quiet: true", "dl1dh_reader_type: DLImageReader"]) {
    const text = `prepare_model: { tasks: energy }\ntraining_model:\n  TrainCTLearnModel:\n    input_dir_signal: /data\n    ${key}\n`;
    assert.equal((await load(text)).training.splitBy, "image", key);
  }
});

test("telescopes of a type: a number for all, or ctapipe's list", async () => {
  const text = (value: string): string =>
    `prepare_model: { tasks: skydirection }\ntraining_model:\n  TrainCTLearnModel:\n    input_dir_signal: /data\n    DLImageReader: { min_telescopes: 2, min_telescopes_of_type: ${value} }\n`;
  assert.deepEqual((await load(text("3"))).reader.minTelescopesOfType, [{ type: "*", least: 3 }]);
  const config = await load(text('[[type, "*", 0], [type, "LST*", 2]]'));
  assert.equal(config.reader.minTelescopes, 2);
  assert.deepEqual(config.reader.minTelescopesOfType, [
    { type: "*", least: 0 },
    { type: "LST*", least: 2 },
  ]);
  assert.deepEqual((await load(resolvedYaml(config))).reader, config.reader);
  assert.match(await problemOf(text("[[id, 1, 2]]")), /min_telescopes_of_type|write entries as/);
});

test("an unset attention is CTLearn's, in SingleCNN too", async () => {
  const config = await load(small.replace("attention_mechanism: null", "attention_reduction_ratio: 8"));
  assert.deepEqual(config.model.attention, { mechanism: "Dual-SE", reductionRatio: 8 });
});

test("an unknown key is named with line, column and the nearest known key", async () => {
  const message = await problemOf(small.replace("    input_dir_signal", "    n_epoch: 3\n    input_dir_signal"));
  assert.match(message, /unknown key "n_epoch" in training_model\.TrainCTLearnModel; did you mean "n_epochs"\?/);
  assert.match(message, /config-\d+\.yaml:10:5/);
});

test("a key in the wrong section is sent to the right one", async () => {
  const message = await problemOf(small.replace("prepare_model:", "prepare_model:\n  channels: [image]"));
  assert.match(message, /"channels" in prepare_model; it belongs in training_model\.TrainCTLearnModel\.DLImageReader/);
});

test("all problems are reported at once, with what is expected and what stands there", async () => {
  const message = await problemOf(`
prepare_model:
  model_type: SingleCN
  tasks: [energy]
training_model:
  TrainCTLearnModel:
    batch_size: many
    percentage_per_epoch: 2
    epochs: 3
    early_stopping: {monitor: val_loss, patience: 2, min_deltas: 0}
`);
  assert.match(message, /has 6 problems/);
  assert.match(message, /:3:15 {2}prepare_model\.model_type: expected one of SingleCNN, .* found the text "SingleCN"/);
  assert.match(message, /:7:17 {2}.*batch_size: expected a whole number from 1 up, found the text "many"/);
  assert.match(message, /:8:27 {2}.*expected a number from 0\.001 to 1, found the number 2/);
  assert.match(message, /:9:5 {2}unknown key "epochs".*did you mean "n_epochs"/);
  assert.match(message, /:10:54 {2}unknown key "min_deltas".*did you mean "min_delta"/);
  assert.match(message, /"input_dir_signal" is missing in training_model\.TrainCTLearnModel; expected text/);
});

test("a missing file, a folder, an empty file and broken YAML are one clear error each", async () => {
  await assert.rejects(loadConfig(join(folder, "absent.yaml")), /does not exist/);
  await assert.rejects(loadConfig(folder), /is a folder/);
  assert.match(await problemOf(""), /is empty/);
  assert.match(await problemOf("# nothing but a comment\n"), /is empty/);
  assert.match(await problemOf("a: [1, 2\nb: 3\n"), /config-\d+\.yaml:\d+:\d+/);
  assert.match(await problemOf("just text"), /expected a section with .*prepare_model.* found the text/);
  assert.match(await problemOf(`${small}\nprepare_model:\n  tasks: [type]\n`), /unique/);
});

test("contradictions name both lines", async () => {
  const differ = await problemOf(`${small}    reco_tasks: type\n    input_dir_background: data/protons\n`);
  assert.match(differ, /prepare_model\.tasks contradicts training_model\.TrainCTLearnModel\.reco_tasks \(.*:11:17\)/);
  assert.match(differ, /where:.*:4:10/);
  const camera = small.replaceAll("energy", "cameradirection");
  const stereo = await problemOf(`${camera}    stack_telescope_images: true\n    DLImageReader: {mode: stereo}\n`);
  assert.match(stereo, /cameradirection is always mono/);
  const sky = small.replaceAll("energy", "skydirection");
  const unstacked = await problemOf(`${sky}    stack_telescope_images: false\n`);
  assert.match(unstacked, /stereo networks see the images of all telescopes stacked/);
  assert.equal((await load(`${sky}    sort_by_intensity: true\n`)).reader.stackTelescopeImages, true);
  assert.match(await problemOf(`${small}    sort_by_intensity: true\n`), /nothing to sort in mono/);
  const shape = await problemOf(`${small.replace("[energy]", "[energy]\n  input_shape: [96, 96, 3]")}
    DLImageReader: {channels: [image, peak_time]}`);
  assert.match(shape, /input_shape contradicts .*channels \(.*\): 3 channels here, 2 there/);
  const model = await problemOf(small.replace("models/energy/cnn", "models/type/cnn"));
  assert.match(model, /output_dir contradicts prepare_model\.tasks .*a folder of models for type here/);
  const repeated = await problemOf(`${small}
testing_model:
  data_path: data
  PredictCTLearnModel: {DLImageReader: {mode: stereo}}`);
  assert.match(repeated, /testing must read as training does/);
  const loaded = await problemOf(
    `${former("energy", "mono", false, 1)}`.replace('someone/models/energy/temp/"', 'other/model"'),
  );
  assert.match(loaded, /temp_dir contradicts .*load_model_from .*model_type: LoadedModel/);
});

test("the task type needs a background, a loaded model its folder", async () => {
  assert.match(await problemOf(small.replaceAll("energy", "type")), /needs input_dir_background/);
  assert.match(await problemOf(small.replace("SingleCNN", "LoadedModel")), /LoadedModel needs .*load_model_from/);
  const config = await load(
    small
      .replace("SingleCNN", "LoadedModel")
      .replace("attention_mechanism: null", "load_model_from: models/energy/old"),
  );
  assert.equal(config.model.loadModelFrom, join(folder, "models/energy/old"));
});

test("placeholders come from paths and from the environment", async () => {
  process.env.CHERENKIT_TEST_SEED = "7";
  const config = await load(`
paths:
  base: /data/\${CHERENKIT_TEST_NONE:-sst1m}
  data_path: "{base}/dl1"
${small.replace("data/gammas", '"{data_path}/gammas"')}
    random_seed: \${CHERENKIT_TEST_SEED}
testing_model:
  data_path: {data_path}
`);
  delete process.env.CHERENKIT_TEST_SEED;
  assert.equal(config.training.signal.folder, "/data/sst1m/dl1/gammas");
  assert.equal(config.training.seed, 7);
  assert.equal(config.testing?.files[0]?.selection.folder, "/data/sst1m/dl1/gammas_point/test");
});

test("a mapping in braces that says null itself is no placeholder", async () => {
  const config = await load(
    small.replace("CTLearnModel:\n    attention_mechanism: null", "CTLearnModel: { attention_mechanism: null }"),
  );
  assert.equal(config.model.attention, null);
});

test("a placeholder without value is an error with its line", async () => {
  const message = await problemOf(`
paths: {data: /data, a: "{b}", b: "{a}"}
${small.replace("data/gammas", '"{daten}/gammas"')}
    output: {models_path}
    random_seed: \${CHERENKIT_TEST_NONE}
`);
  assert.match(message, /:12:23 {2}the placeholder \{daten\} has no value.*\{data\}/);
  assert.match(message, /:14:13 {2}the placeholder \{models_path\} has no value/);
  assert.match(message, /:15:18 {2}the placeholder \$\{CHERENKIT_TEST_NONE\} has no value/);
  assert.match(message, /\{a\} → \{b\} → \{a\} go round in a circle/);
});

test("values of the command line win, by full or short key", async () => {
  const config = await load(small, {
    n_epochs: "3",
    "training_model.TrainCTLearnModel.DLImageReader.channels": "[cleaned_image]",
    "optimizer.name": "SGD",
  });
  assert.equal(config.training.epochs, 3);
  assert.deepEqual(config.reader.channels, ["cleaned_image"]);
  assert.equal(config.training.optimizer.name, "SGD");
  assert.match(await problemOf(small, { n_epochs: "no" }), /expected a whole number.*\n.*--set .*n_epochs=no/);
  assert.match(await problemOf(small, { epochz: "3" }), /unknown key "epochz"/);
  assert.match(await problemOf(small, { mode: "mono" }), /"mode" may mean/);
  assert.match(await problemOf(small, { n_epochs: "[1" }), /--set/);
});

test("relative paths start at the folder with package.json, else at the file", async () => {
  const inside = join(folder, "project/configs");
  await mkdir(inside, { recursive: true });
  await writeFile(join(folder, "project/package.json"), "{}");
  await writeFile(join(inside, "a.yaml"), small);
  assert.equal((await loadConfig(join(inside, "a.yaml"))).modelFolder, join(folder, "project/models/energy/cnn"));
  assert.equal((await load(small)).modelFolder, join(folder, "models/energy/cnn"));
});

test("without output_dir the folder is models/<task>/<name of the file>", async () => {
  const config = await load(small.replace("    output_dir: models/energy/cnn\n", ""));
  assert.match(config.modelFolder, /models\/energy\/config-\d+$/);
});

test("test files may be named directly, with patterns", async () => {
  const config = await load(`${small}
testing_model:
  files:
    gammas_point: [runs/gamma_1.h5, /data/night-*/dl1/*.h5]
    protons_diffuse: runs/proton.h5
`);
  assert.deepEqual(config.testing?.files, [
    { particle: "gammas_point", selection: { folder: join(folder, "runs"), patterns: ["gamma_1.h5"] } },
    { particle: "gammas_point", selection: { folder: "/data", patterns: ["night-*/dl1/*.h5"] } },
    { particle: "protons_diffuse", selection: { folder: join(folder, "runs"), patterns: ["proton.h5"] } },
  ]);
});

test("the resolved text loads to the same configuration", async () => {
  for (const text of [small, former("type", "mono", false, 2, protons), former("skydirection", "stereo", true, 1)]) {
    const config = await load(text);
    const again = await load(resolvedYaml(config));
    assert.deepEqual({ ...again, file: "" }, { ...config, file: "" });
  }
});

test("waveforms are channels sample by sample, and need to be told how many", async () => {
  const reader = (keys: string): string => `
prepare_model: { tasks: energy }
training_model:
  TrainCTLearnModel:
    input_dir_signal: /data
    DLImageReader: { channels: [cleaned_waveform, image]${keys} }
`;
  const config = await load(reader(", sequence_length: 3, sequence_position: maximum"));
  assert.deepEqual(config.reader.channels, [
    "cleaned_waveform[1/3 maximum]",
    "cleaned_waveform[2/3 maximum]",
    "cleaned_waveform[3/3 maximum]",
    "image",
  ]);
  assert.deepEqual((await load(resolvedYaml(config))).reader, config.reader);
  assert.match(configTable(config).toText(), /cleaned_waveform \(3 samples, maximum\), image/);
  assert.match(await problemOf(reader("")), /waveforms need sequence_length.*:6:32/s);
  const shape = reader(", sequence_length: 3").replace("tasks: energy", "tasks: energy, input_shape: [96, 96, 2]");
  assert.match(await problemOf(shape), /2 channels here, 4 there/);
});

test("selected files are the sorted union of the patterns; nothing found is an error", async () => {
  const data = join(folder, "data");
  await mkdir(data);
  for (const name of ["gamma_2.h5", "gamma_10.h5", "proton_1.h5", "gamma_1.txt"]) await writeFile(join(data, name), "");
  const files = await selectFiles({ folder: data, patterns: ["gamma_*.h5", "gamma_2*"] });
  assert.deepEqual(files, [join(data, "gamma_10.h5"), join(data, "gamma_2.h5")]);
  await assert.rejects(selectFiles({ folder: data, patterns: ["x*.h5"] }), /no file matches x\*\.h5/);
  await assert.rejects(selectFiles({ folder: join(folder, "no"), patterns: ["*"] }), /does not exist/);
});

test("every file in configs/ loads", async () => {
  const configs = fileURLToPath(new URL("configs/", project));
  for (const name of await readdir(configs, { recursive: true })) {
    if (!name.endsWith(".yaml") || name.startsWith("clusters")) continue;
    const config = await loadConfig(join(configs, name));
    assert.match(config.modelFolder, new RegExp(`models/${config.task}/[^/]+$`));
  }
});

test("docs/configuration.md and configs/schema.json are current (npm run docs)", async () => {
  const docs = await readFile(new URL("docs/configuration.md", project), "utf8");
  assert.equal(docs, configurationMarkdown());
  const schema: unknown = JSON.parse(await readFile(new URL("configs/schema.json", project), "utf8"));
  assert.deepEqual(schema, JSON.parse(JSON.stringify(configJsonSchema())));
});
