import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelConfig } from "../../lib/config/config.js";
import { loadConfig } from "../../lib/config/load-config.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { CherenkitError, ConfigError } from "../../lib/errors.js";
import { buildModel } from "../../lib/models/build-model.js";
import { modelSummary } from "../../lib/models/model-summary.js";
import { pruneFilters } from "../../lib/models/prune-filters.js";

const { model: settings } = await loadConfig("configs/demo/energy.yaml");
const network = (changes: Partial<ModelConfig> = {}): tf.LayersModel =>
  buildModel({ ...settings, ...changes }, [24, 24, 2], 1);

/** Sets every second filter of a convolution, and its bias, to zero: removing them must change nothing. */
function zeroEverySecondFilter(model: tf.LayersModel, name: string): void {
  const find = (layers: tf.layers.Layer[]): tf.layers.Layer | undefined =>
    layers
      .flatMap((layer) => ("layers" in layer ? [find((layer as tf.LayersModel).layers)] : [layer]))
      .find((layer) => layer?.name === name);
  const layer = find(model.layers)!;
  const [kernel, bias] = layer.getWeights();
  const mask = tf.tensor1d(Array.from({ length: kernel!.shape.at(-1)! }, (_, i) => i % 2));
  layer.setWeights([tf.mul(kernel!, mask), tf.mul(bias!, mask)]);
}

const predict = (model: tf.LayersModel): Float32Array => {
  const images = tf.randomUniform([3, 24, 24, 2], 0, 1, "float32", 7);
  return (model.predict(images) as tf.Tensor).dataSync<"float32">();
};

test("a network whose dropped filters are zero predicts the same, with less than 40 % of the operations", async () => {
  const model = network();
  for (const i of [1, 2, 3, 4]) zeroEverySecondFilter(model, `SingleCNN_block_conv_${i}_1`);
  const pruned = await pruneFilters(model, 0.5);
  const [before, after] = [predict(model), predict(pruned)];
  for (const [i, value] of after.entries()) assert.ok(Math.abs(value - before[i]!) < 1e-5, `${value} ${before[i]}`);
  const [large, small] = [modelSummary(model), modelSummary(pruned)];
  assert.deepEqual(
    small.rows.filter((row) => row.className === "Conv2D").map((row) => row.outputShape.at(-1)),
    large.rows.filter((row) => row.className === "Conv2D").map((row) => row.outputShape.at(-1)! / 2),
  );
  assert.ok(small.flops < 0.4 * large.flops, `${small.flops} of ${large.flops}`);
});

test("batch normalisations lose the same channels", async () => {
  const model = network({ singleCnn: { ...settings.singleCnn, batchNormalization: true } });
  const pruned = await pruneFilters(model, 0.25);
  const channels = (name: string): number[] =>
    modelSummary(pruned)
      .rows.filter((row) => row.name.includes(name))
      .map((row) => row.outputShape.at(-1)!);
  assert.deepEqual(channels("conv_"), [24, 24, 48, 96]);
  assert.deepEqual(channels("batchnorm_"), [2, 24, 24, 48, 96]);
  assert.ok(predict(pruned).every(Number.isFinite));
});

test("residual blocks lose filters inside, their ends and shortcuts keep all", async () => {
  const architecture = [
    { filters: 8, blocks: 2 },
    { filters: 16, blocks: 1 },
  ];
  const model = network({ type: "ResNet", resNet: { ...settings.resNet, architecture } });
  const pruned = await pruneFilters(model, 0.5);
  const of = (found: tf.LayersModel): Record<string, number> =>
    Object.fromEntries(
      modelSummary(found)
        .rows.filter((row) => row.className === "Conv2D")
        .map((row) => [row.name.replace(/^.*?_block_/, ""), row.outputShape.at(-1)!]),
    );
  const [large, small] = [of(model), of(pruned)];
  for (const [name, filters] of Object.entries(large)) {
    assert.equal(small[name], /_[12]_conv$/.test(name) ? filters / 2 : filters, name);
  }
  assert.ok(predict(pruned).every(Number.isFinite));
});

test("a share of 0 is the same network; at least one filter stays; nonsense is refused", async () => {
  const model = network();
  assert.deepEqual([...predict(await pruneFilters(model, 0))], [...predict(model)]);
  const least = await pruneFilters(model, 0.999);
  const filters = modelSummary(least).rows.filter((row) => row.className === "Conv2D");
  assert.ok(filters.every((row) => row.outputShape.at(-1) === 1));
  await assert.rejects(pruneFilters(model, 1), ConfigError);
  const dense = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [4] })] });
  await assert.rejects(pruneFilters(dense, 0.5), CherenkitError);
});
