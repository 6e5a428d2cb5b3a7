import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { compilePredictor } from "../../lib/engine/compile-predictor.js";
import { tf } from "../../lib/engine/tensorflow.js";

const temporary = mkdtempSync(join(tmpdir(), "cherenkit-predictors-"));
process.env.TMPDIR = temporary;
after(() => rmSync(temporary, { recursive: true }));

function images(count: number): Float32Array {
  return Float32Array.from({ length: count * 12 * 12 * 2 }, (_, i) => Math.sin(i * 0.37) + (i % 7) / 7);
}

function network(): tf.LayersModel {
  const input = tf.input({ shape: [12, 12, 2] });
  const block = tf.layers.conv2d({ filters: 8, kernelSize: 3, padding: "same", activation: "relu" }).apply(input);
  const normal = tf.layers.batchNormalization().apply(block);
  const pooled = tf.layers.maxPooling2d({ poolSize: 2 }).apply(normal);
  const features = tf.layers.globalAveragePooling2d({}).apply(pooled) as tf.SymbolicTensor;
  const energy = tf.layers.dense({ units: 1, name: "energy" }).apply(features) as tf.SymbolicTensor;
  const classes = tf.layers.dense({ units: 2 }).apply(features);
  const type = tf.layers.softmax({ name: "type" }).apply(classes) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: [energy, type] });
}

test("a predictor gives what model.predict gives, for every output and any number of images", async () => {
  const model = network();
  const predictor = await compilePredictor(model);
  for (const size of [1, 5, 64]) {
    const batch = images(size);
    const found = predictor.predict(batch, size);
    const expected = model.predict(tf.tensor(batch, [size, 12, 12, 2])) as tf.Tensor[];
    for (const [i, name] of model.outputNames.entries()) {
      const values = expected[i]!.dataSync();
      assert.equal(found[name]!.length, values.length);
      for (const [k, value] of values.entries()) assert.ok(Math.abs(found[name]![k]! - value) < 1e-5, `${name}[${k}]`);
    }
  }
  predictor.dispose();
});

test("a predictor keeps the weights it was made with and leaves no files behind", async () => {
  const model = network();
  const predictor = await compilePredictor(model);
  const batch = images(3);
  const before = predictor.predict(batch, 3).energy!.slice();
  model.setWeights(model.getWeights().map((weight) => tf.mul(weight, 2)));
  assert.deepEqual(predictor.predict(batch, 3).energy, before);
  predictor.dispose();
  assert.deepEqual(readdirSync(temporary), []);
});
