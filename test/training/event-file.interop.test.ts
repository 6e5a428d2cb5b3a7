import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { EventFile } from "../../lib/training/event-file.js";
import { linearBuckets } from "../../lib/training/weight-histogram.js";
import { needsPeers, peersPython } from "../peers.js";

const script = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"histograms": 0})
events.Reload()
histogram = events.Histograms("dense/kernel/histogram")[0].histogram_value
print(json.dumps({
  "tags": events.Tags(),
  "loss": [[e.step, e.value] for e in events.Scalars("epoch_loss")],
  "histogram": [histogram.num, histogram.min, histogram.max, sum(histogram.bucket)],
}))
`;

test("TensorBoard reads scalars and histograms, a resumed training beside the first", needsPeers(), async () => {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-events-"));
  const weights = { "dense/kernel/histogram": linearBuckets(Float32Array.from({ length: 50 }, (_, i) => i / 10)) };
  await new EventFile(folder).add(0, { epoch_loss: 0.5 }, weights);
  await new EventFile(folder).add(1, { epoch_loss: 0.25 }, weights);
  const { stdout } = await promisify(execFile)(peersPython, ["-W", "ignore", "-c", script, folder]);
  const seen = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, unknown>;
  assert.deepEqual(seen.loss, [
    [0, 0.5],
    [1, 0.25],
  ]);
  assert.deepEqual(
    (seen.histogram as number[]).map((value) => Number(value.toFixed(4))),
    [50, 0, 4.9, 50],
  );
  await rm(folder, { recursive: true });
});
