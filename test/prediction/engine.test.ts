import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { modelFolder } from "../../lib/config/model-folder.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { ConfigError, InputError } from "../../lib/errors.js";
import { loadModel } from "../../lib/models/load-model.js";
import { exportOnnx } from "../../lib/models/onnx/export-onnx.js";
import { weightsHash } from "../../lib/models/read-model.js";
import { saveModel } from "../../lib/models/save-model.js";
import { openForwardPass } from "../../lib/prediction/open-forward-pass.js";
import { openPredictionModel } from "../../lib/prediction/prediction-model.js";
import { temporaryFolder } from "../e2e/command.js";
import { toyModel } from "./toy-model.js";

const folder = temporaryFolder();
const side = 24;
const images = Float32Array.from({ length: 5 * side * side * 2 }, (_, i) => 40 * Math.sin(i) ** 2);

for (const task of ["type", "energy", "cameradirection"] as const) {
  test(`onnxruntime and TensorFlow answer the same for ${task}, feature vectors included`, async () => {
    const model = await toyModel(folder, task, { side });
    const [onnx, tensorflow] = [
      await openPredictionModel(model, { engine: "onnxruntime", features: true }),
      await openPredictionModel(model, { engine: "tensorflow", features: true }),
    ];
    assert.deepEqual([onnx.engine, tensorflow.engine], ["onnxruntime", "tensorflow"]);
    assert.equal(onnx.featureLength, 8);
    assert.equal(tensorflow.featureLength, 8);
    const [a, b] = [await onnx.predict(images, 5), await tensorflow.predict(images, 5)];
    const pairs = [
      [a.outputs.get(task)!, b.outputs.get(task)!],
      [a.features!, b.features!],
    ] as const;
    for (const [found, wanted] of pairs) {
      assert.equal(found.length, wanted.length);
      assert.ok(wanted.some((value) => value !== 0));
      for (const [i, value] of wanted.entries()) assert.ok(Math.abs(found[i]! - value) < 1e-5 * Math.max(1, value));
    }
    await onnx.close();
    await tensorflow.close();
  });
}

test("images in shared memory are predicted too, and one session takes batches of any size", async () => {
  const pass = await openForwardPass(join(await toyModel(folder, "energy", { side }), "model"));
  assert.equal(pass.engine, "onnxruntime");
  const shared = new Float32Array(new SharedArrayBuffer(images.byteLength));
  shared.set(images);
  const all = (await pass.predict(shared, 5)).energy!;
  for (let i = 0; i < 5; i++) {
    const length = images.length / 5;
    const [one] = (await pass.predict(shared.subarray(i * length, (i + 1) * length), 1)).energy!;
    assert.ok(Math.abs(one! - all[i]!) < 1e-5);
  }
  await pass.close();
});

test("a layer that ONNX lacks is computed by TensorFlow, unless onnxruntime was asked for", async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [6, 6, 1], filters: 2, kernelSize: 3 }),
      tf.layers.upSampling2d({ size: [2, 2], interpolation: "bilinear" }),
      tf.layers.globalAveragePooling2d({}),
    ],
  });
  const path = join(folder, "bilinear");
  await saveModel(model, path);
  const pass = await openForwardPass(path);
  assert.equal(pass.engine, "tensorflow");
  const [found] = Object.values(await pass.predict(images.subarray(0, 36), 1));
  const wanted = (model.predict(tf.tensor(images.subarray(0, 36), [1, 6, 6, 1])) as tf.Tensor).dataSync();
  for (const [i, value] of wanted.entries()) assert.ok(Math.abs(found![i]! - value) < 1e-5 * Math.abs(value));
  await pass.close();
  await assert.rejects(openForwardPass(path, { engine: "onnxruntime" }), (error: Error) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /bilinear up-sampling[\s\S]*engine tensorflow/);
    return true;
  });
});

test("prediction by onnxruntime never loads TensorFlow", async () => {
  const model = await toyModel(folder, "energy", { side });
  const script = `
    const { openPredictionModels } = await import(${JSON.stringify(new URL("../../lib/prediction/prediction-model.js", import.meta.url).href)});
    await import(${JSON.stringify(new URL("../../lib/prediction/predict-files.js", import.meta.url).href)});
    await import(${JSON.stringify(new URL("../../lib/prediction/live/predict-live.js", import.meta.url).href)});
    const [model] = await openPredictionModels([${JSON.stringify(model)}]);
    await model.predict(new Float32Array(${side * side * 2}), 1);
    console.log(JSON.stringify(process.report.getReport().sharedObjects));
    await model.close();`;
  const loaded = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  assert.match(loaded, /onnxruntime/);
  assert.doesNotMatch(loaded, /tensorflow|tfjs_binding/);
});

test("the 8-bit network that quantise wrote is predicted on request, if it is of the same training", async () => {
  const path = await toyModel(join(folder, "quantised"), "energy", { side });
  const files = modelFolder(path);
  const open = () => openPredictionModel(path, { engine: "onnxruntime-int8" });
  await assert.rejects(open(), /there is no 8-bit network[\s\S]*remedy: write it: cherenkit quantise/);
  const size = 40;
  const pixels = side * side * 2;
  const brightness = (i: number): number => 1 + (Math.floor(i / pixels) % 8);
  const images = Float32Array.from(
    { length: size * pixels },
    (_, i) => 50 * brightness(i) * Math.max(0, Math.sin(i)) ** 4,
  );
  const model = await loadModel(files.model);
  const quantised = (source: string) =>
    exportOnnx(model, files.int8, { precision: "int8", sample: { images, size }, source });
  await quantised("another");
  await assert.rejects(open(), /was made of another training/);
  await quantised(await weightsHash(files.model));
  await assert.rejects(openPredictionModel(path, { engine: "onnxruntime-int8", features: true }), /no feature vectors/);
  const answers = await Promise.all(
    (["onnxruntime", "onnxruntime-int8"] as const).map(async (engine) => {
      const opened = await openPredictionModel(path, { engine });
      assert.equal(opened.engine, engine);
      const { outputs } = await opened.predict(images, size);
      await opened.close();
      return outputs.get("energy")!;
    }),
  );
  const [whole, rounded] = answers as [Float32Array, Float32Array];
  const spread = Math.max(...whole) - Math.min(...whole);
  const differences = whole.map((value, i) => Math.abs(value - rounded[i]!));
  assert.ok(Math.max(...differences) < 0.2 * spread && Math.max(...differences) > 0, `${differences} of ${spread}`);
  assert.equal(rounded.length, size);
});

for (const engine of ["onnxruntime", "tensorflow"] as const) {
  test(`${engine}: a network that is missing, cut off or of another shape than its card is refused`, async () => {
    const model = await toyModel(join(folder, engine), "energy", { side });
    const weights = join(model, "model/weights.bin");
    const whole = readFileSync(weights);
    writeFileSync(weights, whole.subarray(0, whole.length - 4));
    await assert.rejects(openPredictionModel(model, { engine }), /weights.bin has \d+ bytes, the model needs/);
    writeFileSync(weights, whole);
    const card = join(model, "card.json");
    const text = readFileSync(card, "utf8");
    writeFileSync(card, text.replace(`"inputShape": [\n    ${side}`, `"inputShape": [\n    ${side + 1}`));
    await assert.rejects(openPredictionModel(model, { engine }), /takes images of 24×24×2[\s\S]*its card says 25×24×2/);
    writeFileSync(card, text);
    writeFileSync(join(model, "model/model.json"), "{}");
    await assert.rejects(openPredictionModel(model, { engine }), InputError);
  });
}
