import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { hexagonalConv2d } from "../../lib/engine/hexagonal-conv-2d.js";
import { outputNames } from "../../lib/engine/output-names.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { ConfigError } from "../../lib/errors.js";
import { buildModel } from "../../lib/models/build-model.js";
import { exportOnnx, type OnnxPrecision, onnxGraph } from "../../lib/models/onnx/export-onnx.js";
import { foldNormalization } from "../../lib/models/onnx/fold-normalization.js";
import { halfBits } from "../../lib/models/onnx/half-precision.js";
import { OnnxGraph } from "../../lib/models/onnx/onnx-graph.js";
import { openOnnx } from "../../lib/models/onnx/onnx-session.js";
import { quantisableNodes, quantise, rangesNeeded } from "../../lib/models/onnx/quantise.js";
import { fillWeights, modelOf, values } from "../engine/eager-reference.js";
import { modelConfig } from "./model-config.js";

const folder = await mkdtemp(join(tmpdir(), "cherenkit-quantise-"));
after(() => rm(folder, { recursive: true }));

const side = 24;
const shape = [side, side, 2];
const length = side * side * 2;
/** Few bright pixels on a dark camera, and images of different brightness. */
const images = values(64 * length, 3).map(
  (value, i) => (1 + (Math.floor(i / length) % 8)) * 50 * Math.max(0, value) ** 4,
);
const sample = { images, size: 64 };

/** Predictions of the exported file for the first eight images, and its size. */
async function exported(model: tf.LayersModel, precision: OnnxPrecision) {
  const path = join(folder, `${precision}.onnx`);
  await exportOnnx(model, path, { precision, sample });
  const session = await openOnnx(path, shape);
  const outputs = await session.predict(images.subarray(0, 8 * length), 8);
  await session.close();
  return { bytes: (await stat(path)).size, outputs };
}

/** Largest difference to the network itself, in units of the spread of its answers. */
function error(model: tf.LayersModel, outputs: Readonly<Record<string, Float32Array>>): number {
  const x = tf.tensor(images.subarray(0, 8 * length), [8, ...shape]);
  const wanted = [model.predict(x) as tf.Tensor | tf.Tensor[]].flat();
  return Math.max(
    ...outputNames(model).map((name, i) => {
      const expected = wanted[i]!.dataSync();
      const spread = Math.max(...expected) - Math.min(...expected);
      return Math.max(...Array.from(expected, (value, k) => Math.abs(outputs[name]![k]! - value))) / spread;
    }),
  );
}

const networks: Record<string, () => tf.LayersModel> = {
  SingleCNN: () => buildModel(modelConfig({ type: "SingleCNN", tasks: ["type", "energy"] }), shape, 2),
  "SingleCNN with batch normalisation and attention": () => {
    const { singleCnn } = modelConfig({});
    const attention = { mechanism: "Dual-SE", reductionRatio: 8 } as const;
    const change = { type: "SingleCNN", tasks: ["energy"], attention } as const;
    const config = modelConfig({ ...change, singleCnn: { ...singleCnn, batchNormalization: true } });
    const model = buildModel(config, shape, 2);
    // Weights as they come from training: averages near those of the values.
    model.setWeights(
      model.getWeights().map((weight, i) => {
        const name = model.weights[i]!.originalName;
        if (!/gamma|variance/.test(name)) return weight;
        return tf.tensor(
          values(weight.size, i).map((value) => 1 + 0.5 * value),
          weight.shape,
        );
      }),
    );
    return model;
  },
  ResNet: () =>
    buildModel(
      modelConfig({
        tasks: ["energy"],
        resNet: { ...modelConfig({}).resNet, architecture: [8, 16].map((filters) => ({ filters, blocks: 2 })) },
      }),
      shape,
      2,
    ),
};

for (const [name, make] of Object.entries(networks)) {
  test(`${name}: float16 halves the file and int8 quarters it, predictions stay near those of float32`, async () => {
    const model = make();
    const [single, half, whole] = [
      await exported(model, "float32"),
      await exported(model, "float16"),
      await exported(model, "int8"),
    ];
    assert.ok(error(model, single.outputs) < 1e-4);
    assert.ok(error(model, half.outputs) < 0.01, `float16 ${error(model, half.outputs)}`);
    const found = error(model, whole.outputs);
    assert.ok(found < 0.25, `int8 ${found}`);
    assert.ok(found > 1e-6, "int8 really rounds");
    assert.ok(half.bytes < 0.55 * single.bytes, `${half.bytes} of ${single.bytes} bytes`);
    assert.ok(whole.bytes < 0.35 * single.bytes, `${whole.bytes} of ${single.bytes} bytes`);
  });
}

test("a batch normalisation put into the convolution before it changes no prediction", async () => {
  const model = modelOf(shape, (x) => {
    const apply = (layer: tf.layers.Layer, y: tf.SymbolicTensor): tf.SymbolicTensor =>
      layer.apply(y) as tf.SymbolicTensor;
    const y = apply(tf.layers.batchNormalization({}), apply(tf.layers.conv2d({ filters: 4, kernelSize: 3 }), x));
    const without = tf.layers.depthwiseConv2d({ kernelSize: 3, useBias: false });
    return apply(tf.layers.globalMaxPooling2d({}), apply(tf.layers.batchNormalization({}), apply(without, y)));
  });
  const graph = foldNormalization(onnxGraph(model));
  assert.ok(graph.nodes.every(({ operation }) => operation !== "BatchNormalization"));
  const session = await openOnnx(graph.encode("folded"), shape);
  assert.ok(error(model, await session.predict(images.subarray(0, 8 * length), 8)) < 1e-5);
  await session.close();
});

test("all sums of a ResNet stay in 8 bits, that with the shortcut which looks at the images too", () => {
  const graph = foldNormalization(onnxGraph(networks.ResNet!()));
  const nodes = quantisableNodes(graph);
  const ranges = new Map(rangesNeeded(graph, nodes).map((name) => [name, { min: -1, max: 3 }]));
  const { nodes: written } = quantise(graph, nodes, ranges);
  const byOutput = new Map(written.map((node) => [node.output, node]));
  const sums = written.filter(
    ({ operation, inputs }) => operation === "Add" && inputs.every((name) => byOutput.has(name)),
  );
  assert.ok(sums.length >= 4, `${sums.length} sums`);
  for (const { inputs } of sums) {
    assert.deepEqual(
      inputs.map((name) => byOutput.get(name)!.operation),
      ["DequantizeLinear", "DequantizeLinear"],
    );
  }
});

test("hexagonal convolutions become int8 too", async () => {
  const model = modelOf(shape, (x) => {
    const first = hexagonalConv2d({ filters: 16, activation: "relu" }).apply(x) as tf.SymbolicTensor;
    const y = hexagonalConv2d({ filters: 16, strides: 2, activation: "relu" }).apply(first) as tf.SymbolicTensor;
    return tf.layers.globalAveragePooling2d({}).apply(y) as tf.SymbolicTensor;
  });
  const { outputs } = await exported(fillWeights(model), "int8");
  assert.ok(error(model, outputs) < 0.05, `${error(model, outputs)}`);
});

test("int8 without images is refused with what to do", async () => {
  const model = networks.SingleCNN!();
  await assert.rejects(exportOnnx(model, join(folder, "never.onnx"), { precision: "int8" }), ConfigError);
});

test("float16 has the bits of IEEE 754: halves to even, small and large numbers", () => {
  const cases: [number, number][] = [
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [1 + 1 / 2048, 0x3c00],
    [1 + 3 / 2048, 0x3c02],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
    [0.1, 0x2e66],
    [Number.NEGATIVE_INFINITY, 0xfc00],
  ];
  for (const [value, bits] of cases) assert.equal(halfBits(value), bits, `${value}`);
  assert.equal(halfBits(Number.NaN) & 0x7e00, 0x7e00);
});

test("a normalisation whose convolution has other readers stays", () => {
  const graph = new OnnxGraph();
  graph.input("images", [2, 2, 1]);
  const ones = graph.floats("ones", Float32Array.of(1), [1]);
  const y = graph.add("Conv", ["images", graph.floats("kernel", Float32Array.of(2), [1, 1, 1, 1])]);
  const normal = graph.add("BatchNormalization", [y, ones, ones, ones, ones], { epsilon: { float: 0 } });
  const both = graph.add("Add", [normal, y]);
  graph.output("out", both, [2, 2, 1]);
  const operations = foldNormalization(graph).nodes.map(({ operation }) => operation);
  assert.deepEqual(operations, ["Conv", "BatchNormalization", "Add", "Identity"]);
});
