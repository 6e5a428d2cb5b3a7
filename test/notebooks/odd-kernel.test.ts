import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { ICodeCell } from "@jupyterlab/nbformat";
import { type RunResult, runNotebook } from "../../lib/notebooks/execute.js";
import { codeCells, notebook, withNotebook } from "./notebook.js";

/** Runs cells in the odd kernel. */
async function runOdd(...cells: string[]): Promise<{ result: RunResult; cells: ICodeCell[]; text: string }> {
  return withNotebook(notebook(...cells), async (paths) => {
    const folder = join(paths.folder, "kernels/odd");
    mkdirSync(folder, { recursive: true });
    const program = fileURLToPath(new URL("./odd-kernel.js", import.meta.url));
    const spec = { argv: [process.execPath, program, "{connection_file}"], display_name: "Odd", language: "odd" };
    writeFileSync(join(folder, "kernel.json"), JSON.stringify(spec));
    process.env.JUPYTER_PATH = paths.folder;
    try {
      const result = await runNotebook({ ...paths, kernel: "odd", cellTimeoutMs: 40_000 });
      return { result, cells: await codeCells(paths.output), text: readFileSync(paths.output, "utf8") };
    } finally {
      delete process.env.JUPYTER_PATH;
    }
  });
}

const statuses = (cells: ICodeCell[]): unknown[] =>
  cells.map((cell) => (cell.metadata.papermill as { status: string }).status);

test("messages of a kernel that are none are told of, and those that lack something are taken as they are", async () => {
  const { result, text } = await runOdd("unreadable");
  assert.equal(result.status, "completed");
  assert.match(text, /a message of the kernel cannot be read: an object is needed, not null/);
  assert.ok(!text.includes("undefined"));
});

test("a cell whose end is told only in part ends all the same, and says so", async () => {
  const half = await runOdd("no idle", "unreadable");
  assert.deepEqual(statuses(half.cells), ["completed", "completed"]);
  assert.match(JSON.stringify(half.cells[0]!.outputs), /did not say that the cell has ended/);
  const { result, cells } = await runOdd("no reply", "unreadable");
  assert.deepEqual([result.exitCode, ...statuses(cells)], [1, "failed", "pending"]);
  assert.equal(
    cells[0]!.outputs.at(-1)?.output_type,
    "error",
    "an error that only the reply tells stands in the notebook",
  );
});

test("a kernel that closes its connection and goes on is ended, and the run with it", async () => {
  const { result, text } = await runOdd("close sockets");
  assert.equal(result.exitCode, 137);
  assert.match(text, /the kernel has closed its connection/);
});

test("the death of a kernel is seen though a child of it lives; what stays in its group ends with it", async () => {
  const { result, text } = await runOdd("leave a child");
  assert.equal(result.exitCode, 137);
  const [daemon, child] = [...text.matchAll(/child (\d+)/g)].map(([, pid]) => Number(pid));
  process.kill(daemon!, "SIGKILL"); // a daemon lives on, as it would anywhere
  const state = existsSync(`/proc/${child}/stat`) ? readFileSync(`/proc/${child}/stat`, "utf8").split(") ")[1] : "gone";
  assert.match(state!, /^(Z|X|gone)/);
});
