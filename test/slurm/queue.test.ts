import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryMB, timeSeconds } from "../../lib/slurm/cluster-profile.js";
import { missingResources, parseGres, parseSinfo } from "../../lib/slurm/partition.js";
import { clockSeconds, jobState, parseSacct, parseSqueue, taskIds } from "../../lib/slurm/queue.js";
import { slurmEnvironment } from "../../lib/slurm/slurm-command.js";
import {
  newStates,
  reasons,
  sacct,
  sinfo,
  sinfoBridges2,
  sinfoHpc2,
  squeue2205,
  squeue2505,
  squeueTrace,
} from "./fixtures.js";

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
  const campus = parseSqueue(squeueTrace);
  assert.deepEqual(
    campus.map(({ state, reason, nodes, secondsLeft }) => [state, reason, nodes, secondsLeft]),
    [
      ["pending", "Resources", null, null],
      ["pending", "Priority", null, null],
      ["pending", "Dependency", null, null],
      ["running", null, "trace02", 86_305],
      ["running", null, "trace13", 85_513],
    ],
  );
  const newer = parseSqueue(squeue2505);
  assert.deepEqual(
    newer.map(({ id, state }) => [id, state]),
    [
      ["1_0", "pending"],
      ["1_1", "pending"],
    ],
  );
  assert.match(newer[0]!.reason!, /^Nodes required for job are DOWN, .* partitions$/);
  assert.deepEqual(parseSqueue("garbage\n\n"), []);
});

test("accounting is read", () => {
  const jobs = new Map(parseSacct(sacct).map((job) => [job.id, job.state]));
  assert.deepEqual(Object.fromEntries(jobs), {
    "4715": "preempted",
    "4716": "cancelled",
    "4717": "node failed",
    "615420": "running",
    "615421": "pending",
    "44234847": "completed",
    "44236031": "cancelled",
    "44237845": "cancelled",
    "44237847": "failed",
    "44809480": "timeout",
    "4712_0": "out of memory",
    "4712_1": "pending",
    "4712_2": "pending",
    "4712_3": "pending",
  });
  const [first, never] = parseSacct(sacct);
  assert.deepEqual([first!.nodes, never!.nodes], ["r181", null]);
});

test("states that came with newer versions are known, and a threshold holds no job", () => {
  for (const [word, state] of Object.entries(newStates)) assert.equal(jobState(word), state, word);
  for (const [reason, state] of Object.entries(reasons)) {
    const [job] = parseSqueue(`1|PENDING|5:00||${reason}|x`);
    assert.equal(job!.state, state, reason);
  }
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
  assert.deepEqual(parseGres("gpu:a100:no_consume:4,shard:gpu:4"), new Map([["a100", 4]]));
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

test("what other clusters print is understood: names with hyphens, no limit, unequal nodes, a partition without nodes", () => {
  const nothing = { partition: null, gpus: null, cpus: null, memory: null, time: null };
  const bridges = parseSinfo(sinfoBridges2);
  const ask = (wanted: object): string[] => missingResources({ ...nothing, ...wanted }, bridges);
  assert.deepEqual(ask({ partition: "GPU", gpus: "v100-32:16", time: "7-00:00:00" }), []);
  assert.match(ask({ partition: "GPU", gpus: "h100-80:9" })[0]!, /at most 8 of them/);
  assert.match(ask({ partition: "applications", time: "9:00:00" })[0]!, /allows 8 h/);
  const [debug, , rent, empty] = parseSinfo(sinfoHpc2);
  assert.deepEqual([debug!.isDefault, debug!.cpus, debug!.limitSeconds, rent!.isDefault], [false, 64, 1800, true]);
  assert.deepEqual([empty!.memoryMB, empty!.limitSeconds], [0, null]);
  assert.match(
    missingResources({ ...nothing, partition: "gpu", gpus: "1" }, parseSinfo(sinfoHpc2))[0]!,
    /it has no GPUs/,
  );
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
