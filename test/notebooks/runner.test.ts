import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { IError, INotebookContent } from "@jupyterlab/nbformat";
import { ConfigError, OutputError } from "../../lib/errors.js";
import { lockOutput } from "../../lib/files/output-lock.js";
import { planCells } from "../../lib/notebooks/cell-plan.js";
import { startKernel } from "../../lib/notebooks/client.js";
import { newConnection } from "../../lib/notebooks/connection.js";
import { type CellOutput, prepareNotebook, runNotebook } from "../../lib/notebooks/execute.js";
import { inspectNotebook } from "../../lib/notebooks/inspect-notebook.js";
import { kernelCommand } from "../../lib/notebooks/kernel-command.js";
import { fillPath, pathValues } from "../../lib/notebooks/path-template.js";
import { nearestLimit } from "../../lib/notebooks/run-cell.js";
import type { RunRecord } from "../../lib/notebooks/run-record.js";
import { newStreamScrub, scrubber } from "../../lib/notebooks/secrets.js";
import { buildSnapshot } from "../../lib/notebooks/snapshot.js";
import { code, codeCells, notebook, prose, readJson, withNotebook } from "./notebook.js";

const statuses = async (file: string): Promise<unknown[]> =>
  (await codeCells(file)).map((cell) => (cell.metadata.papermill as { status: string } | undefined)?.status);

test("only the chosen cells run; a cell tagged stop ends the notebook", () => {
  const content = notebook(code("1"), prose("x"), code("2", "slow"), code("3"), code("4", "stop"), code("5"));
  const run = (choice: Parameters<typeof planCells>[1]): number[] =>
    planCells(content, choice).flatMap(({ runs, count }) => (runs ? [count] : []));
  assert.deepEqual(run({}), [1, 2, 3]);
  assert.deepEqual(run({ from: 2, to: 2 }), [2]);
  assert.deepEqual(run({ only: [1, 3, 5] }), [1, 3]);
  assert.deepEqual(run({ skipTags: ["slow"] }), [1, 3]);
});

test("cells left out, early ends and exit codes are told in the words of papermill", async () => {
  const content = notebook("1", code("2", "slow"), "process.exit(0);", '"never"');
  await withNotebook(content, async (paths) => {
    const result = await runNotebook({ ...paths, cells: { skipTags: ["slow"] }, parameters: {} });
    assert.deepEqual([result.status, result.exitCode], ["completed", 0]);
    assert.deepEqual(await statuses(paths.output), ["completed", "skipped", "completed", "skipped"]);
    const { papermill } = (await readJson<INotebookContent>(paths.output)).metadata as Record<
      string,
      Record<string, unknown>
    >;
    assert.deepEqual(
      [papermill!.exception, papermill!.input_path, papermill!.output_path, typeof papermill!.duration],
      [null, paths.input, paths.output, "number"],
    );
    const [first] = await codeCells(paths.output);
    assert.deepEqual(Object.keys(first!.metadata.execution as object), [
      "iopub.status.busy",
      "iopub.execute_input",
      "shell.execute_reply",
      "iopub.status.idle",
    ]);
    assert.ok((first!.metadata.cherenkit as { peakMemoryBytes: number }).peakMemoryBytes > 2e7);
    await writeFile(paths.input, JSON.stringify(notebook("process.exit(3);", "2")));
    const failed = await runNotebook({ ...paths, runFolder: join(paths.folder, "run") });
    assert.deepEqual([failed.status, failed.exitCode], ["failed", 1]);
    const record = await readJson<RunRecord>(join(paths.folder, "run/run.json"));
    assert.deepEqual([record.kernelDeath?.exitCode, record.kernelDeath?.signal], [3, null]);
    assert.deepEqual(await statuses(paths.output), ["failed", "pending"]);
  });
});

test("a finished run is not done again; cells whose work is done are kept, and a run goes on where it failed", async () => {
  await withNotebook(notebook(), async (paths) => {
    const result = join(paths.folder, "result.txt");
    const slow = code(
      `import { appendFileSync } from "node:fs";\nappendFileSync(${JSON.stringify(result)}, "once ");\n"worked"`,
      "cache",
    );
    slow.metadata.creates = [result];
    const fails = `if (process.env.MEND !== "1") throw new Error("not yet");`;
    await writeFile(paths.input, JSON.stringify(notebook(code("const a = 1;", "setup"), slow, fails, "a + 1")));
    assert.equal((await runNotebook(paths)).failedCell, 3);
    process.env.MEND = "1";
    try {
      assert.equal((await runNotebook({ ...paths, resume: "from-failed" })).status, "completed");
      assert.deepEqual(await statuses(paths.output), ["completed", "cached", "completed", "completed"]);
      assert.equal(await readFile(result, "utf8"), "once ");
      const cells = await codeCells(paths.output);
      assert.match(JSON.stringify(cells[1]!.outputs), /worked/);
      assert.deepEqual((cells[3]!.outputs[0] as { data: unknown }).data, { "text/plain": "2" });

      const again = await runNotebook({ ...paths, resume: "cached" });
      assert.deepEqual([again.status, await statuses(paths.output)], ["completed", Array(4).fill("cached")]);
      await writeFile(paths.input, JSON.stringify(notebook(code("const a = 2;", "setup"), slow, fails, "a + 1")));
      assert.equal((await runNotebook({ ...paths, resume: "cached" })).status, "completed");
      assert.equal(await readFile(result, "utf8"), "once once ", "an earlier cell has changed");
      const failed = notebook(code("const a = 2;", "setup"), slow, "throw new Error();");
      await writeFile(paths.input, JSON.stringify(failed));
      await runNotebook(paths);
      await writeFile(paths.input, JSON.stringify(notebook(code("const a = 3;", "setup"), slow, "1")));
      await assert.rejects(runNotebook({ ...paths, resume: "from-failed" }), /cell \[1\] completed .* changed since/);
    } finally {
      delete process.env.MEND;
    }
  });
});

test("a secret reaches the cells, but nothing that is kept", async () => {
  const says = notebook(
    "console.log(process.env.TOKEN?.length, process.env.TOKEN);\nprocess.env.TOKEN",
    "throw new Error(process.env.TOKEN)",
  );
  await withNotebook(says, async (paths) => {
    const outputs: CellOutput[] = [];
    const secrets = { TOKEN: "s3cret-value" };
    const html = join(paths.folder, "page.html");
    await runNotebook({
      ...paths,
      html,
      secrets,
      runFolder: join(paths.folder, "run"),
      onOutput: (item) => outputs.push(item),
    });
    assert.equal(outputs[0]!.text, "12 ***\n");
    for (const file of [paths.output, html, join(paths.folder, "run/run.json"), join(paths.folder, "run/run.jsonl")])
      assert.ok(!(await readFile(file, "utf8")).includes("s3cret-value"), file);
  });
  assert.deepEqual(scrubber(["abcd", "abcdef"])({ a: ["xabcdefx", 1], abcd: 2 }), { a: ["x***x", 1], "***": 2 });
});

test("a secret does not come out in pieces, nor in the last words of a kernel", async () => {
  const scrub = newStreamScrub(["s3cret-value"]);
  const passed = ["a s3c", "ret-", "value b s3", "x ", "s3cret"].map((piece) => scrub.add(piece));
  assert.deepEqual([...passed, scrub.rest()], ["a ", "", "*** b ", "s3x ", "", "s3cret"]);
  const dies = `import { writeSync } from "node:fs";
writeSync(2, process.env.TOKEN + " is wrong\\n");
process.kill(process.pid, "SIGKILL");
await new Promise(() => {});`;
  await withNotebook(notebook(dies), async (paths) => {
    const html = join(paths.folder, "page.html");
    await runNotebook({ ...paths, html, secrets: { TOKEN: "s3cret-value" }, runFolder: join(paths.folder, "run") });
    const log = join(paths.folder, "run/run.jsonl");
    assert.match(await readFile(log, "utf8"), /last words:.*\*\*\* is wrong/);
    for (const file of [paths.output, html, log])
      assert.ok(!(await readFile(file, "utf8")).includes("s3cret-value"), file);
  });
});

test("an executed notebook is run as if it had never run, and a run with cells left out is not done again", async () => {
  const old = { papermill: { status: "completed" }, execution: { "iopub.status.idle": "2020" } };
  const cells = [prose("**stopped**"), code("1"), code("2", "skip-execution"), code("3", "slow"), code("4", "stop")];
  cells[0]!.metadata.tags = ["papermill-error-cell-tag"];
  for (const cell of cells.slice(1)) Object.assign(cell.metadata, old);
  await withNotebook(notebook(...cells), async (paths) => {
    const skipTags = { cells: { skipTags: ["slow"] } };
    await runNotebook({ ...paths, ...skipTags });
    const done = await readJson<INotebookContent>(paths.output);
    assert.ok(done.cells.every((cell) => cell.cell_type === "code"));
    assert.deepEqual(await statuses(paths.output), ["completed", "skipped", "skipped", "skipped"]);
    assert.deepEqual(
      done.cells.map((cell) => cell.metadata.execution !== undefined),
      [true, false, false, false],
    );
    await runNotebook({ ...paths, ...skipTags, resume: "cached" });
    assert.deepEqual(await statuses(paths.output), ["cached", "skipped", "skipped", "skipped"]);
    await runNotebook({ ...paths, resume: "cached" });
    assert.deepEqual(await statuses(paths.output), ["completed", "skipped", "completed", "skipped"]);
  });
});

test("limits beyond what a timer can wait are no limits", async () => {
  assert.equal(nearestLimit([null, { ms: 2 ** 31, what: "a month" }]), null);
  await withNotebook(notebook("1"), async (paths) => {
    const result = await runNotebook({ ...paths, runTimeoutMs: 1e10, cellTimeoutMs: 1e10, saveEveryMs: 1e10 });
    assert.equal(result.status, "completed");
  });
});

test("a run that takes too long ends as timeout, also by a cell's own limit; a silent cell is told of", async () => {
  const waits = code("await new Promise(() => {});");
  await withNotebook(notebook("1"), async (paths) => {
    // The start of the kernel counts; how long it takes depends on what else the machine does.
    const runTimeoutMs = 3000 + Math.round(4000 * (await runNotebook(paths)).seconds);
    await writeFile(paths.input, JSON.stringify(notebook("1", waits)));
    const beats: CellOutput[] = [];
    const onOutput = (item: CellOutput): unknown => item.kind === "heartbeat" && beats.push(item);
    const result = await runNotebook({ ...paths, runTimeoutMs, heartbeatMs: 200, onOutput });
    assert.deepEqual([result.status, result.exitCode, result.failedCell], ["timeout", 4, 2]);
    assert.match(result.error!.value, new RegExp(`the run took longer than ${runTimeoutMs / 1000} s`));
    assert.match(beats[0]!.text, /still running after .* GB/);
    waits.metadata.tags = ["timeout=0.5"];
    await writeFile(paths.input, JSON.stringify(notebook(waits)));
    assert.match((await runNotebook(paths)).error!.value, /the cell took longer than 0.5 s/);
  });
});

test("near the deadline of the job the cell is interrupted, and the run can be resumed", async () => {
  await withNotebook(notebook("await new Promise(() => {});"), async (paths) => {
    process.env.CHERENKIT_DEADLINE = String(Date.now() / 1000 + 38);
    try {
      const result = await runNotebook({ ...paths, runFolder: join(paths.folder, "run") });
      assert.deepEqual([result.status, result.exitCode], ["interrupted", 75]);
      assert.equal((await readJson<RunRecord>(join(paths.folder, "run/run.json"))).stoppedBy, "deadline");
    } finally {
      delete process.env.CHERENKIT_DEADLINE;
    }
  });
});

test("a cell that should have raised an error and did not is told of", async () => {
  await withNotebook(notebook(code("1", "raises-exception")), async (paths) => {
    assert.equal((await runNotebook(paths)).status, "completed");
    assert.match(JSON.stringify((await codeCells(paths.output))[0]!.outputs), /warning: .*raised none/);
  });
});

test("two runs never write one notebook; a lock left by a run that is gone does not hold", async () => {
  await withNotebook(notebook("1"), async (paths) => {
    const unlock = lockOutput(paths.output, "notebook");
    await assert.rejects(
      runNotebook(paths),
      (error) => error instanceof OutputError && /another run .*\n.*\n.*process \d+ on/.test(error.message),
    );
    const file = join(paths.folder, ".out.ipynb.lock");
    const own = JSON.parse(await readFile(file, "utf8")) as object;
    unlock();
    const holds = (owner: object): boolean => {
      writeFileSync(file, JSON.stringify({ ...own, ...owner }));
      try {
        lockOutput(paths.output, "notebook")();
        return false;
      } catch {
        return true;
      }
    };
    assert.ok(holds({}));
    // The number of a process comes again: after it has ended, and after the machine has gone down.
    assert.ok(!holds({ started: "1" }));
    assert.ok(!holds({ boot: "before" }));
    assert.ok(holds({ host: "another" }), "its machine cannot be asked");
    process.env.CHERENKIT_RUN_FOLDER = "/models/energy/a/runs/train-1";
    try {
      assert.ok(holds({ host: "another", run: "/models/energy/a/runs/train-2" }));
      assert.ok(!holds({ host: "another", run: process.env.CHERENKIT_RUN_FOLDER }), "a job whose node failed goes on");
    } finally {
      delete process.env.CHERENKIT_RUN_FOLDER;
    }
    writeFileSync(file, JSON.stringify({ processId: 2 ** 22 + 1, host: hostname() }));
    assert.equal((await runNotebook(paths)).status, "completed");
    assert.ok(!existsSync(file));
  });
});

test("an output that cannot be written is one clear error, whatever stands in its way", async () => {
  await withNotebook(notebook("1"), async (paths) => {
    for (const [output, reason] of [
      [join(paths.input, "out.ipynb"), /a file stands where a folder is needed/],
      [join(paths.input, "sub/out.ipynb"), /a file stands where a folder is needed/],
      ["/proc/none/out.ipynb", /cannot write \/proc\/none\/out\.ipynb/],
    ] as const)
      await assert.rejects(
        runNotebook({ ...paths, output }),
        (error) => error instanceof OutputError && reason.test(error.message),
      );
  });
});

test("a kernel whose port another program took starts on other ports", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as { port: number };
  let asked = 0;
  const kernel = await startKernel({
    command: { ...kernelCommand("cherenkit"), fallback: undefined },
    cwd: ".",
    newConnection: async () => ({ ...(await newConnection()), ...(asked++ === 0 ? { shell_port: port } : {}) }),
  });
  assert.equal(asked, 2);
  await kernel.shutDown();
  taken.close();
});

test("a snapshot that Node refuses is no reason not to start", async () => {
  await withNotebook(notebook(), async ({ folder }) => {
    const blob = join(folder, "bad.blob");
    await writeFile(blob, "no snapshot");
    const { ownKernel } = await import("../../lib/notebooks/kernel-command.js");
    const kernel = await startKernel({ command: ownKernel(blob), cwd: folder });
    assert.equal((await kernel.execute("1", () => {})).status, "ok");
    await kernel.shutDown();
  });
});

test("a new snapshot of the kernel takes the place of former ones and of what killed builders left", async () => {
  const cache = await mkdtemp(join(tmpdir(), "cherenkit-cache-"));
  const usual = process.env.CHERENKIT_CACHE;
  process.env.CHERENKIT_CACHE = cache;
  try {
    const file = (await buildSnapshot())!;
    const former = file.replace(/-[^-]*$/, "-former.blob");
    await rename(file, former);
    const [left, inUse, foreign] = [`${file}.1.left.tmp`, `${file}.2.used.tmp`, join(dirname(file), "another.tmp")];
    for (const name of [left, inUse, foreign]) await writeFile(name, "");
    for (const name of [left, foreign]) await utimes(name, 0, 0);
    assert.equal(await buildSnapshot(), file);
    assert.deepEqual(
      (await readdir(dirname(file))).sort(),
      [file, inUse, foreign].map((path) => basename(path)).sort(),
    );
  } finally {
    if (usual === undefined) delete process.env.CHERENKIT_CACHE;
    else process.env.CHERENKIT_CACHE = usual;
    await rm(cache, { recursive: true, force: true });
  }
});

test("a kernel that does not answer is an error of its own, with exit code 3", async () => {
  const command = {
    ...kernelCommand("cherenkit"),
    argv: [process.execPath, "-e", "setTimeout(() => {}, 60_000)"],
    fallback: undefined,
  };
  await assert.rejects(
    startKernel({ command, cwd: ".", startTimeoutMs: 500 }),
    (error: { exitCode?: number }) => error.exitCode === 3,
  );
});

test("a clock that goes back gives no negative times", async () => {
  await withNotebook(notebook("1"), async (paths) => {
    const { now } = Date;
    let step = 0;
    Date.now = () => now() - 1e6 * step++;
    try {
      const result = await runNotebook({ ...paths, runFolder: join(paths.folder, "run") });
      assert.ok(result.seconds > 0);
      const { startedAt, endedAt } = await readJson<RunRecord>(join(paths.folder, "run/run.json"));
      assert.ok(Date.parse(endedAt!) >= Date.parse(startedAt));
    } finally {
      Date.now = now;
    }
  });
});

test("a kernel that needs more memory than its job has is told of as such", async (context) => {
  const group = `/sys/fs/cgroup/memory/cherenkit-test-${process.pid}`;
  try {
    mkdirSync(group);
    writeFileSync(join(group, "memory.limit_in_bytes"), String(700 * 2 ** 20));
  } catch {
    return context.skip("a control group with a limit of memory cannot be made here");
  }
  try {
    const eats = "const kept: Uint8Array[] = [];\nfor (;;) kept.push(new Uint8Array(2 ** 24).fill(1));";
    await withNotebook(notebook('"before"', eats), async (paths) => {
      const runner = fileURLToPath(new URL("./run-one.js", import.meta.url));
      const script = 'echo $$ > "$1/cgroup.procs"; shift; exec "$@"';
      const args = ["-c", script, "sh", group, process.execPath, runner, paths.input, paths.output];
      assert.equal(spawnSync("/bin/sh", args).status, 137);
      const { kernelDeath, status } = (await readJson<INotebookContent>(paths.output)).metadata
        .cherenkit as unknown as RunRecord;
      assert.deepEqual([status, kernelDeath], ["killed", { exitCode: null, signal: "SIGKILL", outOfMemory: true }]);
      assert.match(((await codeCells(paths.output))[1]!.outputs.at(-1) as IError).evalue, /because memory ran out/);
    });
  } finally {
    // The kernel's control group is busy until the last process in it is gone.
    for (let tries = 0; tries < 100 && existsSync(group); tries++) {
      try {
        rmdirSync(group);
      } catch {
        await delay(100);
      }
    }
  }
});

test("parameters are listed with type, default and meaning; a notebook is prepared without a kernel", async () => {
  const cell = code("/** How many. */\nconst n: number = 1;\nlet label = 'a'; // a word", "parameters");
  await withNotebook(notebook(cell, "n"), async ({ input }) => {
    assert.deepEqual(await inspectNotebook(input), [
      { name: "n", keyword: "const", value: "1", help: "How many.", type: "number", annotated: true },
      { name: "label", keyword: "let", value: "'a'", help: "a word", type: "string", annotated: false },
    ]);
    const prepared = await prepareNotebook({
      input,
      parameters: { n: 5, extra: [1] },
      allowUnknown: true,
      hideCode: true,
    });
    assert.equal(prepared.cells[1]!.source, "// Parameters\nconst n: number = 5;\nconst extra = [1];");
    assert.deepEqual(prepared.cells[2]!.metadata.jupyter, { source_hidden: true });
    await assert.rejects(prepareNotebook({ input, parameters: { extra: 1 } }), ConfigError);
  });
});

test("parameters, job and time stand for themselves in a path, as Python's format writes them", () => {
  const values = pathValues({ n: 3, x: 0.25, cut: { size: 50 }, day: "x" }, "7f", new Date("2026-02-03T04:05:06Z"));
  for (const [template, path] of [
    ["o-{n}-{{x}}-{run_id}.ipynb", "o-3-{x}-7f.ipynb"],
    ["{pm.run_uuid}/{cut[size]}", "7f/50"],
    ["{pm.current_datetime_utc}", "2026-02-03T04:05:06"],
    ["{pm.current_datetime_utc:%Y%m%d-%H}", "20260203-04"],
    ["{n:03d}-{x:.1e}-{x:.3f}-{n:2}", "003-2.5e-1-0.250- 3"],
  ] as const)
    assert.equal(fillPath(template, values), path);
  for (const template of ["{m}", "{n.length}", "{x:d}", "{pm.current_datetime_utc:%Q}", "{cut}", "{day:.2f}"])
    assert.throws(() => fillPath(template, values), /nothing is known to put in for \{.*\}\n.*\n.*known are .*n/);
});
