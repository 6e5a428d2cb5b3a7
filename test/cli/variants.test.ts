import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { configVariants, splitValues } from "../../lib/cli/variants.js";
import { ConfigError } from "../../lib/errors.js";

const folder = await mkdtemp(join(tmpdir(), "cherenkit-variants-"));
after(() => rm(folder, { recursive: true }));
const file = join(folder, "energy.yaml");
await writeFile(
  file,
  `prepare_model: { model_type: SingleCNN, tasks: [energy] }
training_model:
  TrainCTLearnModel: { output_dir: models/energy/cnn, input_dir_signal: data }
`,
);

test("values of a sweep are divided at commas outside of brackets", () => {
  assert.deepEqual(splitValues("1e-3, 1e-4"), ["1e-3", "1e-4"]);
  assert.deepEqual(splitValues("[16,32],{a: 1, b: 2}"), ["[16,32]", "{a: 1, b: 2}"]);
});

test("a sweep over two keys and a cross-validation train every combination, each in a folder of its own", async () => {
  const variants = await configVariants(
    file,
    { n_epochs: "2" },
    { sweep: ["optimizer.base_learning_rate=1e-3,1e-4", "TrainCTLearnModel.batch_size=16,32"], folds: 2 },
  );
  assert.equal(variants.length, 8);
  assert.equal(new Set(variants.map(({ config }) => config.modelFolder)).size, 8);
  const last = variants.at(-1)!.config;
  assert.equal(basename(last.modelFolder), "cnn-base_learning_rate_1e-4-batch_size_32-fold2of2");
  assert.equal(last.training.optimizer.learningRate, 1e-4);
  assert.equal(last.training.batchSize, 32);
  assert.equal(last.training.epochs, 2);
  assert.deepEqual(last.training.fold, { index: 2, of: 2 });
});

test("without anything to vary there is the configuration itself; seeds give a model each", async () => {
  const [only, ...others] = await configVariants(file, {}, { sweep: [] });
  assert.deepEqual([basename(only!.config.modelFolder), others.length], ["cnn", 0]);
  const seeds = await configVariants(file, {}, { sweep: [], seeds: "1,2" });
  assert.deepEqual(
    seeds.map(({ config }) => [basename(config.modelFolder), config.training.seed]),
    [
      ["cnn-seed1", 1],
      ["cnn-seed2", 2],
    ],
  );
});

test("an unknown key, a part that is not there and a sweep without values are refused", async () => {
  await assert.rejects(configVariants(file, {}, { sweep: ["batchsize=1,2"] }), ConfigError);
  await assert.rejects(configVariants(file, {}, { sweep: ["batch_size="] }), /has no values/);
  await assert.rejects(configVariants(file, {}, { sweep: [], folds: 1 }), ConfigError);
  await assert.rejects(configVariants(file, { fold: "3/2" }, { sweep: [] }), /no part 3 of 2/);
});
