import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelConfig } from "../../lib/config/config.js";
import type { Task } from "../../lib/config/task.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { ConfigError } from "../../lib/errors.js";
import { buildModel } from "../../lib/models/build-model.js";
import { modelSummary } from "../../lib/models/model-summary.js";
import { modelConfig } from "./model-config.js";

interface Golden {
  readonly parameters: number;
  readonly backbone?: number;
  readonly layers?: number;
  readonly flops?: number;
}

type Change = Partial<ModelConfig>;
const resNet = modelConfig({}).resNet;
const dual = { mechanism: "Dual-SE", reductionRatio: 16 } as const;

/** Counts of CTLearn's own networks, made with Keras; operations as TensorFlow's profiler counts them. */
const golden: [name: string, tasks: Task[], change: Change, wanted: Golden, channels?: number][] = [
  [
    "SingleCNN, type",
    ["type"],
    { type: "SingleCNN" },
    { parameters: 300_098, backbone: 102_208, layers: 13, flops: 96_798_978 },
  ],
  ["SingleCNN, energy", ["energy"], { type: "SingleCNN" }, { parameters: 299_841, layers: 12 }],
  ["SingleCNN with Dual-SE, energy", ["energy"], { type: "SingleCNN", attention: dual }, { parameters: 302_154 }],
  ["ResNet, energy", ["energy"], {}, { parameters: 6_013_985, backbone: 5_357_600, layers: 63, flops: 5_972_911_361 }],
  ["ResNet, type", ["type"], {}, { parameters: 6_014_242 }],
  ["ResNet, cameradirection", ["cameradirection"], {}, { parameters: 6_014_242 }],
  ["ResNet with Dual-SE, type", ["type"], { attention: dual }, { parameters: 6_582_957, backbone: 5_926_315 }],
  ["ResNet with Dual-SE, energy", ["energy"], { attention: dual }, { parameters: 6_582_700 }],
  ["ResNet with Dual-SE, skydirection", ["skydirection"], { attention: dual }, { parameters: 6_582_957 }],
  [
    "ResNet with Dual-SE, type + energy + cameradirection",
    ["type", "energy", "cameradirection"],
    { attention: dual },
    { parameters: 7_895_984 },
  ],
  ["ResNet with Dual-SE, four stacked telescopes", ["type"], { attention: dual }, { parameters: 6_584_397 }, 8],
  [
    "ResNet with Channel-SE",
    ["type"],
    { attention: { mechanism: "Channel-SE", reductionRatio: 16 } },
    { parameters: 5_920_160 + 656_642, backbone: 5_920_160 },
  ],
  [
    "ResNet with Spatial-SE",
    ["type"],
    { attention: { mechanism: "Spatial-SE", reductionRatio: 16 } },
    { parameters: 5_363_755 + 656_642, backbone: 5_363_755 },
  ],
  [
    "ResNet of basic blocks with Dual-SE",
    ["type"],
    { attention: dual, resNet: { ...resNet, residualBlockType: "basic" } },
    { parameters: 0, backbone: 4_702_459 },
  ],
];

for (const [name, tasks, change, wanted, channels] of golden) {
  test(`${name}: parameters, layers and operations of CTLearn`, () => {
    const model = buildModel(modelConfig({ ...change, tasks }), [96, 96, channels ?? 2], 0);
    const summary = modelSummary(model);
    if (wanted.parameters) assert.equal(summary.parameters, wanted.parameters);
    if (wanted.layers) assert.equal(summary.layers, wanted.layers);
    if (wanted.flops) assert.equal(summary.flops, wanted.flops);
    if (wanted.backbone) {
      const backbone = model.layers.find((layer) => layer.name.endsWith("_block"))!;
      assert.equal(backbone.countParams(), wanted.backbone);
    }
    model.dispose();
  });
}

test("the first layer, pooling and padding before a ResNet take part in it", () => {
  const plain = buildModel(modelConfig({ tasks: ["energy"] }), [32, 32, 2], 0);
  const change: Change = {
    tasks: ["energy"],
    initPadding: 3,
    resNet: { ...resNet, initLayer: { filters: 16, kernelSize: 7, strides: 2 }, initMaxPool: { size: 3, strides: 2 } },
  };
  const model = buildModel(modelConfig(change), [32, 32, 2], 0);
  const rows = modelSummary(model).rows;
  const shapes = Object.fromEntries(rows.slice(0, 3).map((row) => [row.className, row.outputShape]));
  // (32 + 2·3 − 7) / 2 + 1 = 16; (16 − 3) / 2 + 1 = 7
  assert.deepEqual(shapes, { ZeroPadding2D: [38, 38, 2], Conv2D: [16, 16, 16], MaxPooling2D: [7, 7, 16] });
  const first = 7 * 7 * 2 * 16 + 16;
  // Two convolutions of 1×1 see 16 channels instead of 2: the shortcut's and the first of the block.
  const wider = (16 - 2) * (192 + 48);
  assert.equal(model.countParams(), plain.countParams() + first + wider);
});

test("the summary tells what Keras tells: layers, connections, parameters by kind, and the memory of activations", () => {
  const model = buildModel(modelConfig({ type: "SingleCNN", tasks: ["energy"] }), [96, 96, 2], 0);
  const summary = modelSummary(model);
  const text = summary.toText();
  assert.match(text, /Total params: 299,841 \(1\.14 MB\)/);
  assert.match(text, /Trainable params: 299,841/);
  assert.match(text, /Non-trainable params: 0/);
  assert.match(text, /SingleCNN_block_pool_1 +MaxPooling2D +48 × 48 × 32 +0 +[\d.]+ +SingleCNN_block_conv_1_1/);
  // 32·(96² + 48²) + 32·(48² + 24²) + 64·(24² + 12²) + 128·(12² + 6²), the mean, and the head
  const values = 32 * 11520 + 32 * 2880 + 64 * 720 + 128 * 180 + 128 + 512 + 256 + 1;
  assert.equal(summary.activationBytes, 4 * values);
  model.getLayer("SingleCNN_block").trainable = false;
  assert.match(modelSummary(model).toText(), /Non-trainable params: 102,208/);
});

test("operations of the layers that CTLearn does not use", () => {
  const input = tf.input({ shape: [8, 8, 3] });
  const layer = tf.layers.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2, padding: "same" });
  const model = tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
  // 6 channels of 3×3 and 5 of 6 at each of 64 places, twice, and the biases
  assert.equal(modelSummary(model).flops, 64 * 2 * (6 * 9 + 5 * 6) + 64 * 5);
});

test("one seed gives one network, another seed another", () => {
  const weights = (seed: number): number[] => {
    const model = buildModel(modelConfig({ type: "SingleCNN", tasks: ["energy"] }), [16, 16, 2], seed);
    return Array.from(model.getWeights()[0]!.dataSync());
  };
  assert.deepEqual(weights(5), weights(5));
  assert.notDeepEqual(weights(5), weights(6));
});

test("attention over fewer channels than its reduction ratio is refused with the key to change", () => {
  const config = modelConfig({
    type: "SingleCNN",
    tasks: ["energy"],
    attention: { mechanism: "Dual-SE", reductionRatio: 16 },
  });
  const few = { ...config.singleCnn, architecture: [{ filters: 8, kernelSize: 3, number: 1 }] };
  assert.throws(
    () => buildModel({ ...config, singleCnn: few }, [16, 16, 2], 0),
    (error) =>
      error instanceof ConfigError && /8 channels[\s\S]*attention_reduction_ratio to 8 or less/.test(error.message),
  );
});
