import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { parseGpuUse, watchGpu } from "../../lib/training/gpu-use.js";

test("the answer of nvidia-smi for several GPUs is their mean use and the fullest memory", () => {
  assert.deepEqual(parseGpuUse("80, 1000\n40, 5321\n"), { utilisation: 0.6, memoryMB: 5321 });
  assert.equal(parseGpuUse("[N/A], 5321"), null);
  assert.equal(parseGpuUse("No devices were found"), null);
});

test("without nvidia-smi there is nothing to tell; with one (a stand-in here) its use is", async () => {
  const path = process.env.PATH;
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-gpu-"));
  try {
    process.env.PATH = folder;
    const without = watchGpu();
    await wait(200);
    assert.equal(without.take(), null);
    without.stop();
    await writeFile(join(folder, "nvidia-smi"), '#!/bin/sh\necho "90, 2048"\n');
    await chmod(join(folder, "nvidia-smi"), 0o755);
    process.env.PATH = `${folder}${delimiter}${path}`;
    const watch = watchGpu();
    for (let i = 0; i < 100; i++) {
      const use = watch.take();
      if (use) {
        assert.deepEqual(use, { utilisation: 0.9, memoryMB: 2048 });
        watch.stop();
        return;
      }
      await wait(100);
    }
    assert.fail("no answer");
  } finally {
    process.env.PATH = path;
    await rm(folder, { recursive: true });
  }
});
