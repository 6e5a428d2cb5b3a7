import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Config } from "../../lib/config/config.js";
import { loadConfig } from "../../lib/config/load-config.js";
import { compileModel } from "../../lib/engine/compile-model.js";
import { outputNames } from "../../lib/engine/output-names.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { buildModel } from "../../lib/models/build-model.js";
import { customModel } from "../../lib/models/custom-model.js";
import { modelSummary } from "../../lib/models/model-summary.js";
import { prepareModel } from "../../lib/models/prepare-model.js";
import { saveModel } from "../../lib/models/save-model.js";
import { values } from "../engine/eager-reference.js";
import { modelConfig } from "./model-config.js";

const models = fileURLToPath(new URL("../../../models", import.meta.url));

async function withConfig<T>(prepare: string, use: (config: Config, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-custom-"));
  try {
    await writeFile(join(folder, "package.json"), "{}");
    const yaml = `prepare_model:\n  tasks: [energy]\n${prepare.replaceAll("FOLDER", folder)}
training_model:\n  TrainCTLearnModel: {input_dir_signal: data, random_seed: 3}\n`;
    await writeFile(join(folder, "toy.yaml"), yaml);
    return await use(await loadConfig(join(folder, "toy.yaml")), folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const custom = (file: string, name: string): string =>
  `  model_type: CustomModel\n  CustomModel: {model_filename: "${file}", model_name: ${name}}`;

async function learns(model: tf.LayersModel, side: number): Promise<void> {
  const [name] = outputNames(model) as [string];
  const optimizer = { name: "Adam" } as const;
  const compiled = await compileModel(model, { losses: { [name]: "meanSquaredError" }, optimizer });
  const batch = { images: values(8 * side * side * 2, 1), size: 8, labels: { [name]: values(8, 2) } };
  const losses = Array.from({ length: 60 }, () => compiled.trainStep(batch, 0.001).loss);
  assert.ok(losses.at(-1)! < 0.8 * losses[0]!, `${losses}`);
  compiled.dispose();
}

const examples: [file: string, name: string, shareOfThinResNet: number][] = [
  ["custom_model_template.ts", "myBackbone", 0.05],
  ["convnext.ts", "convNext", 0.1],
  ["hexagonal.ts", "hexagonalNet", 0.1],
  ["moments.ts", "momentsNet", 0.01],
];

for (const [file, name, share] of examples) {
  test(`models/${file} is built, costs less than a tenth of ThinResNet, is the same for one seed, and learns`, () =>
    withConfig(custom(join(models, file), name), async (config) => {
      const model = await prepareModel(config, [96, 96, 2]);
      const resNet = modelSummary(buildModel(modelConfig({ tasks: ["energy"] }), [96, 96, 2], 0));
      const summary = modelSummary(model);
      assert.ok(summary.flops < share * resNet.flops, `${summary.flops} of ${resNet.flops}`);
      const small = await prepareModel(config, [32, 32, 2]);
      const again = await prepareModel(config, [32, 32, 2]);
      for (const [i, weight] of small.getWeights().entries())
        assert.deepEqual(again.getWeights()[i]!.dataSync(), weight.dataSync());
      await learns(small, 32);
    }));
}

test("a function of a notebook's cell makes a network too; one that breaks the contract is told what to do", () =>
  withConfig("  model_type: SingleCNN", async (config) => {
    const backbone = (name: string): tf.LayersModel => {
      const input = tf.input({ shape: [16, 16, 2] });
      return tf.model({ inputs: input, outputs: tf.layers.flatten().apply(input) as tf.SymbolicTensor, name });
    };
    const model = customModel(config, () => backbone("Cell_block"), [16, 16, 2]);
    assert.deepEqual(outputNames(model), ["energy"]);
    assert.throws(() => customModel(config, () => backbone("Cell"), [16, 16, 2]), /name ends in _block[\s\S]*remedy/);
  }));

test("a module that is not there, has a typing error or another name is told with the file", async () => {
  const attempt = (prepare: string, content?: string): Promise<void> =>
    withConfig(prepare, async (config, folder) => {
      if (content) await writeFile(join(folder, "mine.ts"), content);
      await prepareModel(config, [16, 16, 2]);
    });
  await assert.rejects(attempt(custom("mine.ts", "net")), /mine\.ts cannot be loaded/);
  await assert.rejects(attempt(custom("mine.ts", "net"), "export const net = ;"), /mine\.ts cannot be loaded/);
  await assert.rejects(
    attempt(custom("mine.ts", "net"), "export const other = () => 1;"),
    /exports no function net[\s\S]*other/,
  );
});

test("LoadedModel continues a network, takes new heads, and can keep its backbone fixed", () =>
  withConfig(
    "  model_type: LoadedModel\n  LoadedModel: {load_model_from: FOLDER/first, overwrite_head: true, trainable_backbone: false}",
    async (config, folder) => {
      const first = buildModel(modelConfig({ type: "SingleCNN", tasks: ["type"] }), [16, 16, 2], 1);
      await saveModel(first, join(folder, "first/model"));
      const model = await prepareModel(config, [16, 16, 2]);
      assert.deepEqual(outputNames(model), ["energy"]);
      const kernel = (from: tf.LayersModel): ArrayLike<number> =>
        from.layers
          .find((layer) => layer.name.endsWith("_block"))!
          .getWeights()[0]!
          .dataSync();
      assert.deepEqual(kernel(model), kernel(first));
      const before = Array.from(kernel(model));
      const head = model.trainableWeights.length;
      assert.equal(head, 6, "three layers of the head");
      const compiled = await compileModel(model, {
        losses: { energy: "meanSquaredError" },
        optimizer: { name: "Adam" },
      });
      compiled.trainStep({ images: values(4 * 512, 1), size: 4, labels: { energy: values(4, 2) } }, 0.01);
      compiled.copyToModel();
      compiled.dispose();
      assert.deepEqual(Array.from(kernel(model)), before, "a fixed backbone does not change");
    },
  ));

test("LoadedModel with prune_filters is a smaller network that starts from what is left of the weights", () =>
  withConfig(
    "  model_type: LoadedModel\n  LoadedModel: {load_model_from: FOLDER/first, prune_filters: 0.5}",
    async (config, folder) => {
      const first = buildModel(modelConfig({ type: "SingleCNN", tasks: ["energy"] }), [16, 16, 2], 1);
      await saveModel(first, join(folder, "first/model"));
      const model = await prepareModel(config, [16, 16, 2]);
      const [large, small] = [modelSummary(first), modelSummary(model)];
      assert.ok(small.flops < 0.4 * large.flops, `${small.flops} of ${large.flops}`);
      assert.deepEqual(outputNames(model), ["energy"]);
      const kernels = new Set(first.getWeights().flatMap((weight) => Array.from(weight.dataSync())));
      for (const value of model.getWeights()[0]!.dataSync()) assert.ok(kernels.has(value));
    },
  ));
