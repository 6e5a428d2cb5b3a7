import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig } from "../../lib/config/load-config.js";
import { compilePredictor } from "../../lib/engine/compile-predictor.js";
import { InputError } from "../../lib/errors.js";
import { modelSummary } from "../../lib/models/model-summary.js";
import { exportOnnx } from "../../lib/models/onnx/export-onnx.js";
import { prepareModel } from "../../lib/models/prepare-model.js";
import { pruneFilters } from "../../lib/models/prune-filters.js";
import { compareNetworks } from "../../lib/training/network-comparison.js";
import { sampleImages } from "../../lib/training/sample-images.js";
import { syntheticSet, syntheticYaml } from "./synthetic-data.js";

test("networks and files side by side: size, operations, time, and the metrics of the validation images", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-comparison-"));
  try {
    await writeFile(join(folder, "toy.yaml"), syntheticYaml("energy"));
    const config = await loadConfig(join(folder, "toy.yaml"));
    const set = syntheticSet(200, 40);
    const model = await prepareModel(config, set.batches.imageShape);
    const pruned = await pruneFilters(model, 0.5);
    const file = join(folder, "int8.onnx");
    await exportOnnx(model, file, { precision: "int8", sample: await sampleImages(set, 50) });
    const comparison = await compareNetworks({ before: model, pruned, int8: file }, set, config);
    const [before, after, int8] = comparison.networks;
    assert.equal(before!.bytes, 4 * model.countParams());
    assert.equal(before!.flops, modelSummary(model).flops);
    assert.ok(after!.bytes < before!.bytes && after!.flops! < before!.flops!);
    assert.equal(int8!.flops, null);
    for (const { msPerImage } of comparison.networks) assert.ok(msPerImage > 0);

    const predictor = await compilePredictor(model);
    let sum = 0;
    for await (const batch of set.batches.epoch(set.validation, 40)) {
      const outputs = predictor.predict(batch.images, batch.size).energy!;
      for (const [i, value] of outputs.entries()) sum += Math.abs(value - batch.labels.energy![i]!);
    }
    predictor.dispose();
    const mean = sum / set.validation.length;
    assert.ok(Math.abs(before!.quality.val_mae_energy! - mean) < 1e-6);
    assert.ok(Math.abs(int8!.quality.val_mae_energy! - mean) < 0.1 * mean);
    assert.match(comparison.toString(), /network +size \[MB\] +MFLOP an image +ms an image +val_mae_energy/);
    await writeFile(file, "no network");
    await assert.rejects(compareNetworks({ broken: file }, set, config), InputError);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a sample of images is drawn evenly from the training images", async () => {
  const set = syntheticSet(100, 20);
  const { images, size } = await sampleImages(set, 40);
  assert.equal(size, 40);
  const length = images.length / size;
  const rows = Uint32Array.from({ length: 40 }, (_, i) => set.training[2 * i]!);
  for await (const batch of set.batches.epoch(rows, 40)) assert.deepEqual(images, batch.images.slice(0, 40 * length));
  assert.equal((await sampleImages(set, 1000)).size, 80);
});
