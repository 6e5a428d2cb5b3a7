import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { findRuns } from "../../lib/slurm/run-folders.js";
import type { RunStatus } from "../../lib/slurm/status.js";
import { runStatuses } from "../../lib/slurm/status.js";
import { statusTable } from "../../lib/slurm/status-table.js";
import { writeRecords } from "../../lib/slurm/submit.js";
import { waitForRuns } from "../../lib/slurm/wait.js";
import { shellJob } from "./jobs.js";

const root = mkdtempSync(join(tmpdir(), "cherenkit-status-"));
after(() => rmSync(root, { recursive: true, force: true }));

/** Puts pretended commands before the real ones while `action` runs; their calls stand in `calls`. */
async function withCommands<T>(commands: Readonly<Record<string, string>>, action: () => Promise<T>): Promise<T> {
  for (const [name, text] of Object.entries(commands))
    writeFileSync(join(root, name), `#!/bin/bash\necho "${name} $*" >> "${root}/calls"\n${text}\n`, { mode: 0o755 });
  const path = process.env.PATH;
  process.env.PATH = `${root}:${path}`;
  try {
    return await action();
  } finally {
    process.env.PATH = path;
  }
}

const run = (i: number, more: Partial<RunStatus> = {}): RunStatus => ({
  ...{ folder: `/models/${i}`, subject: `energy/${"a long name of a model ".repeat(4)}${i}`, stage: "train" },
  ...{ state: "held", reason: "job requeued in held state", jobId: `4711_${i}` },
  progress: { epoch: 12, epochs: 30, percent: 50, loss: 0.123, imagesPerSecond: 12_000 },
  ...{ secondsLeft: 3600, seconds: 7200, restarts: 3, ...more },
});

test("a table of runs fits a narrow terminal: less is shown of long names, columns of less weight go first", () => {
  const runs = [1, 2, 12].map((i) => run(i));
  const heads = (width?: number): string[] => statusTable(runs, width).toText().split("\n")[0]!.split(/ {2,}/);
  assert.deepEqual(heads(), heads(500));
  assert.equal(heads().length, 10);
  for (const width of [60, 79, 80, 100, 140, 200]) {
    const lines = statusTable(runs, width).toText().split("\n");
    assert.ok(Math.max(...lines.map((line) => line.length)) <= width, lines.join("\n"));
    assert.deepEqual(heads(width).slice(0, 4), ["job", "model", "stage", "state"]);
    assert.match(lines[4]!, /^4711_12 +energy\/\S.* 12 +train +held/, "the end of the name is kept");
  }
  assert.deepEqual(heads(60).slice(4), ["epoch"]);
  assert.ok(heads(100).includes("left") && !heads(100).includes("restarts"));
  assert.equal(statusTable([run(1, { subject: "a", reason: null })], 80).columns.length, 10, "short ones need no cut");
});

test("of a thousand jobs that the controller has forgotten the accounting is asked once", async () => {
  const { job } = shellJob(
    root,
    Array.from({ length: 1000 }, () => ""),
  );
  const record = { stage: "train", subject: "energy/m", log: "" };
  for (const [i, { runFolder }] of job.tasks.entries())
    writeFileSync(join(runFolder, "job.json"), JSON.stringify({ ...record, jobId: String(90_000_000 + i) }));
  const sacct = 'for ((i = 90000000; i < 90001000; i++)); do echo "$i|CANCELLED by 7|n|x"; done';
  const all = await withCommands({ squeue: "", sacct }, () => runStatuses(job.tasks.map((task) => task.runFolder)));
  assert.ok(all.length === 1000 && all.every(({ state }) => state === "cancelled"));
  assert.equal(readFileSync(join(root, "calls"), "utf8").match(/^sacct /gm)!.length, 1);
});

test("a job whose submitter was killed before it could note the number is known by what the job itself notes", async () => {
  const models = join(root, "orphans");
  const folder = join(models, "energy/cnn/runs/train-20260101-120000-ffff");
  mkdirSync(folder, { recursive: true });
  const attempt = { time: 1, job: "4712", attempt: 1, host: "n", event: "start" };
  writeFileSync(join(folder, "attempts.jsonl"), `${JSON.stringify(attempt)}\n`);
  assert.deepEqual(findRuns("4712", models), [folder]);
  const [found] = await withCommands({ squeue: "echo '4712|RUNNING|1:00|n||x'", sacct: "" }, () =>
    runStatuses([models]),
  );
  assert.deepEqual([found!.state, found!.jobId, found!.subject], ["running", "4712", "energy/cnn"]);
});

test("who waits for many runs is told of those that changed alone, and how many are left", async () => {
  const { job } = shellJob(root, ["", "", ""]);
  await writeRecords(job, "77", null, "test");
  const told: string[] = [];
  const states = [
    ["RUNNING", "PENDING", "PENDING"],
    ["COMPLETED", "PENDING", "PENDING"],
    ["COMPLETED", "COMPLETED", "COMPLETED"],
  ];
  const show = (round: number): void =>
    writeFileSync(join(root, "queue"), states[round]!.map((state, i) => `77_${i}|${state}|1:00|||x\n`).join(""));
  show(0);
  await withCommands({ squeue: `cat "${root}/queue"`, sacct: "" }, () =>
    waitForRuns(
      job.tasks.map((task) => task.runFolder),
      {
        pollMs: [10, 10],
        onChange: (changed, open) => {
          told.push(`${changed.map(({ jobId, state }) => `${jobId} ${state}`).join(", ")}; ${open}`);
          if (told.length < 3) show(told.length);
        },
      },
    ),
  );
  assert.deepEqual(told, [
    "77_0 running, 77_1 pending, 77_2 pending; 3",
    "77_0 completed; 2",
    "77_1 completed, 77_2 completed; 0",
  ]);
});
