import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { INotebookContent } from "@jupyterlab/nbformat";
import { notebook, readJson, withNotebook } from "./notebook.js";
import { runInProcess } from "./run-in-process.js";

const program = fileURLToPath(new URL("../../../lib/cli/cherenkit.mjs", import.meta.url));
const waiting = notebook('"done"', 'console.log("ready"); await new Promise((end) => setTimeout(end, 60_000));');

const stoppedBy = async (file: string): Promise<unknown> =>
  ((await readJson<INotebookContent>(file)).metadata.cherenkit as { stoppedBy?: string }).stoppedBy;

test("a terminal that hangs up ends a run as SIGTERM does: saved, resumable", async () => {
  await withNotebook(waiting, async ({ input, output }) => {
    assert.equal((await runInProcess(input, output, "SIGHUP")).exitCode, 75);
    assert.equal(await stoppedBy(output), "SIGHUP");
  });
});

test("a run whose terminal is gone is saved and ends with its exit code", async () => {
  await withNotebook(waiting, async ({ folder, input, output }) => {
    // Python opens a terminal, starts the run in it and closes it when the cell runs.
    const script = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
said = b""
while b"ready" not in said:
    said += os.read(terminal, 1000)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;
    writeFileSync(join(folder, "terminal.py"), script);
    const words = [join(folder, "terminal.py"), process.execPath, program, "run", input, output];
    const child = spawn("python3", words, { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    await new Promise((resolve) => child.once("close", resolve));
    assert.equal(said.trim(), "75");
    assert.equal(await stoppedBy(output), "SIGHUP");
  });
});

test("nohup is heard: the run goes on when its terminal is gone", async () => {
  const cell = 'console.log("ready", process.ppid); await new Promise((end) => setTimeout(end, 3000)); "went on"';
  await withNotebook(notebook(cell), async ({ input, output }) => {
    const run = `"${process.execPath}" "${program}" run "${input}" "${output}" 2>&1`;
    // By the shell that a person types in, and by a script that was itself started so.
    for (const command of [`nohup ${run}; exit $?`, `trap '' HUP; ${run}; exit $?`]) {
      const child = spawn("bash", ["-c", command], { stdio: ["ignore", "pipe", "inherit"] });
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        const [, runner] = text.match(/ready (\d+)/) ?? [];
        if (runner) process.kill(Number(runner), "SIGHUP");
      });
      assert.equal(await new Promise((resolve) => child.once("close", resolve)), 0);
      assert.match(readFileSync(output, "utf8"), /went on/);
    }
  });
});

test("a run that is stopped while its kernel starts does not wait for it", async () => {
  await withNotebook(notebook("1"), async ({ folder, input, output }) => {
    writeFileSync(join(folder, "silent.mjs"), "setInterval(() => {}, 1000);");
    const spec = { argv: [process.execPath, join(folder, "silent.mjs")], display_name: "Silent", language: "silent" };
    mkdirSync(join(folder, "kernels/silent"), { recursive: true });
    writeFileSync(join(folder, "kernels/silent/kernel.json"), JSON.stringify(spec));
    const env = { ...process.env, JUPYTER_PATH: folder };
    const words = [program, "run", input, output, "--kernel", "silent"];
    const child = spawn(process.execPath, words, { env, stdio: "inherit" });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const began = performance.now();
    // It is saved for the first time before the kernel is started.
    while (!existsSync(output)) await sleep(50);
    await sleep(300);
    child.kill("SIGINT");
    assert.equal(await ended, 75);
    assert.ok(performance.now() - began < 30_000);
    assert.equal(await stoppedBy(output), "SIGINT");
  });
});
