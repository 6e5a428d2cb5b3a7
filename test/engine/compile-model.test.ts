import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { compileModel } from "../../lib/engine/compile-model.js";
import { compilePredictor } from "../../lib/engine/compile-predictor.js";
import type { CompileOptions } from "../../lib/engine/compiled-model.js";
import { spatialDropout2d } from "../../lib/engine/spatial-dropout-2d.js";
import { tf } from "../../lib/engine/tensorflow.js";
import {
  batchFor,
  checkGradients,
  compiled,
  eagerLossOf,
  fillWeights,
  type Layers,
  modelOf,
  output,
  values,
} from "./eager-reference.js";

const conv = (options: object): tf.layers.Layer =>
  tf.layers.conv2d({ filters: 3, kernelSize: 3, useBias: true, ...options });
const flat: Layers = (x) => tf.layers.dense({ units: 2 }).apply(tf.layers.flatten().apply(x)) as tf.SymbolicTensor;
const through =
  (...layers: tf.layers.Layer[]): Layers =>
  (x) =>
    flat(layers.reduce((value, layer) => layer.apply(value) as tf.SymbolicTensor, x));

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
  const slots = new Map<string, { m: tf.Tensor; v: tf.Tensor }>();
  for (let step = 1; step <= 8; step++) {
    const { value, grads } = tf.variableGrads(() => eagerLossOf(model, [8, 8, 2], batch, "meanSquaredError"));
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
        stdio: ["ignore", "pipe", "pipe"], // what it said stands in the error if it fails
      }),
    ) as number[];
  const whole = run("save", "0", "3");
  const resumed = run("restore", "5", "3");
  assert.equal(whole.length, 3);
  assert.deepEqual(resumed, whole);
  assert.notDeepEqual(run("restore", "0", "3", "--seed", "1"), whole, "the seed changes the dropout masks");
  await rm(folder, { recursive: true });
});

test("a compiled network leaves nothing in the temporary folder, disposed of or not", async () => {
  const former = process.env.TMPDIR;
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-temporary-"));
  process.env.TMPDIR = folder;
  try {
    const graph = await compiled(smallNetwork());
    const predictor = await compilePredictor(smallNetwork());
    assert.deepEqual(await readdir(folder), []);
    graph.dispose();
    predictor.dispose();
  } finally {
    if (former === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = former;
    await rm(folder, { recursive: true });
  }
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
  const model = modelOf([4, 4], (x) =>
    flat(tf.layers.repeatVector({ n: 2 }).apply(tf.layers.flatten().apply(x)) as tf.SymbolicTensor),
  );
  await assert.rejects(compiled(model), /class RepeatVector[\s\S]*registerLowering\("RepeatVector"/);
});

const refused: Record<string, [tf.layers.Layer, RegExp]> = {
  regularizer: [conv({ kernelRegularizer: "l1l2" }), /does not compile kernelRegularizer[\s\S]*AdamW/],
  constraint: [conv({ biasConstraint: "nonNeg" }), /does not compile biasConstraint/],
  "channels first": [conv({ dataFormat: "channelsFirst" }), /does not compile dataFormat channelsFirst/],
  "another axis": [tf.layers.batchNormalization({ axis: 1 }), /does not compile axis 1[\s\S]*engine: eager/],
  "shape of noise": [tf.layers.dropout({ rate: 0.5, noiseShape: [1, 4, 4] }), /does not compile noiseShape/],
};
for (const [name, [layer, message]] of Object.entries(refused)) {
  test(`a layer's setting that would be passed over is refused: ${name}`, async () => {
    await assert.rejects(compiled(modelOf([4, 4, 4], through(layer))), message);
  });
}

test("a step for which there is no memory says so, with the batch and the remedy", async () => {
  const model = modelOf([1, 1, 1], (x) => {
    const huge = tf.layers.upSampling2d({ size: [4_000_000, 4_000_000] }).apply(x) as tf.SymbolicTensor;
    const mean = tf.layers.globalMaxPooling2d({}).apply(huge) as tf.SymbolicTensor;
    return tf.layers.dense({ units: 2 }).apply(mean) as tf.SymbolicTensor;
  });
  const graph = await compiled(model);
  const images = new Float32Array(3);
  assert.throws(() => graph.predict(images, 3), /not enough memory for a batch of 3 images[\s\S]*lower batch_size/);
  graph.dispose();
  const predictor = await compilePredictor(model);
  assert.throws(() => predictor.predict(images, 3), /not enough memory for a batch of 3 images/);
  predictor.dispose();
});

const tower = through(
  conv({ padding: "same", activation: "relu" }),
  tf.layers.maxPooling2d({ poolSize: 2 }),
  tf.layers.depthwiseConv2d({ kernelSize: 3, padding: "same" }),
);

test("two replicas of one batch give the gradients of one network, odd batches included", () =>
  checkGradients([7, 6, 2], tower, "meanSquaredError", { replicas: { count: 2 } }));

test("two replicas with a softmax give the gradients of one network", () =>
  checkGradients(
    [6],
    (x) => tf.layers.softmax({}).apply(tf.layers.dense({ units: 3 }).apply(x)) as tf.SymbolicTensor,
    "categoricalCrossentropy",
    { replicas: { count: 2 } },
  ));

test("a batch of fewer examples than replicas gives the loss and the steps of one network", async () => {
  const losses: number[][] = [];
  for (const count of [1, 4]) {
    const model = modelOf([8, 8, 2], tower);
    const graph = await compiled(model, "meanSquaredError", { replicas: { count } });
    const batches = [1, 3, 5].map((size) => batchFor(model, [8, 8, 2], size, "meanSquaredError"));
    losses.push(batches.flatMap((one) => [graph.trainStep(one, 0.01).loss, graph.evaluateStep(one).loss]));
    graph.dispose();
  }
  for (const [i, loss] of losses[1]!.entries()) assert.ok(Math.abs(loss - losses[0]![i]!) < 1e-5, `${losses}`);
});

test("copies that share a batch drop out differently", async () => {
  const model = modelOf(
    [64],
    (x) => tf.layers.dropout({ rate: 0.5 }).apply(tf.layers.dense({ units: 64 }).apply(x)) as tf.SymbolicTensor,
  );
  const graph = await compiled(model, "meanSquaredError", { replicas: { count: 2 } });
  const images = new Float32Array(2 * 64).fill(1);
  const labels = { [output(model)]: new Float32Array(2 * 64) };
  const { outputs } = graph.trainStep({ images, size: 2, labels }, 0.01);
  const found = outputs[output(model)]!;
  assert.notDeepEqual([...found.slice(0, 64)].map(Boolean), [...found.slice(64)].map(Boolean));
  graph.dispose();
});

test("convolutions in float16 and bfloat16 give nearly the gradients of float32", async () => {
  await checkGradients([7, 6, 2], tower, "meanSquaredError", { precision: "float16" }, 0.02);
  await checkGradients([7, 6, 2], tower, "meanSquaredError", { precision: "bfloat16" }, 0.1);
});

for (const accumulateSteps of [1, 2]) {
  test(`a float16 step that overflows changes nothing but the loss scale, ${accumulateSteps} steps an update`, async () => {
    const layers = (x: tf.SymbolicTensor): tf.SymbolicTensor =>
      through(conv({ padding: "same", activation: "relu" }), tf.layers.batchNormalization({}))(x);
    const options = { precision: "float16", accumulateSteps, averageMomentum: 0.9 } as const;
    const model = modelOf([8, 8, 2], layers);
    const batch = batchFor(model, [8, 8, 2], 8, "meanSquaredError");
    const huge = { ...batch, images: batch.images.map((value) => 1e30 * value) };
    const finish = async (overflows: boolean): Promise<{ weights: Float32Array[]; losses: number[] }> => {
      const graph = await compiled(model, "meanSquaredError", options);
      // The first loss scale is too large for these gradients and halves itself.
      for (let i = 0; i < 8 * accumulateSteps; i++) graph.trainStep(batch, 0.01);
      const before = graph.getWeights();
      if (overflows) for (let i = 0; i < accumulateSteps; i++) graph.trainStep(huge, 0.01);
      assert.deepEqual(graph.getWeights(), before, "weights, averages and moving means stand still");
      const losses = Array.from({ length: 6 }, () => graph.trainStep(batch, 0.01).loss);
      const weights = Object.values(graph.getWeights());
      graph.dispose();
      return { weights, losses };
    };
    const [plain, overflown] = [await finish(false), await finish(true)];
    // Half the loss scale rounds otherwise; a momentum that had moved would show in the third digit.
    for (const [i, loss] of plain.losses.entries())
      assert.ok(Math.abs(loss - overflown.losses[i]!) < 2e-4 * loss, `${plain.losses}; ${overflown.losses}`);
    for (const [i, values] of plain.weights.entries())
      for (const [k, value] of values.entries())
        assert.ok(Math.abs(value - overflown.weights[i]![k]!) < 2e-3, `${value}, ${overflown.weights[i]![k]}`);
    assert.ok(plain.losses.at(-1)! < plain.losses[0]!);
  });
}

const withoutDropout = (): tf.LayersModel => modelOf([6, 6, 2], tower);

test("gradients over two steps are averaged before the weights change, also when restored between them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-engine-"));
  const whole = batchFor(withoutDropout(), [6, 6, 2], 8, "meanSquaredError");
  const [name] = Object.keys(whole.labels) as [string];
  const part = (start: number): typeof whole => ({
    images: whole.images.slice(start * 72, (start + 4) * 72),
    size: 4,
    labels: { [name]: whole.labels[name]!.slice(2 * start, 2 * (start + 4)) },
  });
  const one = withoutDropout();
  const relabelled = (batch: typeof whole, model: tf.LayersModel): typeof whole => ({
    ...batch,
    labels: { [output(model)]: batch.labels[name]! },
    weights: undefined,
  });
  const together = await compiled(one, "meanSquaredError");
  for (let i = 0; i < 3; i++) together.trainStep(relabelled(whole, one), 0.01);
  const two = withoutDropout();
  const apart = await compiled(two, "meanSquaredError", { accumulateSteps: 2 });
  for (let i = 0; i < 2; i++) for (const start of [0, 4]) apart.trainStep(relabelled(part(start), two), 0.01);
  apart.trainStep(relabelled(part(0), two), 0.01);
  await apart.save(join(folder, "state"));
  const three = withoutDropout();
  const resumed = await compiled(three, "meanSquaredError", { accumulateSteps: 2 });
  await resumed.restore(join(folder, "state"));
  resumed.trainStep(relabelled(part(4), three), 0.01);
  for (const [i, values] of Object.values(together.getWeights()).entries()) {
    const found = Object.values(resumed.getWeights())[i]!;
    for (const [k, value] of values.entries()) assert.ok(Math.abs(value - found[k]!) < 2e-5, `${found[k]}, ${value}`);
  }
  for (const graph of [together, apart, resumed]) graph.dispose();
  await rm(folder, { recursive: true });
});

test("gradients longer than the limit are scaled down to it, all together", async () => {
  const model = withoutDropout();
  const batch = batchFor(model, [6, 6, 2], 4, "meanSquaredError");
  const free = await compiled(model, "meanSquaredError", { optimizer: { name: "SGD" } });
  const length = Math.hypot(...Object.values(free.gradients(batch)).flatMap((values) => Array.from(values)));
  const moved = async (clipNorm: number): Promise<number> => {
    const graph = await compiled(model, "meanSquaredError", { optimizer: { name: "SGD" }, clipNorm });
    const before = graph.getWeights();
    graph.trainStep(batch, 1);
    const after = graph.getWeights();
    graph.dispose();
    return Math.hypot(...Object.keys(before).flatMap((key) => Array.from(before[key]!, (v, i) => v - after[key]![i]!)));
  };
  assert.ok(Math.abs((await moved(length / 3)) - length / 3) < 1e-4 * length);
  assert.ok(Math.abs((await moved(2 * length)) - length) < 1e-4 * length);
  free.dispose();
});

test("a running average of the weights predicts and is what is saved", async () => {
  const model = withoutDropout();
  const batch = batchFor(model, [6, 6, 2], 4, "meanSquaredError");
  const plain = await compiled(model, "meanSquaredError", { optimizer: { name: "SGD" } });
  const averaged = await compiled(model, "meanSquaredError", { optimizer: { name: "SGD" }, averageMomentum: 0.9 });
  let expected = plain.getWeights();
  for (let step = 0; step < 3; step++) {
    plain.trainStep(batch, 0.05);
    averaged.trainStep(batch, 0.05);
    const now = plain.getWeights();
    expected = Object.fromEntries(
      Object.entries(expected).map(([key, old]) => [key, old.map((value, i) => 0.9 * value + 0.1 * now[key]![i]!)]),
    );
  }
  const found = averaged.getWeights();
  for (const [key, values] of Object.entries(expected))
    for (const [i, value] of values.entries()) assert.ok(Math.abs(value - found[key]![i]!) < 1e-6);
  const wanted = averaged.predict(batch.images, 4)[output(model)]!;
  averaged.copyToModel();
  const again = (model.predict(tf.tensor(batch.images, [4, 6, 6, 2])) as tf.Tensor).dataSync();
  for (const [i, value] of again.entries()) assert.ok(Math.abs(value - wanted[i]!) < 1e-5);
  plain.dispose();
  averaged.dispose();
});

test("several heads: fixed loss weights, weights of the examples by output, and weights found by uncertainty", async () => {
  const input = tf.input({ shape: [5] });
  const hidden = tf.layers.dense({ units: 4, activation: "tanh" }).apply(input) as tf.SymbolicTensor;
  const energy = tf.layers.dense({ units: 1, name: "energy" }).apply(hidden) as tf.SymbolicTensor;
  const type = tf.layers.dense({ units: 2, activation: "softmax", name: "type" }).apply(hidden) as tf.SymbolicTensor;
  const model = fillWeights(tf.model({ inputs: input, outputs: [energy, type] }));
  const size = 4;
  const batch = {
    images: values(size * 5, 1),
    size,
    labels: { energy: values(size, 2), type: Float32Array.from([1, 0, 0, 1, 1, 0, 0, 1]) },
    weights: { energy: Float32Array.from([1, 0, 2, 0]) },
  };
  const losses = { energy: "meanAbsoluteError", type: "categoricalCrossentropy" } as const;
  const optimizer = { name: "SGD" } as const;
  const lossOf = async (lossWeights: CompileOptions["lossWeights"]): Promise<number> => {
    const graph = await compileModel(model, { losses, lossWeights, optimizer });
    const { loss } = graph.evaluateStep(batch);
    graph.dispose();
    return loss;
  };
  const [prediction] = model.predict(tf.tensor2d(batch.images, [size, 5])) as tf.Tensor[];
  const residuals = Array.from(prediction!.dataSync(), (value, i) => Math.abs(value - batch.labels.energy[i]!));
  const energyLoss = (residuals[0]! + 2 * residuals[2]!) / 4;
  assert.ok(Math.abs((await lossOf({ energy: 1, type: 0 })) - energyLoss) < 1e-5);
  const typeLoss = await lossOf({ energy: 0 });
  assert.ok(Math.abs((await lossOf({ energy: 0.5, type: 2 })) - 0.5 * energyLoss - 2 * typeLoss) < 1e-5);

  const graph = await compileModel(model, { losses, lossWeights: "uncertainty", optimizer });
  assert.ok(Math.abs(graph.evaluateStep(batch).loss - energyLoss - typeLoss) < 1e-5, "the weights begin at 1");
  const { loss } = graph.trainStep(batch, 0.1);
  // d/ds of exp(−s)·L + s at s = 0 is 1 − L.
  graph.setWeights(Object.fromEntries(Object.entries(graph.getWeights())));
  const s = [energyLoss, typeLoss].map((part) => -0.1 * (1 - part));
  const weights = graph.getWeights();
  const fixed = await compileModel(model, {
    losses,
    lossWeights: { energy: Math.exp(-s[0]!), type: Math.exp(-s[1]!) },
    optimizer,
  });
  fixed.setWeights(weights);
  assert.ok(
    Math.abs(graph.evaluateStep(batch).loss - fixed.evaluateStep(batch).loss - s[0]! - s[1]!) < 1e-5,
    `${loss}`,
  );
  graph.dispose();
  fixed.dispose();
});

test("SpatialDropout2D drops whole channels, about as many as asked, and none when it predicts", async () => {
  const model = modelOf(
    [6, 6, 40],
    (x) =>
      tf.layers.flatten().apply(spatialDropout2d({ rate: 0.25 }).apply(x) as tf.SymbolicTensor) as tf.SymbolicTensor,
  );
  const graph = await compiled(model);
  const size = 8;
  const batch = {
    images: new Float32Array(size * 1440).fill(1),
    size,
    labels: { [output(model)]: new Float32Array(size * 1440) },
  };
  const dropped = graph.trainStep(batch, 0.1).outputs[output(model)]!;
  let zeros = 0;
  for (let image = 0; image < size; image++) {
    for (let channel = 0; channel < 40; channel++) {
      const first = dropped[image * 1440 + channel]!;
      assert.ok(first === 0 || Math.abs(first - 4 / 3) < 1e-6);
      for (let pixel = 0; pixel < 36; pixel++) assert.equal(dropped[image * 1440 + 40 * pixel + channel], first);
      if (first === 0) zeros++;
    }
  }
  assert.ok(zeros > 40 && zeros < 130, `${zeros} of 320`);
  assert.ok(graph.predict(batch.images, size)[output(model)]!.every((value) => value === 1));
  graph.dispose();
});
