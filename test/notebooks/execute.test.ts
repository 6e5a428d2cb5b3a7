import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { IError, INotebookContent } from "@jupyterlab/nbformat";
import { ConfigError, InputError, OutputError } from "../../lib/errors.js";
import { type CellOutput, runNotebook } from "../../lib/notebooks/execute.js";
import type { RunRecord } from "../../lib/notebooks/run-record.js";
import { code, codeCells, notebook, prose, readJson, withNotebook } from "./notebook.js";
import { runInProcess } from "./run-in-process.js";

test("a notebook runs with parameters; outputs, page, log and record are kept", async () => {
  const content = notebook(
    prose("# Title"),
    code('const n: number = 1;\nconst label = "none";\nconst more: Record<string, string> = {};', "parameters"),
    "n + 1",
    'console.log(label, more.x);\nconsole.error("careful");',
    code('throw new Error("expected");', "raises-exception"),
    code('throw new Error("never");', "skip-execution"),
    'process.stdout.write("10 %\\r");\nprocess.stdout.write("55 %\\r");\nconsole.log("100 %");',
    'import { newDisplay } from "tslab";\nconst shown = newDisplay();\nshown.text("before");',
    'shown.text("after");',
  );
  await withNotebook(content, async ({ folder, input, output }) => {
    const outputs: CellOutput[] = [];
    const result = await runNotebook({
      input,
      output,
      html: join(folder, "page.html"),
      runFolder: join(folder, "run"),
      parameters: { n: 41, label: "night", more: { x: "y" } },
      onOutput: (item) => outputs.push(item),
    });
    assert.deepEqual([result.status, result.exitCode, result.failedCell], ["completed", 0, undefined]);
    const cells = await codeCells(output);
    assert.deepEqual(cells[1]!.metadata.tags, ["injected-parameters"]);
    assert.equal(
      cells[1]!.source,
      '// Parameters\nconst n: number = 41;\nconst label: "none" | "night" = "night";\nconst more: Record<string, string> = { x: "y" };',
    );
    assert.deepEqual(cells[2]!.outputs, [
      { output_type: "execute_result", data: { "text/plain": "42" }, metadata: {}, execution_count: 3 },
    ]);
    assert.deepEqual(cells[3]!.outputs, [
      { output_type: "stream", name: "stdout", text: "night y\n" },
      { output_type: "stream", name: "stderr", text: "careful\n" },
    ]);
    assert.equal((cells[4]!.outputs[0] as IError).evalue, "expected");
    assert.deepEqual([cells[5]!.execution_count, cells[5]!.outputs], [null, []]);
    assert.deepEqual(cells[6]!.outputs, [{ output_type: "stream", name: "stdout", text: "100 %\n" }]);
    assert.deepEqual((cells[7]!.outputs[0] as { data: unknown }).data, { "text/plain": "after" });
    assert.deepEqual(outputs[0], { cell: 3, kind: "result", text: "42" });
    assert.deepEqual(outputs[1], { cell: 4, kind: "stdout", text: "night y\n" });

    const record = await readJson<RunRecord>(join(folder, "run/run.json"));
    assert.deepEqual([record.status, record.exitCode, record.node], ["completed", 0, process.version]);
    assert.deepEqual(record.parameters, { n: 41, label: "night", more: { x: "y" } });
    assert.ok(record.peakMemoryBytes! > 5e7 && record.endedAt !== null);
    const log = (await readFile(join(folder, "run/run.jsonl"), "utf8")).trimEnd().split("\n");
    const entries = log.map((line) => JSON.parse(line) as { cell: number; kind: string; text?: string });
    assert.ok(entries.some((entry) => entry.cell === 4 && entry.kind === "stderr" && entry.text === "careful\n"));
    assert.match(await readFile(join(folder, "page.html"), "utf8"), /night y/);
    assert.deepEqual((await readdir(folder)).sort(), ["in.ipynb", "out.ipynb", "page.html", "run"]);
  });
});

test("a failed cell ends the run; the notebook and its page lead to it", async () => {
  await withNotebook(notebook("1", 'console.log("so far");\nthrow new TypeError("wrong <b>");', "3"), async (paths) => {
    const html = join(paths.folder, "page.html");
    const result = await runNotebook({ ...paths, html });
    assert.deepEqual([result.status, result.exitCode, result.failedCell], ["failed", 1, 2]);
    assert.deepEqual(result.error, { name: "TypeError", value: "wrong <b>" });
    const saved = await readJson<INotebookContent>(paths.output);
    assert.match(String(saved.cells[0]!.source), /failed, TypeError: wrong .*\(#failed-cell\)/);
    assert.match(String(saved.cells[2]!.source), /id="failed-cell"/);
    const cells = await codeCells(paths.output);
    assert.deepEqual(
      cells.map((cell) => cell.outputs.map((item) => item.output_type)),
      [["execute_result"], ["stream", "error"], []],
    );
    const page = await readFile(html, "utf8");
    assert.match(page, /href="#failed-cell"/);
    assert.match(page, /id="failed-cell"><details class="code" open>/);
    assert.ok(!page.includes("wrong <b>"));

    // A second run of the marked notebook starts clean.
    await writeFile(paths.input, JSON.stringify({ ...saved, cells: saved.cells.slice(0, 2) }));
    assert.equal((await runNotebook(paths)).status, "completed");
    assert.equal((await readJson<INotebookContent>(paths.output)).cells.length, 1);
  });
});

test("a kernel killed in a cell is told of, and what was said before is kept", async () => {
  const dying =
    'console.log("last words");\nsetTimeout(() => process.kill(process.pid, "SIGKILL"), 200);\nawait new Promise(() => {});';
  await withNotebook(notebook("1", dying, "3"), async (paths) => {
    const result = await runNotebook(paths);
    assert.deepEqual([result.status, result.exitCode, result.failedCell], ["killed", 137, 2]);
    assert.match(result.error!.value, /SIGKILL/);
    const [, cell, later] = await codeCells(paths.output);
    assert.deepEqual(cell!.outputs[0], { output_type: "stream", name: "stdout", text: "last words\n" });
    assert.equal((cell!.outputs[1] as IError).ename, "KernelDied");
    assert.equal(later!.execution_count, null);
  });
});

test("a cell that takes too long is interrupted; one that does not listen loses its kernel", async () => {
  const deaf = `import { execFileSync } from "node:child_process";
execFileSync("sh", ["-c", "trap '' INT; sleep 100; :"]);`;
  for (const [endless, cellTimeoutMs, ending] of [
    ["await new Promise(() => {});", 6000, /was interrupted/],
    ["await null;\nwhile (true) {}", 6000, /was interrupted/],
    [deaf, 2000, /the kernel was killed/],
  ] as const) {
    await withNotebook(notebook(endless, "2"), async (paths) => {
      const result = await runNotebook({ ...paths, cellTimeoutMs });
      assert.deepEqual([result.status, result.exitCode, result.failedCell], ["timeout", 4, 1]);
      assert.match(result.error!.value, ending);
    });
  }
});

async function signalled(content: INotebookContent, signal: NodeJS.Signals, folder: string) {
  const input = join(folder, "in.ipynb");
  await writeFile(input, JSON.stringify(content));
  return runInProcess(input, join(folder, "out.ipynb"), signal);
}

test("a signal reaches the running cell; the run is saved and ends with 75", async () => {
  const saving = `import { InterruptedError } from "cherenkit";
await new Promise<void>((_, reject) => {
  process.once("SIGINT", () => setTimeout(() => { console.log("saved"); reject(new InterruptedError("saved")); }, 300));
  console.log("ready");
});`;
  await withNotebook(notebook(), async ({ folder, output }) => {
    const { exitCode, text } = await signalled(notebook(saving, '"not reached"'), "SIGTERM", folder);
    assert.equal(exitCode, 75);
    assert.match(text, /saved/);
    const [cell, later] = await codeCells(output);
    assert.equal((cell!.outputs.at(-1) as IError).ename, "InterruptedError");
    assert.equal(later!.execution_count, null);
    const { status } = (await readJson<INotebookContent>(output)).metadata.cherenkit as { status: string };
    assert.equal(status, "interrupted");
  });
});

test("a cell that knows nothing of interruption ends at once on SIGUSR1, also with 75", async () => {
  await withNotebook(notebook(), async ({ folder, output }) => {
    const { exitCode } = await signalled(
      notebook('console.log("ready");\nawait new Promise(() => {});'),
      "SIGUSR1",
      folder,
    );
    assert.equal(exitCode, 75);
    assert.equal(((await codeCells(output))[0]!.outputs.at(-1) as IError).ename, "Interrupted");
  });
});

test("SLURM's warning is heeded by a command that has only just begun to load", async () => {
  await withNotebook(notebook("await new Promise(() => {});"), async ({ input, output }) => {
    const command = fileURLToPath(new URL("../../../lib/cli/cherenkit.mjs", import.meta.url));
    // As soon as anybody listens, which is long before the command itself is loaded.
    const script = `process.argv.splice(1, 0, ${JSON.stringify(command)});
import(${JSON.stringify(command)});
const timer = setInterval(() => {
  if (process.listenerCount("SIGUSR1") === 0) return;
  clearInterval(timer);
  process.kill(process.pid, "SIGUSR1");
}, 1);`;
    const { status, stderr } = spawnSync(process.execPath, ["-e", script, "run", input, output], { encoding: "utf8" });
    assert.equal(status, 75, stderr);
    assert.doesNotMatch(stderr, /Debugger listening/);
  });
});

test("an interrupted training ends the run with 75 without any signal", async () => {
  const cell = 'import { InterruptedError } from "cherenkit";\nthrow new InterruptedError("the deadline is near");';
  await withNotebook(notebook(cell), async (paths) => {
    const result = await runNotebook(paths);
    assert.deepEqual([result.status, result.exitCode], ["interrupted", 75]);
  });
});

test("what cannot be run or written is one clear error, before any kernel starts", async () => {
  await withNotebook(notebook("1"), async ({ folder, input, output }) => {
    const began = Date.now();
    await assert.rejects(runNotebook({ input: join(folder, "no.ipynb"), output }), InputError);
    const broken = join(folder, "broken.ipynb");
    await writeFile(broken, '{"cells": [');
    await assert.rejects(runNotebook({ input: broken, output }), InputError);
    await writeFile(broken, '{"worksheets": [], "nbformat": 3}');
    await assert.rejects(runNotebook({ input: broken, output }), /format 3/);
    await assert.rejects(runNotebook({ input, output, parameters: { a: 1 } }), ConfigError);
    await assert.rejects(runNotebook({ input, output, kernel: "fortran" }), /no Jupyter kernel named fortran/);
    assert.ok(!existsSync(output));
    await mkdir(join(folder, "taken.ipynb"));
    await assert.rejects(runNotebook({ input, output: join(folder, "taken.ipynb") }), OutputError);
    assert.ok(Date.now() - began < 2000);
  });
});

test("no kernel is left behind when the runner itself is killed, not even one in a busy loop", async () => {
  await withNotebook(notebook(), async ({ folder, output }) => {
    const endless = notebook('console.log("pid", process.pid, "ready");\nwhile (true) {}');
    const { text } = await signalled(endless, "SIGKILL", folder);
    assert.ok(existsSync(output));
    const pid = Number(text.match(/pid (\d+)/)![1]);
    const until = Date.now() + 30_000;
    const alive = (): boolean => existsSync(`/proc/${pid}`);
    while (alive() && Date.now() < until) await sleep(100);
    assert.ok(!alive());
  });
});
