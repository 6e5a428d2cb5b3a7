import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { compileModel } from "../../lib/engine/compile-model.js";
import type { CompiledModel, TrainingBatch } from "../../lib/engine/compiled-model.js";
import type { LossName } from "../../lib/engine/losses.js";
import { tf } from "../../lib/engine/tensorflow.js";

type Layers = (x: tf.SymbolicTensor) => tf.SymbolicTensor;

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

const values = (count: number, seed: number): Float32Array => Float32Array.from({ length: count }, random(seed));

/** A model of the given layers over `[n, ...shape]`, with weights away from zero so that no gradient vanishes. */
function modelOf(shape: number[], layers: Layers): tf.LayersModel {
  const input = tf.input({ shape });
  const model = tf.model({ inputs: input, outputs: layers(input) });
  model.setWeights(
    model.getWeights().map((weight, i) => {
      const positive = /variance|gamma/.test(model.weights[i]!.originalName);
      const numbers = values(weight.size, i + 1).map((value) => (positive ? 0.5 + Math.abs(value) : 0.5 * value));
      return tf.tensor(numbers, weight.shape);
    }),
  );
  return model;
}

const output = (model: tf.LayersModel): string => model.outputNames[0]!;

async function compiled(model: tf.LayersModel, loss: LossName = "meanSquaredError"): Promise<CompiledModel> {
  return compileModel(model, { losses: { [output(model)]: loss }, optimizer: { name: "Adam", epsilon: 1e-7 } });
}

/** Loss as Keras defines it, in eager TensorFlow.js: the reference. */
function eagerLoss(model: tf.LayersModel, x: tf.Tensor, y: tf.Tensor, w: tf.Tensor, loss: LossName): tf.Scalar {
  const prediction = model.apply(x, { training: true }) as tf.Tensor2D;
  const each =
    loss === "categoricalCrossentropy"
      ? tf.neg(tf.sum(tf.mul(y, tf.log(tf.clipByValue(prediction, 1e-7, 1))), 1))
      : tf.mean(loss === "meanSquaredError" ? tf.square(tf.sub(prediction, y)) : tf.abs(tf.sub(prediction, y)), 1);
  return tf.mean(tf.mul(each, w));
}

function batchFor(model: tf.LayersModel, shape: number[], size: number, loss: LossName): TrainingBatch {
  const width = model.outputs[0]!.shape[1]!;
  let labels = values(size * width, 99);
  if (loss === "categoricalCrossentropy")
    labels = labels.map((_, i) => (i % width === Math.floor(i / width) % width ? 1 : 0));
  const images = values(size * shape.reduce((a, b) => a * b, 1), 5);
  const weights = values(size, 3).map((value) => 1 + 0.5 * value);
  return { images, size, labels: { [output(model)]: labels }, weights };
}

async function checkGradients(shape: number[], layers: Layers, loss: LossName = "meanSquaredError"): Promise<void> {
  const model = modelOf(shape, layers);
  const graph = await compiled(model, loss);
  const batch = batchFor(model, shape, 3, loss);
  const x = tf.tensor(batch.images, [3, ...shape]);
  const y = tf.tensor2d(batch.labels[output(model)]!, [3, model.outputs[0]!.shape[1]!]);
  const w = tf.tensor1d(batch.weights!);
  const predicted = graph.predict(batch.images, 3)[output(model)]!;
  const plain = (model.predict(x) as tf.Tensor).dataSync();
  for (const [i, value] of plain.entries())
    assert.ok(Math.abs(value - predicted[i]!) < 1e-5, `prediction ${predicted[i]}, eager ${value}`);
  const reference = tf.variableGrads(() => eagerLoss(model, x, y, w, loss));
  const ours = Object.values(graph.gradients(batch));
  const variables = Object.values(reference.grads);
  assert.equal(ours.length, variables.length);
  for (const variable of variables) {
    const wanted = variable.dataSync();
    const scale = Math.max(1e-3, ...Array.from(wanted, Math.abs));
    const close = ours.some(
      (gradient) =>
        gradient.length === wanted.length && gradient.every((value, k) => Math.abs(value - wanted[k]!) < 2e-4 * scale),
    );
    assert.ok(close, `no gradient like that of ${variable.shape} found`);
  }
  graph.dispose();
}

const conv = (options: object): tf.layers.Layer =>
  tf.layers.conv2d({ filters: 3, kernelSize: 3, useBias: true, ...options });
const flat: Layers = (x) => tf.layers.dense({ units: 2 }).apply(tf.layers.flatten().apply(x)) as tf.SymbolicTensor;
const through =
  (...layers: tf.layers.Layer[]): Layers =>
  (x) =>
    flat(layers.reduce((value, layer) => layer.apply(value) as tf.SymbolicTensor, x));

const cases: Record<string, [number[], Layers, LossName?]> = {
  "Conv2D same": [[5, 7, 2], through(conv({ padding: "same", activation: "relu" }))],
  "Conv2D valid, stride 2": [[6, 7, 2], through(conv({ padding: "valid", strides: 2, activation: "tanh" }))],
  "Conv2D same, stride 2, odd size": [[7, 5, 1], through(conv({ padding: "same", strides: 2, kernelSize: 1 }))],
  "Conv2D without bias": [[7, 7, 2], through(conv({ useBias: false }))],
  DepthwiseConv2D: [
    [6, 6, 2],
    through(tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: "same" })),
  ],
  "MaxPooling2D behind a convolution": [
    [7, 7, 2],
    through(conv({ padding: "same", activation: "relu" }), tf.layers.maxPooling2d({ poolSize: 2 })),
  ],
  "MaxPooling2D overlapping": [
    [7, 7, 2],
    through(conv({ activation: "sigmoid" }), tf.layers.maxPooling2d({ poolSize: 3, strides: 2 })),
  ],
  AveragePooling2D: [[6, 6, 2], through(conv({}), tf.layers.averagePooling2d({ poolSize: 2 }))],
  GlobalAveragePooling2D: [
    [5, 5, 2],
    (x) =>
      tf.layers
        .dense({ units: 2 })
        .apply(tf.layers.globalAveragePooling2d({}).apply(conv({}).apply(x) as tf.SymbolicTensor)) as tf.SymbolicTensor,
  ],
  BatchNormalization: [[4, 4, 2], through(conv({}), tf.layers.batchNormalization({}))],
  "LeakyReLU, ELU, ReLU": [
    [4, 4, 2],
    through(
      conv({}),
      tf.layers.leakyReLU({ alpha: 0.2 }),
      conv({ kernelSize: 1 }),
      tf.layers.elu({}),
      conv({ kernelSize: 1 }),
      tf.layers.reLU({}),
    ),
  ],
  "Activation softplus and swish": [
    [4, 4, 1],
    through(
      conv({}),
      tf.layers.activation({ activation: "softplus" }),
      conv({ kernelSize: 1 }),
      tf.layers.activation({ activation: "swish" as "relu" }),
    ),
  ],
  "ZeroPadding2D and Reshape": [
    [4, 4, 1],
    through(
      tf.layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 1],
        ],
      }),
      conv({}),
      tf.layers.reshape({ targetShape: [5, 9] }),
    ),
  ],
  "Concatenate, Add, Multiply with broadcasting": [
    [4, 4, 2],
    (x) => {
      const a = conv({ padding: "same" }).apply(x) as tf.SymbolicTensor;
      const b = conv({ padding: "same", activation: "tanh" }).apply(x) as tf.SymbolicTensor;
      const one = conv({ filters: 1, padding: "same", activation: "sigmoid" }).apply(x) as tf.SymbolicTensor;
      const sum = tf.layers.add().apply([a, b]) as tf.SymbolicTensor;
      const scaled = tf.layers.multiply().apply([sum, one]) as tf.SymbolicTensor;
      return flat(tf.layers.concatenate().apply([scaled, a]) as tf.SymbolicTensor);
    },
  ],
  "a nested functional and a nested sequential model": [
    [6, 6, 2],
    (x) => {
      const inner = tf.input({ shape: [6, 6, 2] });
      const block = tf.model({ inputs: inner, outputs: conv({ padding: "same" }).apply(inner) as tf.SymbolicTensor });
      const row = tf.sequential({ layers: [conv({ inputShape: [6, 6, 3] }), tf.layers.maxPooling2d({ poolSize: 2 })] });
      return flat(row.apply(block.apply(x) as tf.SymbolicTensor) as tf.SymbolicTensor);
    },
  ],
  "Dense with mean absolute error": [
    [6],
    (x) =>
      tf.layers
        .dense({ units: 3 })
        .apply(tf.layers.dense({ units: 4, activation: "relu" }).apply(x)) as tf.SymbolicTensor,
    "meanAbsoluteError",
  ],
  "Softmax with categorical cross-entropy": [
    [6],
    (x) => tf.layers.softmax({}).apply(tf.layers.dense({ units: 3 }).apply(x)) as tf.SymbolicTensor,
    "categoricalCrossentropy",
  ],
};

for (const [name, [shape, layers, loss]] of Object.entries(cases)) {
  test(`${name}: prediction and gradients equal eager TensorFlow.js`, () => checkGradients(shape, layers, loss));
}

function smallNetwork(): tf.LayersModel {
  return modelOf([8, 8, 2], (x) => {
    const a = tf.layers
      .conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu", name: "conv" })
      .apply(x) as tf.SymbolicTensor;
    const b = tf.layers.maxPooling2d({ poolSize: 2 }).apply(a) as tf.SymbolicTensor;
    const c = tf.layers.dropout({ rate: 0.3 }).apply(b) as tf.SymbolicTensor;
    const d = tf.layers.flatten().apply(c) as tf.SymbolicTensor;
    return tf.layers.dense({ units: 2, name: "energy" }).apply(d) as tf.SymbolicTensor;
  });
}

test("eight Adam steps give the losses of an eager reference", async () => {
  const model = modelOf(
    [8, 8, 2],
    through(conv({ padding: "same", activation: "relu" }), tf.layers.maxPooling2d({ poolSize: 2 })),
  );
  const graph = await compiled(model);
  const batch = batchFor(model, [8, 8, 2], 16, "meanSquaredError");
  const x = tf.tensor(batch.images, [16, 8, 8, 2]);
  const y = tf.tensor2d(batch.labels[output(model)]!, [16, 2]);
  const w = tf.tensor1d(batch.weights!);
  const slots = new Map<string, { m: tf.Tensor; v: tf.Tensor }>();
  for (let step = 1; step <= 8; step++) {
    const { value, grads } = tf.variableGrads(() => eagerLoss(model, x, y, w, "meanSquaredError"));
    const { loss } = graph.trainStep(batch, 0.01);
    const wanted = value.dataSync()[0]!;
    assert.ok(Math.abs(loss - wanted) < 1e-5 * Math.max(1, wanted), `step ${step}: ${loss}, eager ${wanted}`);
    const rate = (0.01 * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
    for (const [name, gradient] of Object.entries(grads)) {
      const former = slots.get(name) ?? { m: tf.zerosLike(gradient), v: tf.zerosLike(gradient) };
      const m = tf.add(tf.mul(former.m, 0.9), tf.mul(gradient, 0.1));
      const v = tf.add(tf.mul(former.v, 0.999), tf.mul(tf.square(gradient), 0.001));
      slots.set(name, { m, v });
      const variable = tf.engine().registeredVariables[name]!;
      variable.assign(tf.sub(variable, tf.div(tf.mul(m, rate), tf.add(tf.sqrt(v), 1e-7))));
    }
  }
  graph.dispose();
});

test("saved and restored, training goes on to the same losses, dropout masks included", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-engine-"));
  const model = smallNetwork();
  const graph = await compiled(model);
  const batch = batchFor(model, [8, 8, 2], 8, "meanSquaredError");
  for (let step = 0; step < 3; step++) graph.trainStep(batch, 0.01);
  await graph.save(join(folder, "state"));
  const onward = [1, 2, 3].map(() => graph.trainStep(batch, 0.01).loss);
  const other = await compiled(smallNetwork());
  await other.restore(join(folder, "state"));
  const again = [1, 2, 3].map(() => other.trainStep(batch, 0.01).loss);
  assert.deepEqual(again, onward);
  graph.dispose();
  other.dispose();
  await rm(folder, { recursive: true });
});

test("another process resumes a training to the same losses, though it built other layers before", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-engine-"));
  const part = fileURLToPath(new URL("train-part.js", import.meta.url));
  const run = (...args: string[]): number[] =>
    JSON.parse(
      execFileSync(process.execPath, [part, join(folder, "state"), ...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    ) as number[];
  const whole = run("save", "0", "3");
  const resumed = run("restore", "5", "3");
  assert.equal(whole.length, 3);
  assert.deepEqual(resumed, whole);
  assert.notDeepEqual(run("restore", "0", "3", "--seed", "1"), whole, "the seed changes the dropout masks");
  await rm(folder, { recursive: true });
});

test("a batch of one, of any other size, and images in shared memory are taken", async () => {
  const model = smallNetwork();
  const graph = await compiled(model);
  for (const size of [1, 5]) {
    const batch = batchFor(model, [8, 8, 2], size, "meanSquaredError");
    const shared = new Float32Array(new SharedArrayBuffer(batch.images.byteLength));
    shared.set(batch.images);
    const { loss } = graph.evaluateStep({ ...batch, images: shared });
    shared.fill(Number.NaN);
    assert.equal(loss, graph.evaluateStep(batch).loss);
  }
  graph.dispose();
});

test("weights go back into the LayersModel", async () => {
  const model = smallNetwork();
  const graph = await compiled(model);
  const batch = batchFor(model, [8, 8, 2], 4, "meanSquaredError");
  graph.trainStep(batch, 0.1);
  const wanted = graph.predict(batch.images, 4)[output(model)]!;
  graph.copyToModel();
  graph.dispose();
  const found = (model.predict(tf.tensor(batch.images, [4, 8, 8, 2])) as tf.Tensor).dataSync();
  for (const [i, value] of found.entries()) assert.ok(Math.abs(value - wanted[i]!) < 1e-5);
});

test("a layer that nobody lowered is refused by name, with the remedy", async () => {
  const model = modelOf([4, 4], (x) => flat(tf.layers.permute({ dims: [2, 1] }).apply(x) as tf.SymbolicTensor));
  await assert.rejects(compiled(model), /class Permute[\s\S]*registerLowering\("Permute"/);
});
