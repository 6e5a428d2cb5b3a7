import assert from "node:assert/strict";
import { test } from "node:test";
import type { CompileOptions } from "../../lib/engine/compiled-model.js";
import { noRewrites } from "../../lib/engine/rewrites.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { buildTrainingGraph } from "../../lib/engine/training-graph.js";
import { batchFor, checkGradients, compiled, type Layers, type Loss, modelOf, output } from "./eager-reference.js";

const conv = (options: object): tf.layers.Layer =>
  tf.layers.conv2d({ filters: 3, kernelSize: 3, useBias: true, ...options });
const flat: Layers = (x) => tf.layers.dense({ units: 2 }).apply(tf.layers.flatten().apply(x)) as tf.SymbolicTensor;
const through =
  (...layers: tf.layers.Layer[]): Layers =>
  (x) =>
    flat(layers.reduce((value, layer) => layer.apply(value) as tf.SymbolicTensor, x));

const vector =
  (...layers: tf.layers.Layer[]): Layers =>
  (x) =>
    tf.layers
      .dense({ units: 2 })
      .apply(layers.reduce((value, layer) => layer.apply(value) as tf.SymbolicTensor, x)) as tf.SymbolicTensor;

const cases: Record<string, [number[], Layers, Loss?]> = {
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
  "ReLU with a highest value": [[5, 3, 2], through(conv({ padding: "same" }), tf.layers.reLU({ maxValue: 0.4 }))],
  "Flatten, Dropout of nothing": [[5, 3, 2], through(conv({ strides: 2 }), tf.layers.dropout({ rate: 0 }))],
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
  "Conv2D of one row and two columns, stride 3": [
    [7, 8, 2],
    through(conv({ kernelSize: [1, 2], strides: 3, padding: "same" })),
  ],
  "DepthwiseConv2D valid, stride 2, odd size": [
    [7, 9, 3],
    through(tf.layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: "valid", activation: "relu" })),
  ],
  SeparableConv2D: [
    [7, 6, 2],
    through(
      tf.layers.separableConv2d({ filters: 3, kernelSize: 3, depthMultiplier: 2, padding: "same", activation: "tanh" }),
    ),
  ],
  "SeparableConv2D without bias, stride 2": [
    [7, 7, 2],
    through(tf.layers.separableConv2d({ filters: 3, kernelSize: 3, strides: 2, useBias: false })),
  ],
  "Conv1D valid, stride 2": [
    [9, 3],
    through(tf.layers.conv1d({ filters: 4, kernelSize: 3, strides: 2, activation: "relu" })),
  ],
  "Conv1D same, with activation": [
    [7, 2],
    through(
      tf.layers.conv1d({ filters: 3, kernelSize: 3, padding: "same" }),
      tf.layers.conv1d({ filters: 2, kernelSize: 3, padding: "same", activation: "tanh" }),
    ),
  ],
  "AveragePooling2D same, stride 2, odd size": [
    [7, 5, 2],
    through(conv({ padding: "same" }), tf.layers.averagePooling2d({ poolSize: 3, strides: 2, padding: "same" })),
  ],
  "MaxPooling2D same, stride 3, odd size": [
    [8, 7, 2],
    through(conv({ padding: "same" }), tf.layers.maxPooling2d({ poolSize: 2, strides: 3, padding: "same" })),
  ],
  "MaxPooling2D behind a swish, which does not only rise": [
    [6, 6, 2],
    through(conv({ activation: "swish" as "relu" }), tf.layers.maxPooling2d({ poolSize: 2 })),
  ],
  GlobalMaxPooling2D: [
    [5, 7, 2],
    (x) =>
      tf.layers
        .dense({ units: 2 })
        .apply(tf.layers.globalMaxPooling2d({}).apply(conv({}).apply(x) as tf.SymbolicTensor)) as tf.SymbolicTensor,
  ],
  "LayerNormalization of images": [[5, 3, 4], through(conv({}), tf.layers.layerNormalization({ epsilon: 1e-6 }))],
  "LayerNormalization of vectors": [[6], vector(tf.layers.dense({ units: 5 }), tf.layers.layerNormalization({}))],
  "BatchNormalization of vectors": [[6], vector(tf.layers.dense({ units: 5 }), tf.layers.batchNormalization({}))],
  "UpSampling2D, nearest": [[3, 5, 2], through(conv({ padding: "same" }), tf.layers.upSampling2d({ size: [2, 3] }))],
  "UpSampling2D, bilinear": [
    [4, 3, 2],
    through(conv({ padding: "same" }), tf.layers.upSampling2d({ size: [2, 2], interpolation: "bilinear" })),
  ],
  Permute: [[4, 5, 2], through(conv({}), tf.layers.permute({ dims: [3, 1, 2] }), tf.layers.dense({ units: 3 }))],
  "Average, Maximum and Minimum": [
    [5, 5, 2],
    (x) => {
      const [a, b, c] = [1, 2, 3].map(
        (_, i) => conv({ padding: "same", kernelSize: i + 1 }).apply(x) as tf.SymbolicTensor,
      ) as [tf.SymbolicTensor, tf.SymbolicTensor, tf.SymbolicTensor];
      const mean = tf.layers.average().apply([a, b, c]) as tf.SymbolicTensor;
      const most = tf.layers.maximum().apply([a, b]) as tf.SymbolicTensor;
      const least = tf.layers.minimum().apply([b, c]) as tf.SymbolicTensor;
      return flat(tf.layers.concatenate({ axis: 1 }).apply([mean, most, least]) as tf.SymbolicTensor);
    },
  ],
  "Softmax and Activation softmax between layers": [
    [6],
    vector(tf.layers.dense({ units: 5, activation: "softmax" }), tf.layers.softmax({})),
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

const rewrites = { productGradients: true, thinFirst: true };
const wide: Layers = (x) => {
  const a = conv({ filters: 48, kernelSize: 1, activation: "tanh" }).apply(x) as tf.SymbolicTensor;
  const b = conv({ filters: 64, padding: "same", activation: "relu" }).apply(a) as tf.SymbolicTensor;
  return tf.layers
    .dense({ units: 2 })
    .apply(tf.layers.globalAveragePooling2d({}).apply(b) as tf.SymbolicTensor) as tf.SymbolicTensor;
};
for (const [name, options] of Object.entries({ rewritten: { rewrites }, "as it is": { rewrites: noRewrites } })) {
  test(`Conv2D of 48 channels, ${name}: gradients equal eager TensorFlow.js`, () =>
    checkGradients([25, 24, 3], wide, "meanSquaredError", options));
}

test("a rewritten graph has the operations it should", () => {
  const operationsOf = (layers: Layers, shape: number[], options: Partial<CompileOptions>): string[] => {
    const model = modelOf(shape, layers);
    const { savedModel } = buildTrainingGraph(model, {
      losses: { [output(model)]: "meanSquaredError" },
      optimizer: { name: "SGD" },
      ...options,
    });
    return (
      Buffer.from(savedModel)
        .toString("latin1")
        .match(/Conv2DBackpropFilter|MatMul|Slice\b/g) ?? []
    );
  };
  const count = (list: string[], name: string): number => list.filter((one) => one.startsWith(name)).length;
  const [plain, taps] = [noRewrites, rewrites].map((one) => operationsOf(wide, [25, 24, 3], { rewrites: one }));
  assert.equal(count(taps!, "Conv2DBackpropFilter"), 0);
  assert.ok(count(taps!, "MatMul") >= count(plain!, "MatMul") + 9 + 1);
});

const activations = [
  "relu6",
  "elu",
  "selu",
  "sigmoid",
  "hardSigmoid",
  "softplus",
  "softsign",
  "gelu",
  "gelu_new",
  "mish",
];
for (const activation of activations) {
  cases[`Activation ${activation}`] = [
    [5, 3, 2],
    through(conv({ padding: "same" }), tf.layers.activation({ activation: activation as "relu" })),
  ];
}

const direct: Layers = (x) => tf.layers.dense({ units: 3 }).apply(x) as tf.SymbolicTensor;
const softmax: Layers = (x) => tf.layers.softmax({}).apply(direct(x)) as tf.SymbolicTensor;
const sigmoid: Layers = (x) => tf.layers.dense({ units: 3, activation: "sigmoid" }).apply(x) as tf.SymbolicTensor;
Object.assign(cases, {
  "Categorical cross-entropy with smoothed labels": [
    [6],
    softmax,
    { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
  ],
  "Binary cross-entropy": [[6], sigmoid, "binaryCrossentropy"],
  "Binary cross-entropy with smoothed labels": [[6], sigmoid, { name: "binaryCrossentropy", labelSmoothing: 0.2 }],
  "Huber's loss": [[6], direct, { name: "huber", delta: 0.4 }],
  "Log-cosh": [[6], direct, "logCosh"],
  "Cosine similarity": [[6], direct, "cosineSimilarity"],
} satisfies typeof cases);

for (const [name, [shape, layers, loss]] of Object.entries(cases)) {
  test(`${name}: prediction and gradients equal eager TensorFlow.js`, () => checkGradients(shape, layers, loss));
}

/** Asserts that predictions are those of plain TensorFlow.js and gradients the differences of the loss. */
async function checkDifferences(shape: number[], layers: Layers, options: Partial<CompileOptions> = {}): Promise<void> {
  const model = modelOf(shape, layers);
  const graph = await compiled(model, "meanSquaredError", options);
  const batch = batchFor(model, shape, 3, "meanSquaredError");
  const predicted = graph.predict(batch.images, 3)[output(model)]!;
  const plain = (model.predict(tf.tensor(batch.images, [3, ...shape])) as tf.Tensor).dataSync();
  for (const [i, value] of plain.entries()) assert.ok(Math.abs(value - predicted[i]!) < 1e-5);
  const gradients = graph.gradients(batch);
  const weights = graph.getWeights();
  for (const [name, gradient] of Object.entries(gradients)) {
    const scale = Math.max(...Array.from(gradient, Math.abs));
    for (const i of [0, Math.floor(gradient.length / 2), gradient.length - 1]) {
      const lossAt = (delta: number): number => {
        const moved = weights[name]!.slice();
        moved[i]! += delta;
        graph.setWeights({ ...weights, [name]: moved });
        return graph.evaluateStep(batch).loss;
      };
      const difference = (lossAt(0.01) - lossAt(-0.01)) / 0.02;
      assert.ok(Math.abs(difference - gradient[i]!) < 0.01 * scale, `${name}: ${gradient[i]}, ${difference}`);
    }
  }
  graph.dispose();
}

// tfjs has no gradient of such a convolution; differences of the loss stand in for it.
test("Conv2D with dilation: prediction equals eager TensorFlow.js, gradients equal differences", () =>
  checkDifferences([9, 8, 2], through(conv({ dilationRate: 2, padding: "same" }))));

/** As where a stack of residual blocks begins: two strided 1×1 convolutions of the same images. */
const thinned: Layers = (x) => {
  const a = conv({ filters: 4, padding: "same" }).apply(x) as tf.SymbolicTensor;
  const [b, c] = [{}, { padding: "same", activation: "tanh" }].map(
    (more) => conv({ kernelSize: 1, strides: [2, 3], ...more }).apply(a) as tf.SymbolicTensor,
  ) as [tf.SymbolicTensor, tf.SymbolicTensor];
  return flat(tf.layers.concatenate({ axis: 3 }).apply([b, c]) as tf.SymbolicTensor);
};
// The kernel's gradient of oneDNN itself is wrong here, with and without a graph, so that eager TensorFlow.js is no judge.
test("strided 1×1 Conv2Ds: gradients equal differences, whatever the image's size, in replicas too", async () => {
  await checkDifferences([8, 9, 2], thinned, { rewrites });
  await checkDifferences([7, 10, 2], thinned, { rewrites });
  await checkDifferences([8, 9, 2], thinned, { rewrites, replicas: { count: 2 } });
});
