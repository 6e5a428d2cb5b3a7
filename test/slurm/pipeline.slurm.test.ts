import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { readAttempts } from "../../lib/slurm/job-record.js";
import type { RunStatus } from "../../lib/slurm/status.js";
import { project, until } from "./jobs.js";
import { needsSlurm, type OneNodeSlurm, startOneNodeSlurm } from "./one-node-slurm.js";

const ready = needsSlurm();
let slurm: OneNodeSlurm;
let root: string;

const cherenkit = (...words: string[]): Promise<{ stdout: string; stderr: string; exitCode?: number }> =>
  execa("node", [join(project, "lib/cli/cherenkit.mjs"), ...words], { cwd: root, reject: false });

const model = (name: string): string => join(root, "models/energy", name);

/** Epochs that a training has behind it. */
function epochs(name: string): number {
  const log = join(model(name), "training_log.csv");
  return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").length - 1 : 0;
}

before(async () => {
  if (ready.skip) return;
  root = mkdtempSync(join(tmpdir(), "cherenkit pipeline "));
  writeFileSync(join(root, "package.json"), "{}");
  const demo = readFileSync(join(project, "configs/demo/energy-small.yaml"), "utf8");
  writeFileSync(
    join(root, "energy.yaml"),
    demo.replace("n_epochs: 8", "n_epochs: 12").replace("batch_size: 64", "batch_size: 16"),
  );
  writeFileSync(
    join(root, "cluster.yaml"),
    "description: a node with pretended GPUs\npartition: shared-gpu\ngpus: nvidia_rtx_a6000:1\ncpus: 1\nmemory: 4GB\ntime: '30'\nstages:\n  report: { gpus: null }\n",
  );
  slurm = await startOneNodeSlurm();
  const simulated = await cherenkit("simulate", "--events", "200", "--seed", "5", "--output", "data/demo");
  assert.equal(simulated.exitCode, 0, simulated.stderr);
});
after(async () => {
  if (ready.skip) return;
  await slurm.stop();
  rmSync(root, { recursive: true, force: true });
});

test("train, test, report and compare as jobs, training requeued twice, give what an uninterrupted training gives", {
  ...ready,
  timeout: 900_000,
}, async () => {
  const whole = cherenkit("train", "energy.yaml", "--set", "output_dir=models/energy/whole", "--quiet");
  const submitted = await cherenkit(
    ...["submit", "train,test,report,compare", "energy.yaml", "--cluster", "./cluster.yaml", "--json"],
  );
  assert.equal(submitted.exitCode, 0, submitted.stderr);
  const jobs = JSON.parse(submitted.stdout) as { id: string; stage: string; runs: string[] }[];
  assert.deepEqual(
    jobs.map((job) => job.stage),
    ["train", "test", "report", "compare"],
  );
  const [training] = jobs;
  const runFolder = training!.runs[0]!;
  for (const restarts of [0, 1]) {
    // However fast the machine is, each attempt gets an epoch further before it is stopped.
    let former: number | null = null;
    const isFurther = (run: RunStatus): boolean => {
      if (run.state !== "running" || run.restarts !== restarts) return false;
      former ??= epochs("cnn_small");
      return epochs("cnn_small") > former;
    };
    await until(runFolder, isFurther, 300);
    await slurm.call("scancel", "-b", "-s", "USR1", training!.id);
  }
  const status = await cherenkit("status", "models", "--json");
  const seen = JSON.parse(status.stdout) as RunStatus[];
  assert.deepEqual(
    seen.filter((run) => run.jobId !== null).map((run) => run.stage),
    ["train", "test", "report", "compare"],
    "in the order in which they run, though all were submitted within a second",
  );
  const { progress } = seen.find((run) => run.folder === runFolder)!;
  assert.ok(progress && progress.epoch >= 2 && progress.epochs === 12 && progress.loss > 0, status.stdout);

  const waited = await cherenkit("wait", "models", "--json");
  const runs = JSON.parse(waited.stdout) as { stage: string; state: string; restarts: number; folder: string }[];
  const jobRuns = runs.filter((run) => jobs.some((job) => job.runs.includes(run.folder)));
  const text = jobRuns
    .map((run) => join(run.folder, "slurm.log"))
    .map((log) => (existsSync(log) ? readFileSync(log, "utf8").slice(-2000) : `no ${log}`))
    .join("\n");
  assert.deepEqual(
    jobRuns.map((run) => run.state),
    ["completed", "completed", "completed", "completed"],
    text,
  );
  assert.equal(jobRuns.find((run) => run.stage === "train")!.restarts, 2);
  assert.deepEqual(
    readAttempts(runFolder).map((attempt) => attempt.next),
    ["time is over: requeued", "time is over: requeued", "finished"],
  );
  assert.equal((await whole).exitCode, 0);
  const weights = (name: string): Buffer => readFileSync(join(model(name), "model/weights.bin"));
  assert.deepEqual(weights("cnn_small"), weights("whole"));
  for (const page of ["cnn_small/report.html", "compare.html"])
    assert.ok(existsSync(join(root, "models/energy", page)), page);
  const page = readFileSync(join(runFolder, "train.html"), "utf8");
  assert.match(page, /Restarts<\/dt><dd>2/, "the page tells how often it was restarted");
  assert.match(page, /time is over: requeued/);
  const log = await cherenkit("logs", training!.id);
  assert.match(log.stdout, /epoch 12\/12/);
  assert.match(log.stdout, /attempt 3 ended with exit code 0: finished/);
});

test("a hundred models in an array are submitted, seen and cancelled", { ...ready, timeout: 300_000 }, async () => {
  const seeds = Array.from({ length: 100 }, (_, i) => i + 1).join(",");
  const submitted = await cherenkit(
    ...["submit", "train", "energy.yaml", "--cluster", "./cluster.yaml", "--array", "--parallel", "2", "--json"],
    ...["--seeds", seeds, "--set", "output_dir=models/energy/many", "--set", "cluster.partition=private-gpu"],
  );
  assert.equal(submitted.exitCode, 0, submitted.stderr);
  const [job] = JSON.parse(submitted.stdout) as { id: string; runs: string[] }[];
  assert.equal(job!.runs.length, 100);
  const status = await cherenkit("status", job!.id, "--json");
  assert.equal(status.exitCode, 0, status.stderr);
  const states = (JSON.parse(status.stdout) as { state: string }[]).map((run) => run.state);
  assert.equal(states.length, 100);
  assert.ok(states.filter((state) => state === "pending").length >= 97);
  const cancelled = await cherenkit("cancel", job!.id);
  assert.equal(cancelled.exitCode, 0, cancelled.stderr);
  await sleep(3000);
  const after = JSON.parse((await cherenkit("status", job!.id, "--json")).stdout) as { state: string }[];
  assert.ok(after.every((run) => run.state !== "pending"));
});
