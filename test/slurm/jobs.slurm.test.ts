import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { CherenkitError } from "../../lib/errors.js";
import { cancelRuns } from "../../lib/slurm/cancel.js";
import { readAttempts, readRecord } from "../../lib/slurm/job-record.js";
import { checkResources } from "../../lib/slurm/partition.js";
import { findRuns } from "../../lib/slurm/run-folders.js";
import { type RunStatus, runStatuses } from "../../lib/slurm/status.js";
import { submitJobs, writeRecords } from "../../lib/slurm/submit.js";
import { waitForRuns } from "../../lib/slurm/wait.js";
import { over, shellJob, submitJob, trainingCommand, until } from "./jobs.js";
import { limitsMemory, needsSlurm, type OneNodeSlurm, startOneNodeSlurm } from "./one-node-slurm.js";

let slurm: OneNodeSlurm;
let root: string;
const needs = needsSlurm();

before(async () => {
  if (needs.skip) return;
  root = mkdtempSync(join(tmpdir(), `cherenkit job's "50%" `));
  slurm = await startOneNodeSlurm();
});
after(async () => {
  if (needs.skip) return;
  await slurm.stop();
  rmSync(root, { recursive: true, force: true });
});

/** Stops by itself with exit code 75 when asked; counts its attempts in a file, which is its progress. */
const patient = `
trap 'wc -l < "$run_folder/count" > "$run_folder/progress"; exit 75' USR1 TERM
echo attempt >> "$run_folder/count"
[ "$(wc -l < "$run_folder/count")" -ge 3 ] && exit 0
for i in {1..600}; do sleep 0.1; done`;

/** For a process that loads TensorFlow. */
const resources = { memory: "3G" };
const warn = (id: string): Promise<string> => slurm.call("scancel", "-b", "-s", "USR1", id);
/** Epochs that a training has behind it. */
function epochs(name: string): number {
  const log = join(root, "models/energy", name, "training_log.csv");
  return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").length - 1 : 0;
}
const weights = (name: string): Buffer => readFileSync(join(root, "models/energy", name, "model/weights.bin"));
const running = (attempt: number) => (run: { state: string; restarts: number }) =>
  run.state === "running" && run.restarts === attempt - 1;
/** Where a run of `patient` stands once its attempt of this number is ready to be warned. */
async function ready(folder: string, attempt: number): Promise<RunStatus> {
  const run = await until(folder, running(attempt));
  const count = join(folder, "count");
  while (!existsSync(count) || readFileSync(count, "utf8").split("\n").length <= attempt) await sleep(100);
  return run;
}
const nextSteps = (folder: string): (string | null)[] => readAttempts(folder).map((attempt) => attempt.next);

describe("jobs on a real SLURM of one node", { concurrency: 5, skip: needs.skip }, () => {
  test("a training that is warned of the time limit twice ends with the numbers of an uninterrupted one", async () => {
    const how = { epochs: 4, pauseMs: 300 };
    const whole = shellJob(root, trainingCommand(root, "whole", { ...how, pauseMs: 0 }), { resources });
    await submitJob(whole);
    const parts = shellJob(root, trainingCommand(root, "parts", how), { resources });
    const { runFolder } = parts.job.tasks[0]!;
    const id = await submitJob(parts);
    for (const attempt of [1, 2]) {
      await until(runFolder, (run) => running(attempt)(run) && epochs("parts") >= attempt);
      await warn(id);
    }
    const end = await until(runFolder, over);
    assert.equal(end.state, "completed");
    assert.equal(end.restarts, 2);
    assert.ok(end.seconds >= 3, `all attempts together: ${end.seconds} s`);
    assert.deepEqual(nextSteps(runFolder), ["time is over: requeued", "time is over: requeued", "finished"]);
    assert.deepEqual(new Set(readAttempts(runFolder).map((attempt) => attempt.jobId)), new Set([id]));
    await until(whole.job.tasks[0]!.runFolder, over);
    assert.deepEqual(weights("parts"), weights("whole"));
    const losses = (name: string): string =>
      readFileSync(join(root, "models/energy", name, "training_log.csv"), "utf8");
    assert.equal(losses("parts"), losses("whole"));
  });

  test("a training goes on over SLURM's own time limit, again and again, to the same numbers", async () => {
    const whole = shellJob(root, trainingCommand(root, "unlimited", { epochs: 17, pauseMs: 0 }), { resources });
    await submitJob(whole);
    const limited = shellJob(root, trainingCommand(root, "limited", { epochs: 17, pauseMs: 1000 }), {
      resources: { ...resources, time: "1" },
      profile: { warn_seconds: 10 },
    });
    const { runFolder } = limited.job.tasks[0]!;
    await submitJob(limited);
    const end = await until(runFolder, over, 1000);
    assert.equal(end.state, "completed", JSON.stringify(readAttempts(runFolder)));
    assert.ok(end.restarts >= 2, `${end.restarts} restarts`);
    assert.ok(end.seconds >= 90, `all attempts together: ${end.seconds} s`);
    await until(whole.job.tasks[0]!.runFolder, over);
    assert.deepEqual(weights("limited"), weights("unlimited"));
  });

  test("a cancelled training has saved itself and is not requeued", async () => {
    const test = shellJob(root, trainingCommand(root, "cancelled", { epochs: 50, pauseMs: 100 }), { resources });
    const { runFolder } = test.job.tasks[0]!;
    const id = await submitJob(test);
    await until(runFolder, (run) => running(1)(run) && epochs("cancelled") > 0);
    assert.deepEqual(await cancelRuns([runFolder]), [id]);
    const end = await until(runFolder, over);
    assert.equal(end.state, "cancelled");
    await sleep(1000);
    assert.deepEqual(nextSteps(runFolder), ["stopped; it can be continued"]);
    assert.deepEqual(await cancelRuns([runFolder]), [], "it has ended already");
    assert.ok(existsSync(join(root, "models/energy/cancelled/checkpoint")));
  });

  test("a job that is cancelled while it saves itself, or waits for its next attempt, does not go on", async () => {
    const slow = patient.replace(/trap '/, "trap 'sleep 2; ");
    const [saving, waiting] = [shellJob(root, slow), shellJob(root, patient)];
    const [first, second] = [await submitJob(saving), await submitJob(waiting)];
    await ready(saving.job.folder, 1);
    await warn(first);
    await sleep(700);
    await slurm.call("scancel", first);
    await ready(waiting.job.folder, 1);
    await warn(second);
    await until(waiting.job.folder, (run) => run.state === "pending");
    await slurm.call("scancel", second);
    const ends = [await until(saving.job.folder, over), await until(waiting.job.folder, over)];
    assert.deepEqual(
      ends.map(({ state, reason }) => [state, reason]),
      [
        ["cancelled", "stopped; it can be continued"],
        ["cancelled", null],
      ],
    );
    assert.deepEqual(nextSteps(saving.job.folder), ["stopped; it can be continued"]);
  });

  test("a suspended job is none that runs, keeps its time and is waited for; one requeued from outside goes on", async () => {
    const { job, settings } = shellJob(root, patient);
    const id = await submitJob({ job, settings });
    await ready(job.folder, 1);
    await slurm.call("scontrol", "suspend", id);
    const first = await until(job.folder, (run) => run.state === "suspended");
    const seen: string[] = [];
    const waiting = waitForRuns([job.folder], {
      pollMs: [200, 200],
      onChange: ([run]) => seen.push(run!.state),
    });
    await sleep(2500);
    assert.equal((await until(job.folder, (run) => run.state === "suspended")).secondsLeft, first.secondsLeft);
    await slurm.call("scontrol", "resume", id);
    await until(job.folder, running(1));
    await slurm.call("scontrol", "requeue", id);
    await ready(job.folder, 2);
    assert.deepEqual(nextSteps(job.folder), ["from outside: requeued", null]);
    await warn(id);
    assert.equal((await waiting)[0]!.state, "completed");
    assert.deepEqual([seen[0], seen.at(-1)], ["suspended", "completed"]);
  });

  test("a job without progress in two attempts is not requeued for ever", async () => {
    const lazy = patient.replace(/trap '.*' USR1 TERM/, "trap 'exit 75' USR1");
    const test = shellJob(root, lazy);
    const { runFolder } = test.job.tasks[0]!;
    const id = await submitJob(test);
    for (const attempt of [1, 2]) {
      await ready(runFolder, attempt);
      await warn(id);
    }
    const end = await until(runFolder, over);
    assert.equal(end.state, "failed");
    assert.equal(end.reason, "again no progress; not requeued");
  });

  test("a job is restarted at most as often as the profile allows", async () => {
    const test = shellJob(root, patient, { profile: { max_restarts: 1 } });
    const { runFolder } = test.job.tasks[0]!;
    const id = await submitJob(test);
    for (const attempt of [1, 2]) {
      await ready(runFolder, attempt);
      await warn(id);
    }
    const end = await until(runFolder, over);
    assert.equal(end.reason, "time is over, but it was restarted as often as max_restarts (1) allows");
  });

  test("where jobs may not be requeued a successor takes over, and what waits for the job waits for it", async () => {
    const first = shellJob(root, [patient, "exit 0"], { profile: { requeue: false } });
    const share = shellJob(root, ["exit 0", "exit 0"], { key: "train-2" });
    const next = shellJob(root, ["exit 0", "exit 0"], {
      key: "test-1",
      waitsFor: ["train-2", "train-1"].map((key) => ({ kind: "aftercorr", job: { key } })),
    });
    const last = shellJob(root, "exit 0", { key: "compare", waitsFor: [{ kind: "afterany", job: { key: "test-1" } }] });
    const [submitted] = await submitJobs([first.job, share.job, next.job, last.job], "test", first.settings);
    const { runFolder } = first.job.tasks[0]!;
    for (const attempt of [1, 2]) {
      const run = await ready(runFolder, attempt);
      assert.equal(run.jobId === `${submitted!.id}_0`, attempt === 1, "a successor has its own id");
      await warn(run.jobId!);
    }
    const end = await until(runFolder, over);
    assert.equal(end.state, "completed", readFileSync(readRecord(runFolder)!.log, "utf8"));
    assert.equal(end.restarts, 2);
    for (const task of [...next.job.tasks, ...last.job.tasks])
      assert.equal((await until(task.runFolder, over)).state, "completed");
    assert.equal(readAttempts(first.job.tasks[1]!.runFolder).length, 1, "the other task ran once");
  });

  test("what waits for a failed job is taken out of the queue", async () => {
    const first = shellJob(root, "exit 3");
    const next = shellJob(root, "exit 0", { key: "test-1", waitsFor: [{ kind: "afterok", job: { key: "train-1" } }] });
    await submitJobs([first.job, next.job], "test", first.settings);
    assert.equal((await until(first.job.folder, over)).state, "failed");
    assert.equal((await until(next.job.folder, over)).state, "cancelled");
  });

  test("a job that runs out of memory gets more, under the same id", {
    skip: !limitsMemory() && "no cgroups",
  }, async () => {
    const needy = "exec node -e 'const a = Buffer.alloc(150e6, 1); setTimeout(() => console.log(a.length), 500)'";
    const test = shellJob(root, needy, { retryOom: 2 });
    const { runFolder } = test.job.tasks[0]!;
    const id = await submitJob(test);
    const end = await until(runFolder, over);
    assert.equal(end.state, "completed", readFileSync(readRecord(runFolder)!.log, "utf8"));
    assert.equal(end.jobId, id);
    assert.equal(nextSteps(runFolder)[0], "out of memory: requeued with 201 MB");
    const plain = shellJob(root, needy);
    await submitJob(plain);
    const failed = await until(plain.job.folder, over);
    assert.equal(failed.state, "out of memory");
  });

  test("a job that SLURM refuses takes those before it back and leaves nothing", async () => {
    const first = shellJob(root, "sleep 60");
    const wrong = shellJob(root, "exit 0", { key: "test-1", resources: { partition: "no-such" } });
    await assert.rejects(submitJobs([first.job, wrong.job], "test", first.settings), (error: CherenkitError) => {
      assert.ok(error instanceof CherenkitError);
      assert.match(error.message, /train "it's" \d+ was not submitted: sbatch failed: .*invalid partition/is);
      return true;
    });
    assert.ok(!existsSync(first.job.folder) && !existsSync(wrong.job.folder));
    assert.ok(!(await slurm.call("squeue", "-h", "-o", "%o")).includes(first.job.folder));
  });

  test("resources are compared with what the cluster has", async () => {
    const ask = (resources: object): Promise<void> => checkResources([shellJob(root, "", { resources }).job]);
    await ask({ partition: "shared-gpu", gpus: "nvidia_rtx_a6000:1", memory: "48GB", time: "12:00:00" });
    await assert.rejects(
      ask({ gpus: "tesla:1" }),
      /no node of partition shared-gpu has the GPUs tesla:1; it has nvidia_rtx_a6000/,
    );
    await assert.rejects(ask({ gpus: "nvidia_rtx_a6000:3" }), /at most 2 of them/);
    await assert.rejects(ask({ partition: "gpu" }), /no partition gpu; it has shared-gpu, cancelling, private-gpu/);
    await assert.rejects(ask({ time: "13:00:00" }), /13 h are asked for, but partition shared-gpu allows 12 h/);
    await assert.rejects(ask({ memory: "1TB" }), /1048576 MB of memory/);
  });

  test("jobs of another user in a shared folder are seen", async () => {
    const { job } = shellJob(root, "");
    const nobody = 65_534;
    const sbatch = ["--parsable", "--output=/dev/null", "--chdir=/", "--wrap=sleep 60"];
    const { stdout } = await promisify(execFile)("sbatch", sbatch, { uid: nobody, gid: nobody });
    await writeRecords(job, stdout.trim(), null, "test");
    assert.equal((await runStatuses([job.folder]))[0]!.state, "lost", "none of our own");
    chownSync(join(job.folder, "job.json"), nobody, nobody);
    assert.match((await runStatuses([job.folder]))[0]!.state, /pending|running/);
    await slurm.call("scancel", stdout.trim());
  });

  test("a run is found by its job's id, by its name and by its folder", async () => {
    const test = shellJob(root, ["exit 0", "exit 0"]);
    const id = await submitJob(test);
    const folders = test.job.tasks.map((task) => task.runFolder);
    assert.deepEqual(new Set(findRuns(id, root)), new Set(folders));
    assert.deepEqual(findRuns(`${id}_1`, root), [folders[1]]);
    assert.deepEqual(findRuns(folders[0]!.split("/").at(-1)!, root), [folders[0]]);
    assert.deepEqual(findRuns(join(root, test.job.tasks[0]!.subject), root), [folders[0]]);
    assert.throws(() => findRuns("nothing", root), /no run is known as nothing/);
    for (const folder of folders) assert.equal((await until(folder, over)).state, "completed");
  });
});

describe("what befalls the whole cluster", { skip: needs.skip }, () => {
  test("stopped while jobs are submitted it takes them back and leaves nothing", async () => {
    const jobs = ["train-1", "test-1", "report-1"].map((key) => shellJob(root, "sleep 60", { key }));
    const submitting = submitJobs(
      jobs.map(({ job }) => job),
      "test",
      jobs[0]!.settings,
    );
    process.kill(process.pid, "SIGHUP");
    await assert.rejects(submitting, /was not submitted: stopped by SIGHUP/);
    const queued = await slurm.call("squeue", "-h", "-o", "%o");
    for (const { job } of jobs) assert.ok(!existsSync(job.folder) && !queued.includes(job.folder));
  });

  test("a preempted job saves itself and goes on, also where SLURM would only cancel it", async () => {
    const jobs = ["shared-gpu", "cancelling"].map((partition) =>
      shellJob(root, patient, { resources: { partition, memory: "20G" } }),
    );
    for (const job of jobs) await submitJob(job);
    const folders = jobs.map(({ job }) => job.folder);
    for (const folder of folders) await ready(folder, 1);
    const words = ["--partition=private-gpu", "--mem=60G", "--time=5", "--output=/dev/null", "--wrap=sleep 1"];
    await slurm.call("sbatch", ...words);
    for (const folder of folders) {
      const run = await ready(folder, 2);
      assert.match(nextSteps(folder)[0]!, /^preempted: (requeued|successor job \d+)$/);
      await warn(run.jobId!);
      assert.equal((await until(folder, over)).state, "completed");
    }
  });

  test("a job whose node fails starts again on its own and goes on from its checkpoint", async () => {
    const test = shellJob(root, `${patient.replace("-ge 3", "-ge 2")}`);
    const folder = test.job.folder;
    await submitJob(test);
    await ready(folder, 1);
    await slurm.call("scontrol", "update", `nodename=${slurm.node}`, "state=down", "reason=test");
    await until(folder, (run) => run.state === "pending");
    // The node cannot be resumed while it still clears up, nor when it has come back by itself.
    for (let tries = 0; tries < 100 && /down/.test(await slurm.call("sinfo", "-h", "-o", "%T")); tries++) {
      await slurm.call("scontrol", "update", `nodename=${slurm.node}`, "state=resume").catch(() => "");
      await sleep(300);
    }
    const end = await until(folder, over);
    assert.equal(end.state, "completed");
    assert.equal(end.restarts, 1);
  });

  test("a controller that does not answer for a moment is asked again, and the job submitted once", async () => {
    const test = shellJob(root, "exit 0");
    await slurm.stopController();
    const submitting = submitJobs([test.job], "test", test.settings, { delaysMs: [1000, 1000, 2000, 5000, 5000] });
    await sleep(1500);
    await slurm.startController();
    const [submitted] = await submitting;
    assert.equal((await until(test.job.folder, over)).jobId, submitted!.id);
    const scripts = (await slurm.call("squeue", "-h", "-a", "-t", "all", "-o", "%o")).split("\n");
    assert.equal(scripts.filter((script) => script === join(test.job.folder, "job.sh")).length, 1);
  });
});

describe("a controller that is away", { skip: needs.skip }, () => {
  test("when a job is to be put back it is asked until it answers, and meanwhile the states are those that runs have noted", async () => {
    const steps = `
[ -e "$run_folder/go" ] && exit 0
until [ -e "$run_folder/go" ]; do sleep 0.1; done
echo 1 > "$run_folder/progress"; exit 75`;
    const jobs = [true, false].map((requeue) => shellJob(root, steps, { profile: { requeue } }));
    const folders = jobs.map(({ job }) => job.folder);
    for (const job of jobs) await submitJob(job);
    for (const folder of folders)
      await until(folder, (run) => run.state === "running" && readAttempts(folder).length > 0);
    await slurm.stopController();
    for (const folder of folders) writeFileSync(join(folder, "go"), "");
    let reason = "";
    const noted = await runStatuses(folders, { onSilence: ({ message }) => (reason = message) });
    assert.match(reason, /squeue failed: .*[Uu]nable to contact slurm controller/);
    assert.deepEqual(
      noted.map(({ state }) => state),
      ["running", "running"],
    );
    await slurm.startController();
    for (const folder of folders) {
      const end = await until(folder, over);
      assert.equal(end.state, "completed", readFileSync(readRecord(folder)!.log, "utf8"));
      assert.equal(end.restarts, 1);
      assert.match(nextSteps(folder)[0]!, /^time is over: (requeued|successor job \d+)$/);
    }
  });
});

describe("several nodes", { skip: needs.skip || (!limitsMemory() && "no cgroups") }, () => {
  test("a node that failed under a job is left out when the job is put back", async () => {
    await slurm.stop();
    slurm = await startOneNodeSlurm(2);
    const test = shellJob(root, patient);
    const folder = test.job.folder;
    const id = await submitJob(test);
    await ready(folder, 1);
    const [failing] = readAttempts(folder);
    await slurm.cutPower(failing!.host);
    await ready(folder, 2);
    await warn(id);
    const end = await until(folder, over);
    assert.equal(end.state, "completed", readFileSync(readRecord(folder)!.log, "utf8"));
    const attempts = readAttempts(folder);
    assert.deepEqual(
      attempts.map(({ host, next }) => [host === failing!.host, next]),
      [
        [true, null],
        [false, `time is over: requeued without ${failing!.host}`],
        [false, "finished"],
      ],
    );
  });

  test("a node that has lost a job twice is left at once when the job comes to it again", async () => {
    await slurm.stop();
    slurm = await startOneNodeSlurm(2);
    const [failing, other] = slurm.nodes as [string, string];
    // Another job has all memory of the other node, so that the job can only start on the failing one.
    const words = ["--parsable", "--partition=shared-gpu", "--output=/dev/null", "--wrap=sleep 600"];
    const filler = await slurm.call("sbatch", ...words, `--nodelist=${other}`, "--mem=65536");
    const filled = async (): Promise<boolean> =>
      (await slurm.call("squeue", "-h", "-j", filler, "-o", "%T")) === "RUNNING";
    while (!(await filled())) await sleep(200);
    const test = shellJob(root, patient);
    const folder = test.job.folder;
    await submitJob(test);
    for (const attempt of [1, 2]) {
      await ready(folder, attempt);
      await slurm.cutPower(failing);
      await slurm.restorePower(failing);
    }
    await until(folder, (run) => run.restarts === 2 && run.state === "pending");
    await slurm.call("scancel", filler);
    const end = await until(folder, over);
    assert.equal(end.state, "completed", readFileSync(readRecord(folder)!.log, "utf8"));
    assert.deepEqual(
      readAttempts(folder).map(({ host, next }) => [host, next]),
      [
        [failing, null],
        [failing, null],
        [failing, `node ${failing} has lost 2 attempts: requeued without ${failing}`],
        [other, "finished"],
      ],
    );
  });
});
