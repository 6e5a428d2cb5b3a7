import assert from "node:assert/strict";
import { test } from "node:test";
import { CherenkitError } from "../../lib/errors.js";
import { buildModel } from "../../lib/models/build-model.js";
import { modelSummary } from "../../lib/models/model-summary.js";
import { checkMemory, memoryNeed } from "../../lib/training/memory-need.js";
import { modelConfig } from "../models/model-config.js";

const resNet = buildModel(modelConfig({ type: "ResNet", tasks: ["energy"] }), [96, 96, 2], 1);

test("the memory of a training step is near what was measured for ResNet with 8 and 64 images", () => {
  const summary = modelSummary(resNet);
  // 1,080 and 4,630 MB of the process, of which 420 MB are there before the first step.
  for (const [batch, megabytes] of [
    [8, 660],
    [64, 4210],
  ] as const) {
    const ratio = memoryNeed(summary, batch) / (1e6 * megabytes);
    assert.ok(ratio > 0.7 && ratio < 1.1, `${batch} images: ${ratio}`);
  }
});

test("the batch named in the remedy fits, one more does not", () => {
  const summary = modelSummary(resNet);
  const named = (available: number, batch = 4096): number => {
    try {
      checkMemory(summary, batch, available);
    } catch (error) {
      assert.ok(error instanceof CherenkitError);
      return Number(/set batch_size to (\d+) or less/.exec(error.message)?.[1] ?? Number.NaN);
    }
    return batch;
  };
  const most = named(8e9);
  assert.ok(most > 32 && most < 256, `${most}`);
  assert.equal(named(8e9, most), most);
  assert.equal(named(8e9, most + 1), most);
  assert.ok(Number.isNaN(named(1e8, 1)), "where one image does not fit, no batch is named");
});
