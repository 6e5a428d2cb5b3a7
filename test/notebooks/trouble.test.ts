import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { INotebookContent } from "@jupyterlab/nbformat";
import { ConfigError, OutputError } from "../../lib/errors.js";
import { type CellOutput, runNotebook } from "../../lib/notebooks/execute.js";
import type { RunRecord } from "../../lib/notebooks/run-record.js";
import { codeCells, notebook, readJson, withNotebook } from "./notebook.js";

const program = fileURLToPath(new URL("../../../lib/cli/cherenkit.mjs", import.meta.url));

/** Calls `body` with a folder that has so much room, and a way to give it more; null where none can be mounted. */
async function withSmallDisk(folder: string, size: string, body: (small: string, grow: () => void) => Promise<void>) {
  const small = join(folder, "small");
  mkdirSync(small);
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", small]).status !== 0) return false;
  try {
    await body(small, () => spawnSync("mount", ["-o", "remount,size=20m", small]));
  } finally {
    spawnSync("umount", [small]);
  }
  return true;
}

const noDisk = "a small disk cannot be mounted here";
const flood = 'console.log("begin"); console.log("x".repeat(600_000));';

test("on a full disk the cells go on; at the end one clear error tells where what ran is kept", async (context) => {
  await withNotebook(notebook('"kept"', flood, '"went on"'), async ({ folder, input }) => {
    const said: CellOutput[] = [];
    const done = await withSmallDisk(folder, "256k", async (small) => {
      const output = join(small, "out.ipynb");
      const log = join(small, "out.run.jsonl");
      const error = await runNotebook({ input, output, log, onOutput: (told) => said.push(told) }).then(
        () => assert.fail("it was saved"),
        (thrown) => thrown as Error,
      );
      assert.ok(error instanceof OutputError);
      assert.match(error.message, /the disk is full; the notebook as it ran is in .*\n.*out\.ipynb\n.*then: mv /);
      const rescued = error.message.match(/as it ran is in (\S+)/)![1]!;
      assert.match(JSON.stringify((await codeCells(rescued)).map(({ outputs }) => outputs)), /kept.*went on/);
      rmSync(dirname(rescued), { recursive: true });
      assert.match(JSON.stringify((await codeCells(output))[0]!.outputs), /kept/, "what was saved before stays");
      for (const line of readFileSync(log, "utf8").trim().split("\n")) JSON.parse(line);
    });
    if (!done) return context.skip(noDisk);
    const warnings = said.filter(({ kind }) => kind === "warning").map(({ text }) => text.split("\n")[0]);
    // Of the notebook too, unless saving took so long that only the end tried again.
    assert.ok(warnings.some((text) => /out\.run\.jsonl: the disk is full/.test(text!)));
    assert.equal(new Set(warnings).size, warnings.length, "each file is told of once");
    assert.ok(said.some(({ text }) => text.includes("went on")));
  });
});

test("a disk that is freed in the middle leaves nothing out", async (context) => {
  await withNotebook(notebook('"kept"', flood, '"went on"'), async ({ folder, input }) => {
    const done = await withSmallDisk(folder, "256k", async (small, grow) => {
      const output = join(small, "out.ipynb");
      const log = join(small, "out.run.jsonl");
      const result = await runNotebook({
        input,
        output,
        log,
        onOutput: ({ kind }) => {
          if (kind === "warning") grow();
        },
      });
      assert.equal(result.status, "completed");
      const kept = JSON.stringify((await codeCells(output)).map(({ outputs }) => outputs));
      for (const part of ["kept", "x".repeat(600_000), "went on"]) assert.ok(kept.includes(part), part.slice(0, 9));
      const lines = readFileSync(log, "utf8").trim().split("\n");
      const kinds = lines.map((line) => (JSON.parse(line) as { kind: string }).kind);
      assert.deepEqual([kinds.filter((kind) => kind === "end").length, kinds.includes("gap")], [3, false]);
    });
    if (!done) return context.skip(noDisk);
  });
});

test("a log that a killed run left with half a line goes on in a line of its own", async () => {
  await withNotebook(notebook("1"), async (paths) => {
    const log = join(paths.folder, "out.run.jsonl");
    await writeFile(log, '{"kind":"begin"}\n{"kind":"std');
    await runNotebook({ ...paths, log });
    const lines = readFileSync(log, "utf8").trim().split("\n");
    assert.equal(lines[1], '{"kind":"std');
    assert.equal((JSON.parse(lines[2]!) as { kind: string }).kind, "begin");
  });
});

test("a page that cannot be written is told of before anything runs; one that fails at the end takes nothing back", async (context) => {
  await withNotebook(notebook("1"), async (paths) => {
    const runFolder = join(paths.folder, "run");
    await assert.rejects(runNotebook({ ...paths, html: paths.folder }), /a folder stands where the file should go/);
    assert.ok(!existsSync(paths.output), "nothing ran");
    const done = await withSmallDisk(paths.folder, "4k", async (small) => {
      const html = join(small, "page.html");
      await assert.rejects(runNotebook({ ...paths, runFolder, html }), /page\.html: the disk is full/);
      assert.equal((await readJson<RunRecord>(join(runFolder, "run.json"))).status, "completed");
      const { metadata } = await readJson<INotebookContent>(paths.output);
      assert.equal((metadata.cherenkit as { status?: string }).status, "completed");
      // How a run ended is not changed by its page: a job that was interrupted is put back.
      await writeFile(paths.input, JSON.stringify(notebook("throw new Error('x')")));
      const said: CellOutput[] = [];
      const failed = await runNotebook({ ...paths, html, onOutput: (output) => said.push(output) });
      assert.equal(failed.exitCode, 1);
      assert.ok(said.some(({ kind, text }) => kind === "warning" && /page\.html: the disk is full/.test(text)));
    });
    if (!done) return context.skip(noDisk);
  });
});

test("a working folder that is none, or temporary files without a place, are one clear error each", async () => {
  await withNotebook(notebook("1"), async (paths) => {
    for (const [cwd, reason] of [
      ["/nonexistent", /there is none/],
      [paths.input, /it is a file/],
    ] as const)
      await assert.rejects(
        runNotebook({ ...paths, cwd }),
        (error) => error instanceof ConfigError && reason.test(error.message) && error.message.includes(cwd),
      );
    for (const output of [paths.output, "-"]) {
      const env = { ...process.env, TMPDIR: "/nonexistent" };
      const said = spawnSync(process.execPath, [program, "run", paths.input, output], { encoding: "utf8", env });
      assert.match(said.stderr, /^error: temporary files cannot be written: .*\n.*\/nonexistent\n.*set TMPDIR/);
      assert.equal(said.status, 1);
    }
  });
});

test("a private notebook stays private; /dev/null is no notebook to replace", async () => {
  await withNotebook(notebook("1"), async ({ input, folder }) => {
    chmodSync(input, 0o600);
    await runNotebook({ input, output: input });
    assert.equal(lstatSync(input).mode & 0o777, 0o600);
    const said = spawnSync(process.execPath, [program, "run", input, "/dev/null"], { encoding: "utf8", cwd: folder });
    assert.equal(said.status, 0, said.stderr);
    assert.ok(lstatSync("/dev/null").isCharacterDevice());
    assert.ok(!existsSync("/dev/null.run.jsonl"));
  });
});

test("a clock that is set while a cell runs leaves its moments in their order", async () => {
  // The kernel tells all times two hours too early from now on.
  const set = `const tell = Date.prototype.toISOString;
Date.prototype.toISOString = function () { return tell.call(new Date(this.getTime() - 7_200_000)); };`;
  await withNotebook(notebook(set, "1"), async (paths) => {
    await runNotebook(paths);
    for (const { metadata } of await codeCells(paths.output)) {
      const { start_time, end_time } = metadata.papermill as { start_time: string; end_time: string };
      const told = Object.values(metadata.execution as Record<string, string>);
      assert.equal(told.length, 4);
      for (const time of told) assert.ok(time >= start_time && Date.parse(time) <= Date.parse(end_time) + 1000, time);
    }
  });
});

test("a machine without free ports is an error at once, with exit code 3", async (context) => {
  await withNotebook(notebook("1"), async ({ input, output }) => {
    const begin = 'echo "40000 40002" >/proc/sys/net/ipv4/ip_local_port_range && ip link set lo up && exec "$@"';
    const run = ["-n", "sh", "-c", begin, "sh", process.execPath, program, "run", input, output];
    if (spawnSync("unshare", ["-n", "sh", "-c", begin, "sh", "true"]).status !== 0)
      return context.skip("a network of its own cannot be made here");
    const { status, stderr } = spawnSync("unshare", run, { encoding: "utf8", timeout: 60_000 });
    assert.equal(status, 3, stderr);
    assert.match(stderr, /there are no five ports for a kernel on this machine[\s\S]*remedy:/);
  });
});
