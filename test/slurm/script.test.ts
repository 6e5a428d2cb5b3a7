import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../../lib/config/config.js";
import { ConfigError } from "../../lib/errors.js";
import { batchScript } from "../../lib/slurm/batch-script.js";
import { profileSchema } from "../../lib/slurm/cluster-profile.js";
import { dryRun } from "../../lib/slurm/dry-run.js";
import type { Job, ScriptOptions } from "../../lib/slurm/job.js";
import { readAttempts } from "../../lib/slurm/job-record.js";
import { type PlanOptions, planJobs } from "../../lib/slurm/plan.js";
import { findRunFolders } from "../../lib/slurm/run-folders.js";
import { runLocally } from "../../lib/slurm/run-locally.js";
import { runStatuses } from "../../lib/slurm/status.js";
import { dependencyOption, writeScript } from "../../lib/slurm/submit.js";
import { lastProgress, progressIn } from "../../lib/slurm/training-progress.js";
import { epochLine, stepLine } from "../../lib/training/callbacks/progress-line.js";
import { sharedData } from "../shared-data.js";
import { project, shellJob } from "./jobs.js";

const root = mkdtempSync(join(tmpdir(), `cherenkit it's "50%" $HOME `));
after(() => rmSync(root, { recursive: true, force: true }));

const variant = (name: string, task = "energy"): PlanOptions["variants"][number] => ({
  config: { file: join(root, `${name}.yaml`), modelFolder: join(root, "models", task, name) } as Config,
  overrides: { n_epochs: "3" },
});

function plan(more: Partial<PlanOptions>): Job[] {
  return planJobs({
    stages: ["train", "test", "report", "compare"],
    variants: [variant("a"), variant("b")],
    profile: profileSchema.parse({ description: "test", time: "1:00:00", stages: { report: { time: "10" } } }),
    array: false,
    parallel: null,
    shards: 1,
    after: [],
    maxArraySize: 1000,
    ...more,
  });
}

/** Each job with the dependency it would be given, where the first job is 101, the second 102, … */
function dependencies(jobs: readonly Job[]): string[] {
  const submitted = jobs.map((job, i) => ({ job, id: String(101 + i) }));
  return jobs.map((job) => `${job.name}: ${dependencyOption(job.waitsFor, submitted)}`);
}

test("each stage of a model waits for the one before, the comparison for the end of all", () => {
  assert.deepEqual(dependencies(plan({ after: ["7"] })), [
    "train energy/a: afterok:7",
    "train energy/b: afterok:7",
    "test energy/a: afterok:101",
    "test energy/b: afterok:102",
    "report energy/a: afterok:103",
    "report energy/b: afterok:104",
    "compare energy: afterany:105,afterany:106",
  ]);
  const twoTasks = dependencies(
    plan({ stages: ["report", "compare"], variants: [variant("a"), variant("t", "type")] }),
  );
  assert.deepEqual(twoTasks.slice(2), ["compare energy: afterany:101", "compare type: afterany:102"]);
});

test("an array's task waits for the task of the same model, and large arrays are split", () => {
  assert.equal(dirname(plan({ array: true })[0]!.folder), join(root, "models/.jobs"));
  assert.deepEqual(dependencies(plan({ array: true })), [
    "train ×2: null",
    "test ×2: aftercorr:101",
    "report ×2: aftercorr:102",
    "compare energy: afterany:103",
  ]);
  const many = Array.from({ length: 25 }, (_, i) => variant(`m${i}`));
  const parts = plan({ stages: ["train", "test"], variants: many, array: true, maxArraySize: 10 });
  assert.deepEqual(
    parts.map((job) => job.tasks.length),
    [10, 10, 5, 10, 10, 5],
  );
  assert.deepEqual(dependencies(parts).slice(3), [
    "test ×10: aftercorr:101",
    "test ×10: aftercorr:102",
    "test ×5: aftercorr:103",
  ]);
});

test("test files are shared out over the tasks of an array, and the report waits for all of them", () => {
  const jobs = plan({ stages: ["train", "test", "report"], variants: [variant("a")], shards: 3 });
  assert.deepEqual(dependencies(jobs), [
    "train energy/a: null",
    "test energy/a: afterok:101",
    "report energy/a: afterok:102_0:102_1:102_2",
  ]);
  assert.ok(jobs[1]!.tasks[1]!.arguments.join(" ").includes("--set testing_model.shard=2/3"));
});

test("shares of the test files of many models are arrays, so that each model waits for itself alone", () => {
  const jobs = plan({ stages: ["train", "test", "report", "compare"], array: true, shards: 2 });
  assert.deepEqual(dependencies(jobs), [
    "train ×2: null",
    "test ×2 1/2: aftercorr:101",
    "test ×2 2/2: aftercorr:101",
    "report ×2: aftercorr:102,aftercorr:103",
    "compare energy: afterany:104",
  ]);
  assert.deepEqual(
    jobs[2]!.tasks.map((task) => task.subject),
    ["energy/a 2/2", "energy/b 2/2"],
  );
});

test("two runs that would write one model folder are refused", () => {
  assert.throws(() => plan({ variants: [variant("a"), variant("a")] }), ConfigError);
});

test("a script asks SLURM for what the profile says and warns within the second half of the time", () => {
  const [train] = plan({});
  const profile = profileSchema.parse({
    description: "x",
    warn_seconds: 5000,
    account: "my lab",
    setup: ["module load x"],
  });
  const text = batchScript(train!, { project, profile, retryOom: null });
  const options = text.split("\n").filter((line) => line.startsWith("#SBATCH "));
  assert.ok(options.includes("#SBATCH --time=1:00:00"));
  assert.ok(options.includes("#SBATCH --signal=B:USR1@1800"));
  assert.ok(options.includes('#SBATCH --account="my lab"'));
  assert.ok(options.includes("#SBATCH --kill-on-invalid-dep=yes"));
  assert.ok(
    options.some((line) => line.includes('50%%\\" ')),
    "a % in the log's path is no pattern",
  );
  assert.match(text, /^ {2}module load x$/m);
  assert.equal(spawnSync("bash", ["-n"], { input: text }).status, 0);
});

test("the script passes every word on as it is, and notes its attempt", async () => {
  const show = join(root, "show");
  writeFileSync(
    show,
    `#!/bin/bash\nprintf '%s\\n' "$@" > ${JSON.stringify(join(root, "words")).replaceAll("$", "\\$")}\nexit 3\n`,
  );
  chmodSync(show, 0o755);
  const { job } = shellJob(root, "");
  const words = ["train", "it's.yaml", "--set", 'name="a $b" `c`', "*", "", "\\"];
  const odd: Job = { ...job, tasks: [{ ...job.tasks[0]!, arguments: words }] };
  const profile = profileSchema.parse({ description: "x", node: show, environment: { A: "b 'c'" } });
  assert.equal(await runLocally([odd], "local", { project, profile, retryOom: null }), 3);
  assert.deepEqual(readFileSync(join(root, "words"), "utf8").split("\n").slice(1, -1), words);
  const [attempt] = readAttempts(job.folder);
  assert.equal(attempt!.exitCode, 3);
  assert.equal(attempt!.next, "failed");
  assert.match(readFileSync(join(job.folder, "slurm.log"), "utf8"), /attempt 1 ended with exit code 3: failed/);
});

test("what a dry run prints is a script that bash runs, through the part that all jobs share", async () => {
  const { job, settings } = shellJob(root, 'echo "$run_folder" > "$run_folder/ran"; exit 5');
  const text = await dryRun([job], settings, { askSlurm: false, check: false });
  assert.match(text, /^# ==> train-1: .*job\.sh\n# {5}1 task\n/);
  const { status } = spawnSync("bash", { input: text });
  assert.equal(status, 5);
  assert.equal(readFileSync(join(job.folder, "ran"), "utf8").trim(), job.folder);
  assert.equal(readAttempts(job.folder)[0]!.next, "failed");
});

test("without SLURM what waits for a failed job is left out, the comparison is made", async () => {
  const first = shellJob(root, "exit 1");
  const next = shellJob(root, "touch ran", { key: "b", waitsFor: [{ kind: "afterok", job: { key: "train-1" } }] });
  const last = shellJob(root, 'touch "$run_folder/ran"', {
    key: "c",
    waitsFor: [{ kind: "afterany", job: { key: "b" } }],
  });
  assert.equal(await runLocally([first.job, next.job, last.job], "local", first.settings), 1);
  assert.deepEqual(readAttempts(next.job.folder), []);
  assert.ok(existsSync(join(last.job.folder, "ran")));
});

/** Runs a job's script by bash and sends it SIGUSR1 as soon as its attempt has begun; its exit code. */
async function warned(job: Job, settings: ScriptOptions): Promise<number | null> {
  const child = spawn("bash", [await writeScript(job, settings)], { stdio: "ignore" });
  while (readAttempts(job.folder).length === 0) await sleep(20);
  child.kill("SIGUSR1");
  return new Promise((resolve) => child.once("close", resolve));
}

test("a command that does not listen yet when SLURM's warning comes is asked again", async () => {
  const deaf = "trap '' USR1; sleep 3; trap 'exit 75' USR1; for i in {1..300}; do sleep 0.1; done";
  const { job, settings } = shellJob(root, deaf);
  assert.equal(await warned(job, settings), 75);
  assert.equal(readAttempts(job.folder)[0]!.signal, "USR1");
});

test("a command that the warning kills is one that stopped when asked, not one that failed", async () => {
  const { job, settings } = shellJob(root, "sleep 60");
  assert.equal(await warned(job, settings), 75);
  assert.match(readAttempts(job.folder)[0]!.next!, /^no progress; run it again/);
});

/** A folder of pretended commands, which note their calls in `calls`. */
function pretended(): { folder: string; command: (name: string, text: string) => void } {
  const folder = mkdtempSync(join(tmpdir(), "cherenkit-commands-"));
  const command = (name: string, text: string): void =>
    writeFileSync(join(folder, name), `#!/bin/bash\necho "${name} $*" >> ${folder}/calls\n${text}\n`, { mode: 0o755 });
  return { folder, command };
}

test("a successor whose number got lost on the way is not submitted twice", async () => {
  const { folder, command } = pretended();
  try {
    const { job, settings } = shellJob(root, 'echo 1 > "$run_folder/progress"; exit 75', {
      profile: { requeue: false },
    });
    const script = await writeScript(job, settings);
    command("scontrol", "exit 0");
    command("sleep", "exit 0");
    command("sbatch", "echo 'Batch job submission failed: Socket timed out on send/recv operation' >&2; exit 1");
    writeFileSync(join(folder, "queue"), `8|afterany:6(unfulfilled)|${script}\n9|afterany:7(unfulfilled)|${script}\n`);
    command("squeue", `grep -q ^sbatch ${folder}/calls && [[ "$*" = *%F* ]] && cat ${folder}/queue`);
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, SLURM_JOB_ID: "7", SLURM_JOB_END_TIME: "99" };
    spawnSync("bash", [script], { env });
    assert.equal(readAttempts(job.folder)[0]!.next, "time is over: successor job 9");
    const calls = readFileSync(join(folder, "calls"), "utf8");
    assert.equal(calls.match(/^sbatch /gm)!.length, 1, calls);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a command that ended for a limit which the job no longer has goes on at once", async () => {
  const { folder, command } = pretended();
  try {
    const steps =
      'echo "$CHERENKIT_DEADLINE" >> "$run_folder/told"; [ "$(wc -l < "$run_folder/told")" -ge 2 ] || exit 75';
    const { job, settings } = shellJob(root, steps);
    const script = await writeScript(job, settings);
    command("scontrol", "exit 0");
    command(
      "squeue",
      `[ -e ${job.folder.replace(/[^\w/.-]/g, "\\$&")}/told ] && echo 2099-01-01T02:00:00 || echo 2099-01-01T00:00:00`,
    );
    const { SLURM_JOB_END_TIME: _, ...own } = process.env;
    spawnSync("bash", [script], { env: { ...own, PATH: `${folder}:${own.PATH}`, SLURM_JOB_ID: "7" } });
    const told = readFileSync(join(job.folder, "told"), "utf8").trim().split("\n").map(Number);
    assert.equal(told[1]! - told[0]!, 7200);
    assert.deepEqual(
      readAttempts(job.folder).map(({ next }) => next),
      ["finished"],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("what a lost attempt has left running on the node is ended before the job goes on", async () => {
  const { job, settings } = shellJob(root, 'grep -q sleep "/proc/$(cat "$run_folder/left")/cmdline" && exit 1; exit 0');
  const script = await writeScript(job, settings);
  const env = { ...process.env, SLURM_JOB_ID: "7", SLURM_JOB_END_TIME: "99" };
  const left = spawn("sleep", ["60"], { env });
  const other = spawn("sleep", ["60"], { env: { ...env, SLURM_JOB_ID: "77" } });
  writeFileSync(join(job.folder, "left"), String(left.pid));
  try {
    spawnSync("bash", [script], { env: { ...env, SLURM_RESTART_COUNT: "1" } });
    assert.equal(readAttempts(job.folder)[0]!.next, "finished");
    assert.equal(other.exitCode ?? other.signalCode, null, "other jobs are left alone");
  } finally {
    left.kill("SIGKILL");
    other.kill("SIGKILL");
  }
});

test("a run without SLURM whose process is gone is lost at once", async () => {
  const folder = join(root, "models/energy/gone/runs/train-20260101-120000-ffff");
  mkdirSync(folder, { recursive: true });
  const { pid } = spawnSync("true");
  for (const [processId, state] of [
    [pid, "lost"],
    [process.pid, "running"],
  ] as const) {
    writeFileSync(
      join(folder, "run.json"),
      JSON.stringify({ status: "running", seconds: 1, processId, host: hostname() }),
    );
    assert.equal((await runStatuses([folder]))[0]!.state, state);
  }
});

test("a node that failed is left out when the job is put back, unless the job could run nowhere else", async () => {
  const { folder, command } = pretended();
  command("scontrol", "exit 0");
  command("squeue", "echo 2099-01-01T00:00:00");
  const path = process.env.PATH;
  try {
    for (const [elsewhere, calls] of [
      ["exit 0", /requeuehold 7\nscontrol update JobId=7 ExcNodeList=bad1,bad2,old\nscontrol release 7\n/],
      ["exit 1", /scontrol requeue 7\n/],
    ] as const) {
      command("sbatch", elsewhere);
      writeFileSync(join(folder, "calls"), "");
      const { job, settings } = shellJob(root, 'echo 1 > "$run_folder/progress"; exit 75', {
        profile: { exclude: "old" },
      });
      const attempt = (number: number, host: string, event: string): string =>
        `${JSON.stringify({ time: number, job: "7", attempt: number, host, event })}\n`;
      writeFileSync(
        join(job.folder, "attempts.jsonl"),
        [
          attempt(1, "bad2", "start"),
          attempt(2, "good", "start"),
          attempt(2, "good", "end"),
          attempt(3, "bad1", "start"),
        ].join(""),
      );
      const script = await writeScript(job, settings);
      const env = { ...process.env, PATH: `${folder}:${path}`, SLURM_JOB_ID: "7", SLURMD_NODENAME: "good" };
      spawnSync("bash", [script], { env });
      assert.match(readFileSync(join(folder, "calls"), "utf8"), calls);
      assert.equal(readAttempts(job.folder).at(-1)!.host, "good");
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const standIn = join(sharedData, "../tools/apptainer-stub.sh");
const noStandIn = !existsSync(standIn)
  ? `no stand-in for apptainer here (${standIn})`
  : process.getuid?.() !== 0 && "root only";

test("stand-in for apptainer: image, binds, environment and exit code reach the command", {
  skip: noStandIn,
}, async () => {
  const data = join(root, "data");
  mkdirSync(data);
  writeFileSync(join(data, "events"), "from outside");
  writeFileSync(join(root, "image.sif"), "");
  mkdirSync(join(root, "inside"));
  chmodSync(standIn, 0o755);
  // The stand-in takes binds apart at commas and colons, as apptainer does, so that they stand in a simple folder.
  const box = mkdtempSync(join(tmpdir(), "cherenkit-box-"));
  const wants = shellJob(box, `cat ${box}/inside/events > "$run_folder/seen"; echo $A >> "$run_folder/seen"; exit 75`);
  mkdirSync(join(box, "inside"));
  writeFileSync(join(box, "image.sif"), "");
  mkdirSync(join(box, "data"));
  writeFileSync(join(box, "data/events"), "from outside\n");
  const profile = profileSchema.parse({
    ...wants.settings.profile,
    environment: { A: "b c" },
    container: {
      runtime: standIn,
      image: join(box, "image.sif"),
      cherenkit: null,
      binds: [`${box}/data:${box}/inside:ro`],
    },
  });
  try {
    assert.equal(await runLocally([wants.job], "local", { project, profile, retryOom: null }), 75);
    assert.equal(readFileSync(join(wants.job.folder, "seen"), "utf8"), "from outside\nb c\n");
    const missing = { ...profile, container: { ...profile.container!, image: "/no/image.sif" } };
    assert.equal(await runLocally([wants.job], "local", { project, profile: missing, retryOom: null }), 255);
  } finally {
    rmSync(box, { recursive: true, force: true });
  }
});

test("the lines of a training are understood", () => {
  const record = {
    ...{ epoch: 4, loss: 0.25, val_loss: 0.3, metrics: { mae_energy: 0.1 }, learningRate: 1e-3 },
    ...{ imagesPerSecond: 12_345.6, waitShare: 0.01, seconds: 7.2, memoryMB: 900 },
  };
  const end = lastProgress(`[6] ${epochLine(record as Parameters<typeof epochLine>[0], 8)}\n`);
  assert.deepEqual(end, { epoch: 5, epochs: 8, percent: 100, loss: 0.25, imagesPerSecond: 12_346 });
  const within = lastProgress(JSON.stringify({ text: stepLine(5, 8, 30, 100, 0.125, 1000) }));
  assert.deepEqual(within, { epoch: 6, epochs: 8, percent: 30, loss: 0.125, imagesPerSecond: 1000 });
  assert.equal(lastProgress("nothing"), null);
});

test("a training's progress is found before a large figure, and in a file that is not there none", () => {
  const file = join(root, "run.jsonl");
  const text = stepLine(5, 8, 30, 100, 0.125, 1000);
  writeFileSync(file, `${JSON.stringify({ text })}\n${JSON.stringify({ data: "x".repeat(3e6) })}\n`);
  assert.equal(progressIn(file)?.epoch, 6);
  assert.equal(progressIn(join(root, "nowhere")), null);
});

test("runs stand oldest first, and those of one second in the order of their stages", () => {
  const models = join(root, "ordered");
  const wanted = [
    "energy/a/runs/report-20260101-120000-ffff",
    "energy/b/runs/train-20260101-120001-9999",
    "energy/a/runs/test-20260101-120001-5555",
    "energy/a/runs/report-20260101-120001-4444",
    "energy/.compare/compare-20260101-120001-0000",
    "energy/a/runs/train-20260101-120002-0000",
  ].map((name) => join(models, name));
  for (const folder of wanted.toReversed()) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "run.json"), "{}");
  }
  assert.deepEqual(findRunFolders(models), wanted);
});
