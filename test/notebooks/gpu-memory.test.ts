import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runNotebook } from "../../lib/notebooks/execute.js";
import type { RunRecord } from "../../lib/notebooks/run-record.js";
import { codeCells, notebook, readJson, withNotebook } from "./notebook.js";

/** Runs cells with a stand-in for `nvidia-smi` on the PATH; `$calls` is a file that counts its calls. */
async function withStandIn(
  script: string,
  cells: readonly string[],
  body: (run: {
    record: RunRecord;
    cells: Record<string, unknown>[];
    log: string;
    page: string;
    calls: number;
  }) => void,
): Promise<void> {
  await withNotebook(notebook(...cells), async ({ folder, input, output }) => {
    const programs = join(folder, "bin");
    mkdirSync(programs);
    const calls = join(folder, "calls");
    writeFileSync(calls, "");
    writeFileSync(join(programs, "nvidia-smi"), `#!/bin/sh\necho "$@" >> '${calls}'\n${script}\n`);
    chmodSync(join(programs, "nvidia-smi"), 0o755);
    const path = process.env.PATH;
    process.env.PATH = `${programs}:${path}`;
    try {
      const [runFolder, html] = [join(folder, "run"), join(folder, "page.html")];
      await runNotebook({ input, output, runFolder, html });
      body({
        record: await readJson<RunRecord>(join(runFolder, "run.json")),
        cells: (await codeCells(output)).map(({ metadata }) => metadata.cherenkit as Record<string, unknown>),
        log: readFileSync(join(runFolder, "run.jsonl"), "utf8"),
        page: readFileSync(html, "utf8"),
        calls: readFileSync(calls, "utf8").split("\n").length - 1,
      });
    } finally {
      process.env.PATH = path;
    }
  });
}

const wait = (seconds: number): string => `await new Promise((end) => setTimeout(end, ${1000 * seconds}));`;

test("stand-in for nvidia-smi: GPU memory of the kernel and its children is told by cell, in log, record and page", async () => {
  // The kernel, a child of it, on two GPUs; a process of somebody else; and one whose memory is not told.
  const child = 'spawn("sleep", ["60"]);';
  const cells = [`import { spawn } from "node:child_process"; ${child} ${wait(2.5)}`, "1"];
  const script = `kernel=$(pgrep -P $PPID -f kernel.cjs | head -1)
child=$(pgrep -P $kernel sleep | head -1)
echo "$kernel, 1000"; echo "$child, 200"; echo "$kernel, 24"; echo "1, 5000"; echo "$kernel, [N/A]"`;
  await withStandIn(script, cells, ({ record, cells: [first, second], log, page, calls }) => {
    const bytes = 1224 * 2 ** 20;
    assert.equal(first!.peakGpuMemoryBytes, bytes);
    assert.equal(second!.peakGpuMemoryBytes, undefined, "it was too short to be seen");
    assert.equal(record.peakGpuMemoryBytes, bytes);
    assert.match(log, new RegExp(`"kind":"end".*"peakMemoryBytes":\\d+,"peakGpuMemoryBytes":${bytes}`));
    assert.match(page, /Peak GPU memory<\/dt><dd>1\.28 GB/);
    assert.equal(calls, 1);
  });
});

test("stand-in for nvidia-smi: one that fails leaves no trace and is given up", async () => {
  await withStandIn("exit 9", Array(5).fill(wait(1.3)), ({ record, page, calls }) => {
    assert.equal(record.status, "completed");
    assert.ok(!("peakGpuMemoryBytes" in record) && !page.includes("GPU memory"));
    assert.equal(calls, 3);
  });
});

test("stand-in for nvidia-smi: one that hangs holds nothing up, and no second one is started", async () => {
  await withStandIn("exec sleep 31.4159", [wait(1.3), wait(1.3)], ({ record, calls }) => {
    assert.ok(record.seconds < 25);
    assert.equal(calls, 1);
    assert.notEqual(spawnSync("pgrep", ["-f", "^sleep 31.4159"]).status, 0, "it ends with the run");
  });
});
