import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hexagonalConv2d } from "../../lib/engine/hexagonal-conv-2d.js";
import { outputNames } from "../../lib/engine/output-names.js";
import { spatialDropout2d } from "../../lib/engine/spatial-dropout-2d.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { buildModel } from "../../lib/models/build-model.js";
import { savedNetwork } from "../../lib/models/network.js";
import { exportOnnx, onnxGraphOf } from "../../lib/models/onnx/export-onnx.js";
import { readModel } from "../../lib/models/read-model.js";
import { saveModel } from "../../lib/models/save-model.js";
import { fillWeights, type Layers, modelOf, values } from "../engine/eager-reference.js";
import { modelConfig } from "./model-config.js";

interface Ort {
  readonly InferenceSession: { create(path: string, options?: object): Promise<Session> };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => object;
}
interface Session {
  readonly outputNames: readonly string[];
  run(feeds: Record<string, object>): Promise<Record<string, { readonly data: Float32Array }>>;
}
const require = createRequire(import.meta.url);
const ort = require("onnxruntime-node") as Ort;

async function assertSame(model: tf.LayersModel, size = 3): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-onnx-"));
  try {
    const path = join(folder, "model.onnx");
    await exportOnnx(model, path);
    await saveModel(model, join(folder, "saved"));
    const saved = savedNetwork(await readModel(join(folder, "saved")), folder);
    const withoutTensorflow = Buffer.from(onnxGraphOf(saved).encode(model.name));
    assert.ok(withoutTensorflow.equals(await readFile(path)), "the saved network gives another graph");
    const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
    const shape = [size, ...(model.inputs[0]!.shape.slice(1) as number[])];
    const images = values(
      shape.reduce((a, b) => a * b, 1),
      8,
    );
    const found = await session.run({ images: new ort.Tensor("float32", images, shape) });
    const names = outputNames(model);
    assert.deepEqual(session.outputNames, names);
    const wanted = [model.predict(tf.tensor(images, shape)) as tf.Tensor | tf.Tensor[]].flat();
    for (const [i, name] of names.entries()) {
      const expected = wanted[i]!.dataSync();
      assert.equal(found[name]!.data.length, expected.length);
      for (const [k, value] of expected.entries()) {
        const close = Math.abs(found[name]!.data[k]! - value) < 1e-5 * Math.max(1, Math.abs(value));
        assert.ok(close, `${name}: ${found[name]!.data[k]}, tfjs ${value}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

const attention = { mechanism: "Dual-SE", reductionRatio: 8 } as const;

test("SingleCNN with attention runs in onnxruntime with the same predictions", () =>
  assertSame(fillWeights(buildModel(modelConfig({ type: "SingleCNN", attention }), [33, 31, 2], 1))));

test("ResNet with three heads runs in onnxruntime with the same predictions", () =>
  assertSame(
    buildModel(
      modelConfig({ tasks: ["type", "energy", "cameradirection"], attention, initPadding: 1 }),
      [24, 24, 2],
      1,
    ),
  ));

test("a ResNet with first layer and pooling, and a SingleCNN with batch normalisation, too", async () => {
  const { resNet, singleCnn } = modelConfig({});
  const initLayer = { filters: 8, kernelSize: 5, strides: 2 };
  await assertSame(
    buildModel(modelConfig({ resNet: { ...resNet, initLayer, initMaxPool: { size: 3, strides: 2 } } }), [40, 40, 2], 1),
  );
  const change = { ...singleCnn, batchNormalization: true, poolingType: "average" as const, bottleneckFilters: 4 };
  await assertSame(fillWeights(buildModel(modelConfig({ type: "SingleCNN", singleCnn: change }), [32, 32, 2], 1)));
});

const through =
  (...layers: tf.layers.Layer[]): Layers =>
  (x) =>
    layers.reduce((value, layer) => layer.apply(value) as tf.SymbolicTensor, x);

const cases: Record<string, [number[], Layers]> = {
  "separable, depthwise and dilated convolutions": [
    [17, 14, 3],
    through(
      tf.layers.separableConv2d({ filters: 5, kernelSize: 3, strides: 2, depthMultiplier: 2, activation: "selu" }),
      tf.layers.depthwiseConv2d({ kernelSize: 3, padding: "same", useBias: false, activation: "softsign" }),
      tf.layers.conv2d({ filters: 4, kernelSize: [2, 3], padding: "same", dilationRate: 2, activation: "hardSigmoid" }),
    ),
  ],
  "normalisations, pooling and dropout": [
    [13, 11, 4],
    through(
      tf.layers.batchNormalization({ scale: false }),
      tf.layers.layerNormalization({}),
      tf.layers.averagePooling2d({ poolSize: 3, strides: 2, padding: "same" }),
      spatialDropout2d({ rate: 0.3 }),
      tf.layers.maxPooling2d({ poolSize: 2, strides: 1, padding: "same" }),
      tf.layers.dropout({ rate: 0.3 }),
      tf.layers.globalMaxPooling2d({}),
      tf.layers.batchNormalization({}),
    ),
  ],
  "shapes and lines": [
    [6, 5, 2],
    through(
      tf.layers.upSampling2d({ size: [2, 1] }),
      tf.layers.conv2d({ filters: 3, kernelSize: 2, activation: "softmax" }),
      tf.layers.permute({ dims: [2, 3, 1] }),
      tf.layers.reshape({ targetShape: [33, 4] }),
      tf.layers.conv1d({ filters: 4, kernelSize: 3, strides: 2, padding: "same", activation: "relu6" }),
      tf.layers.dense({ units: 3, activation: "elu", useBias: false }),
      tf.layers.flatten(),
      tf.layers.softmax({}),
    ),
  ],
  "hexagonal convolutions": [
    [7, 6, 2],
    through(
      hexagonalConv2d({ filters: 3, activation: "swish" }),
      hexagonalConv2d({
        filters: 4,
        strides: 2,
        cells: ["001110", "011111", "111110", "111100", "110000", "100000", "000000"],
      }),
    ),
  ],
  "joins of branches": [
    [8, 8, 3],
    (x) => {
      const branch = (activation: string): tf.SymbolicTensor =>
        tf.layers
          .conv2d({ filters: 3, kernelSize: 3, padding: "same", activation: activation as "relu" })
          .apply(x) as tf.SymbolicTensor;
      const [a, b, c] = [branch("swish"), branch("gelu"), branch("mish")];
      const joined = [
        tf.layers.average().apply([a, b, c]),
        tf.layers.maximum().apply([a, x]),
        tf.layers.minimum().apply([b, x]),
        tf.layers.leakyReLU({ alpha: 0.2 }).apply(c),
        tf.layers.reLU({ maxValue: 6 }).apply(b),
      ] as tf.SymbolicTensor[];
      return tf.layers.concatenate().apply(joined) as tf.SymbolicTensor;
    },
  ],
};

for (const [name, [shape, layers]] of Object.entries(cases)) {
  test(`${name} run in onnxruntime with the same predictions`, () => assertSame(modelOf(shape, layers)));
}

test("a layer without a counterpart in ONNX is refused by name", async () => {
  const model = modelOf([4], through(tf.layers.repeatVector({ n: 2 })));
  await assert.rejects(exportOnnx(model, "never.onnx"), /of class RepeatVector cannot be exported[\s\S]*remedy/);
});
