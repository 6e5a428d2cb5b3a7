import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { exportSavedModel } from "../../lib/engine/export-saved-model.js";
import { outputNames } from "../../lib/engine/output-names.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { buildModel } from "../../lib/models/build-model.js";
import { exportKeras, exportKerasWeights } from "../../lib/models/keras/export-keras.js";
import { importKeras, importKerasWeights } from "../../lib/models/keras/import-keras.js";
import { kerasPython, needsKeras } from "../peers.js";
import { modelConfig } from "./model-config.js";

const images = Float32Array.from({ length: 3 * 2048 }, (_, i) => Math.sin(0.7 * i) + Math.cos(0.013 * i));
const folder = await mkdtemp(join(tmpdir(), "cherenkit-keras-test-"));
after(() => rm(folder, { recursive: true, force: true }));

type Predictions = Record<string, number[][]>;

function python(mode: "make" | "judge"): Predictions {
  const script = fileURLToPath(new URL("../../../test/models/keras-files.py", import.meta.url));
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3", CUDA_VISIBLE_DEVICES: "" };
  const text = execFileSync(kerasPython, [script, mode, folder], { encoding: "utf8", env, stdio: "pipe" });
  return JSON.parse(text.trim().split("\n").at(-1)!) as Predictions;
}

const wanted: Predictions = await (async () => {
  if (needsKeras().skip) return {};
  await writeFile(join(folder, "images.json"), JSON.stringify(Array.from(images)));
  return python("make");
})();

function predict(model: tf.LayersModel): number[][] {
  const x = tf.tensor(images, [3, 32, 32, 2]);
  return [model.predict(x) as tf.Tensor | tf.Tensor[]].flat().map((tensor) => Array.from(tensor.dataSync()));
}

function assertClose(found: number[][], expected: number[][], tolerance: number): void {
  assert.equal(found.length, expected.length);
  for (const [i, values] of expected.entries()) {
    assert.equal(found[i]!.length, values.length);
    for (const [k, value] of values.entries()) {
      const scale = Math.max(1, Math.abs(value));
      assert.ok(Math.abs(found[i]![k]! - value) < tolerance * scale, `output ${i}: ${found[i]![k]}, Keras ${value}`);
    }
  }
}

for (const name of ["singlecnn", "batchnorm", "resnet", "odd"]) {
  for (const ending of [".keras", ".h5"]) {
    test(`${name}${ending} of real Keras is imported and predicts the same`, needsKeras(), async () => {
      const model = await importKeras(join(folder, name + ending));
      assertClose(predict(model), wanted[name]!, 1e-5);
      model.dispose();
    });
  }
}

const resNet = modelConfig({
  tasks: ["type", "energy", "cameradirection"],
  attention: { mechanism: "Dual-SE", reductionRatio: 4 },
  resNet: {
    ...modelConfig({}).resNet,
    architecture: [
      { filters: 6, blocks: 2 },
      { filters: 8, blocks: 1 },
    ],
  },
});
const singleCnn = modelConfig({ type: "SingleCNN", attention: { mechanism: "Dual-SE", reductionRatio: 8 } });

const batchNorm = modelConfig({
  type: "SingleCNN",
  tasks: ["energy"],
  singleCnn: { ...modelConfig({}).singleCnn, batchNormalization: true },
});

for (const [name, config] of Object.entries({ resnet: resNet, singlecnn: singleCnn, batchnorm: batchNorm })) {
  for (const ending of [".weights.h5", ".h5", ".keras"]) {
    test(
      `our ${name} takes the weights of CTLearn's ${name}${ending}, layer by layer by name`,
      needsKeras(),
      async () => {
        const model = buildModel(config, [32, 32, 2], 5);
        await importKerasWeights(model, join(folder, name + ending));
        assertClose(predict(model), wanted[name]!, 1e-5);
        model.dispose();
      },
    );
  }
}

test("networks exported as .keras, weights and SavedModel predict the same in Python", needsKeras(), async () => {
  const exported = join(folder, "exported");
  await mkdir(exported);
  const models = {
    singlecnn: buildModel(singleCnn, [32, 32, 2], 5),
    energy: buildModel({ ...singleCnn, tasks: ["energy"] }, [32, 32, 2], 5),
    resnet: buildModel(resNet, [32, 32, 2], 5),
    odd: await importKeras(join(folder, "odd.keras")),
  };
  for (const [name, model] of Object.entries(models)) {
    await exportKeras(model, join(exported, `${name}.keras`));
    await exportKerasWeights(model, join(exported, `${name}.weights.h5`));
    await exportSavedModel(model, join(exported, name));
    await writeFile(join(exported, `${name}.outputs.json`), JSON.stringify(outputNames(model)));
  }
  const found = python("judge");
  for (const [name, model] of Object.entries(models)) {
    const expected = predict(model);
    assertClose(found[`${name}.keras`]!, expected, 1e-5);
    assertClose(found[`${name}.weights.h5`]!, expected, 1e-5);
    assertClose(found[name]!, expected, 1e-6);
  }
});

test(
  "a cut-off file, weights of another architecture and weights without a network are told",
  needsKeras(),
  async () => {
    const cut = join(folder, "cut.keras");
    await writeFile(cut, new Uint8Array(1000));
    await assert.rejects(importKeras(cut), /cut\.keras is no whole \.keras file[\s\S]*remedy/);
    const weights = join(folder, "resnet.weights.h5");
    const model = buildModel(singleCnn, [32, 32, 2], 5);
    await assert.rejects(
      importKerasWeights(model, weights),
      /has no weights SingleCNN_block_conv_1_1\/kernel[\s\S]*another architecture/,
    );
    await assert.rejects(importKeras(weights), /holds weights but not their network[\s\S]*--config/);
    assert.ok(existsSync(weights));
    await truncate(weights, 3000);
    await assert.rejects(importKerasWeights(model, weights), /resnet\.weights\.h5/);
  },
);
