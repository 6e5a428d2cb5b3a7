import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryMB, timeSeconds } from "../../lib/slurm/cluster-profile.js";
import { missingResources, parseGres, parseSinfo } from "../../lib/slurm/partition.js";
import { clockSeconds, jobState, parseSacct, parseSqueue, taskIds } from "../../lib/slurm/queue.js";
import { slurmEnvironment } from "../../lib/slurm/slurm-command.js";
import { sacct, sinfo, squeue2205, squeue2405 } from "./fixtures.js";

test("the queue is read, whatever the version of SLURM and the names of jobs", () => {
  const old = new Map(parseSqueue(squeue2205).map((job) => [job.id, job]));
  assert.deepEqual([...old.keys()], ["7_0", "7_2", "8_0", "8_1", "8_2", "9", "10", "11", "12", "13", "14"]);
  assert.equal(old.get("8_1")!.name, "test | with a bar");
  assert.equal(old.get("8_1")!.reason, "Dependency");
  assert.equal(old.get("7_2")!.secondsLeft, 571);
  assert.equal(old.get("9")!.secondsLeft, null, "it does not run");
  assert.equal(old.get("10")!.state, "running");
  assert.equal(old.get("12")!.state, "held");
  assert.equal(old.get("13")!.secondsLeft, null, "it has no limit");
  const states = parseSqueue(squeue2405).map((job) => job.state);
  assert.deepEqual(states, ["running", "pending", "node failed", "out of memory", "held"]);
  assert.deepEqual(parseSqueue("garbage\n\n"), []);
});

test("accounting is read", () => {
  const jobs = new Map(parseSacct(sacct).map((job) => [job.id, job.state]));
  assert.deepEqual(Object.fromEntries(jobs), {
    "4711": "completed",
    "4712_0": "cancelled",
    "4712_1": "pending",
    "4712_2": "pending",
    "4712_3": "pending",
    "4713": "out of memory",
    "4714": "timeout",
    "4715": "preempted",
    "4716": "cancelled",
  });
});

test("states, times, sizes and task lists of SLURM", () => {
  assert.equal(jobState("CANCELLED by 0"), "cancelled");
  assert.equal(jobState("PD"), "pending");
  assert.equal(jobState("SOMETHING_NEW"), "failed");
  assert.equal(clockSeconds("1-02:03:04"), 93_784);
  assert.equal(clockSeconds("INVALID"), null);
  assert.deepEqual(taskIds("5_[0-2,7%4]"), ["5_0", "5_1", "5_2", "5_7"]);
  assert.deepEqual(taskIds("5_[0-6:3]"), ["5_0", "5_3", "5_6"]);
  assert.equal(timeSeconds("90"), 5400);
  assert.equal(timeSeconds("1:30"), 90);
  assert.equal(timeSeconds("12:00:00"), 43_200);
  assert.equal(timeSeconds("1-12"), 129_600);
  assert.equal(memoryMB("48GB"), 49_152);
  assert.equal(memoryMB("2000"), 2000);
  assert.deepEqual(parseGres("gpu:nvidia_rtx_a6000:4(S:0-1),lscratch:1"), new Map([["nvidia_rtx_a6000", 4]]));
  assert.deepEqual(parseGres("gpu:4"), new Map([["gpu", 4]]));
  assert.deepEqual(parseGres("(null)"), new Map());
});

test("what a cluster cannot give is said, with what it has", () => {
  const groups = parseSinfo(sinfo);
  const ask = (wanted: object): string[] =>
    missingResources({ partition: null, gpus: null, cpus: null, memory: null, time: null, ...wanted }, groups);
  assert.deepEqual(ask({}), []);
  const baobab = { partition: "shared-gpu", gpus: "nvidia_rtx_a6000:1", memory: "48GB", time: "12:00:00" };
  assert.deepEqual(ask(baobab), []);
  assert.match(ask({ ...baobab, memory: "600G" })[0]!, /at most 512000 MB/);
  assert.match(ask({ ...baobab, gpus: "nvidia_rtx_a6000:5" })[0]!, /at most 4 of them/);
  assert.match(ask({ time: "1:00:00" })[0]!, /1 h are asked for, but partition debug-cpu allows 0.25 h/);
  assert.match(ask({ partition: "bigmem" })[0]!, /is down/);
  assert.match(ask({ partition: "shared" })[0]!, /no partition shared; it has debug-cpu, shared-gpu/);
  assert.match(ask({ gpus: "1" })[0]!, /it has no GPUs/);
  assert.deepEqual(ask({ partition: "private-gpu", gpus: "2", cpus: 64 }), []);
});

test("a user's settings for SLURM's commands do not reach our calls", () => {
  const environment = slurmEnvironment({
    PATH: "/bin",
    SLURM_CONF: "/etc/slurm.conf",
    SQUEUE_FORMAT: "%A",
    SLURM_TIME_FORMAT: "relative",
    SBATCH_PARTITION: "other",
    SLURM_JOB_ID: "7",
    SACCT_FORMAT: "JobID",
  });
  assert.deepEqual(environment, { PATH: "/bin", SLURM_CONF: "/etc/slurm.conf" });
});
