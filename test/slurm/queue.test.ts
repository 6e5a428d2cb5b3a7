import assert from "node:assert/strict";
import { test } from "node:test";
import { missingResources, parseGres, parseSinfo, sinfoFormat } from "../../lib/slurm/partition.js";
import { memoryMB, timeSeconds } from "../../lib/slurm/quantity.js";
import {
  clockSeconds,
  jobState,
  parseSacct,
  parseSqueue,
  type QueuedJob,
  sacctFormat,
  squeueFormat,
  taskIds,
} from "../../lib/slurm/queue.js";
import { remedyFor, slurmEnvironment } from "../../lib/slurm/slurm-command.js";
import {
  newStates,
  reasons,
  recorded,
  recorder,
  sacctElsewhere,
  sinfo,
  sinfoBridges2,
  sinfoHpc2,
  squeueTrace,
} from "./fixtures.js";

const pending =
  /^(DependencyNeverSatisfied|ReqNodeNotAvail, UnavailableNodes:gpu002|Nodes required for job are DOWN, .*)$/;
const held = /^(JobHeldUser|job requeued in held state)$/;

/** By name of the job: its state and reason after 15 s, and when the node has failed. */
const expected: Readonly<Record<string, readonly [string, RegExp | null, string, RegExp | null]>> = {
  "train energy/a": ["running", null, "pending", /^BeginTime$/],
  'it\'s a "b"': ["failed", /^NonZeroExitCode$/, "failed", /^NonZeroExitCode$/],
  "report  two spaces": ["completed", null, "completed", null],
  timeout: ["running", null, "timeout", /^TimeLimit$/],
  oom: ["out of memory", /^OutOfMemory$/, "out of memory", /^OutOfMemory$/],
  held: ["held", held, "held", held],
  later: ["pending", /^BeginTime$/, "pending", /^BeginTime$/],
  "needs it": ["pending", /^Dependency$/, "pending", /^Dependency$/],
  "cancelled before": ["cancelled", null, "cancelled", null],
  "far away": ["pending", pending, "pending", pending],
  never: ["pending", pending, "pending", pending],
  down: ["pending", pending, "pending", pending],
  days: ["running", null, "pending", /^BeginTime$/],
  preempted: ["running", null, "preempted", null],
  "node fails": ["running", null, "node failed", /^NodeDown$/],
};

for (const slurm of recorded) {
  test(`the queue is read as SLURM ${slurm.version} prints it`, () => {
    const first = parseSqueue(slurm.squeueFirst);
    const last = parseSqueue(slurm.squeueLast);
    assert.equal(first.length, slurm.squeueFirst.trimEnd().split("\n").length, "every line is read");
    assert.equal(last.length, slurm.squeueLast.trimEnd().split("\n").length);
    for (const [name, [state, reason, thenState, thenReason]] of Object.entries(expected)) {
      const now = first.find((job) => job.name === name);
      const then = last.find((job) => job.name === name);
      assert.deepEqual([now?.state, then?.state], [state, thenState], name);
      for (const [found, wanted] of [
        [now!.reason, reason],
        [then!.reason, thenReason],
      ] as const) {
        if (wanted === null) assert.equal(found, null, name);
        else assert.match(found!, wanted, name);
      }
    }
    const tasks = first.filter((job) => job.name === "test | with a bar");
    assert.deepEqual(
      new Map(tasks.map(({ id, state }) => [id, state])),
      new Map([["2_0", "running"], ...[1, 2, 3, 4, 5].map((task) => [`2_${task}`, "pending"] as const)]),
    );
    // Whether these have come to their end after 15 s differs from one recording to the other.
    const stateIn = (jobs: readonly QueuedJob[], name: string): string => jobs.find((job) => job.name === name)!.state;
    assert.ok(["running", "pending"].includes(stateIn(first, "requeued")));
    assert.ok(["running", "cancelled"].includes(stateIn(first, "cancelled=yes")));
    assert.deepEqual(
      ["requeued", "requeued, held", "cancelled=yes", "deadline"].map((name) => stateIn(last, name)),
      ["pending", "held", "cancelled", "timeout"],
    );
    const running = first.find((job) => job.name === "days")!;
    assert.equal(running.nodes, "gpu001");
    assert.ok(Math.abs(running.secondsLeft! - 6 * 86_400) < 60);
    assert.ok(first.every(({ state, secondsLeft }) => state === "running" || secondsLeft === null));
  });

  test(`accounting is read as SLURM ${slurm.version} prints it`, () => {
    const jobs = parseSacct(slurm.sacct);
    const states = new Map(jobs.map(({ name, state }) => [name, state]));
    const shown = ["it's a `b`", "report  two spaces", "timeout", "oom", "held", "cancelled=yes", "preempted"];
    assert.deepEqual(
      [...shown, "node fails", "deadline"].map((name) => states.get(name)),
      [
        ...["failed", "completed", "timeout", "out of memory", "pending", "cancelled", "preempted"],
        "node failed",
        "timeout",
      ],
    );
    const tasks = jobs.filter(({ name }) => name === "test | with a bar");
    assert.deepEqual(tasks.map(({ id }) => id).sort(), ["2_0", "2_1", "2_2", "2_3", "2_4", "2_5"]);
    assert.deepEqual(
      [states.get("cancelled before"), jobs.find(({ name }) => name === "cancelled before")!.nodes],
      ["cancelled", null],
    );
  });

  test(`partitions and refusals are understood as SLURM ${slurm.version} tells them`, () => {
    const groups = parseSinfo(slurm.sinfo);
    const ask = (wanted: object): string[] =>
      missingResources({ partition: null, gpus: null, cpus: null, memory: null, time: null, ...wanted }, groups);
    assert.deepEqual(ask({}), []);
    assert.deepEqual(ask({ gpus: "nvidia_geforce_rtx_3090:8", memory: "500000", time: "12:00:00" }), []);
    assert.deepEqual(ask({ gpus: "nvidia_rtx_a6000:2", memory: "16000" }), []);
    assert.deepEqual(ask({ partition: "private-gpu", gpus: "4", cpus: 64 }), []);
    assert.match(ask({ gpus: "nvidia_rtx_a6000:1", memory: "17G" })[0]!, /at most 16000 MB/);
    assert.match(ask({ gpus: "nvidia_rtx_a6000:3" })[0]!, /at most 2 of them/);
    assert.match(ask({ time: "1-00:00:00" })[0]!, /24 h are asked for, but partition shared-gpu allows 12 h/);
    assert.match(ask({ partition: "debug-cpu", gpus: "1" })[0]!, /it has no GPUs/);
    assert.match(ask({ partition: "bigmem" })[0]!, /partition bigmem is down/);
    assert.match(ask({ partition: "empty", gpus: "1" })[0]!, /it has no GPUs/);
    const said = new Map(slurm.refused.split(/^sbatch (?=-)/m).map((part) => [part.split("\n")[0]!, part]));
    assert.match(remedyFor(said.get("-p nowhere")!)!, /sinfo -s lists them/);
    assert.match(remedyFor(said.get("-t 99-00")!)!, /shorter time/);
    assert.match(remedyFor(said.get("--mem=900G")!)!, /so much memory/);
    assert.match(remedyFor(said.get("--gpus=nvidia_rtx_a6000:9")!)!, /so many GPUs/);
    // The oldest one takes a job that waits for one which is not there, and never starts it.
    const unknown = said.get("-d afterok:99999")!;
    if (/error/.test(unknown)) assert.match(remedyFor(unknown)!, /--after/);
    else assert.equal(slurm.version, "22.05.8");
  });
}

test("what was recorded are the answers to our own questions", () => {
  for (const format of [squeueFormat, sacctFormat, sinfoFormat]) assert.ok(recorder.includes(format), format);
});

test("queue and accounting of other clusters are read, and what is none is passed over", () => {
  assert.deepEqual(
    parseSqueue(squeueTrace).map(({ state, reason, nodes, secondsLeft }) => [state, reason, nodes, secondsLeft]),
    [
      ["pending", "Resources", null, null],
      ["pending", "Priority", null, null],
      ["pending", "Dependency", null, null],
      ["running", null, "trace02", 86_305],
      ["running", null, "trace13", 85_513],
    ],
  );
  assert.deepEqual(parseSqueue("garbage\n\n"), []);
  const [endless] = parseSqueue("13|RUNNING|UNLIMITED|node[001-002]|None|long");
  assert.equal(endless!.secondsLeft, null, "it has no limit");
  const jobs = parseSacct(sacctElsewhere);
  assert.deepEqual(
    jobs.map(({ id, state }) => [id, state]),
    [
      ["44234847", "completed"],
      ["44236031", "cancelled"],
      ["44237845", "cancelled"],
      ["44237847", "failed"],
      ["615420", "running"],
      ["615421", "pending"],
      ["4716", "cancelled"],
    ],
  );
  assert.deepEqual([jobs[0]!.nodes, jobs[1]!.nodes], ["r181", null]);
});

test("a cancelled job tells why or by whom, not for what it had waited", () => {
  const reasonOf = (reason: string): string | null => parseSqueue(`7|CANCELLED|0:00||${reason}|x`)[0]!.reason;
  for (const waited of ["JobHeldUser", "Priority", "Resources", "Dependency", "JobArrayTaskLimit", "None"])
    assert.equal(reasonOf(waited), null, waited);
  assert.equal(reasonOf("DependencyNeverSatisfied"), "DependencyNeverSatisfied");
  const byWhom = (user: number): string | null => parseSacct(`7|CANCELLED by ${user}|gpu001|x`)[0]!.reason;
  const own = process.getuid!();
  assert.equal(byWhom(own), null);
  assert.equal(byWhom(own + 1234), `by user ${own + 1234}`);
  if (own !== 0) assert.equal(byWhom(0), "by root");
  assert.equal(parseSacct("7|COMPLETED|gpu001|x")[0]!.reason, null);
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

test("what other clusters print is understood: names with hyphens, no limit, unequal nodes", () => {
  const nothing = { partition: null, gpus: null, cpus: null, memory: null, time: null };
  const bridges = parseSinfo(sinfoBridges2);
  const ask = (wanted: object): string[] => missingResources({ ...nothing, ...wanted }, bridges);
  assert.deepEqual(ask({ partition: "GPU", gpus: "v100-32:16", time: "7-00:00:00" }), []);
  assert.match(ask({ partition: "GPU", gpus: "h100-80:9" })[0]!, /at most 8 of them/);
  assert.match(ask({ partition: "applications", time: "9:00:00" })[0]!, /allows 8 h/);
  const [debug, , rent] = parseSinfo(sinfoHpc2);
  assert.deepEqual([debug!.isDefault, debug!.cpus, debug!.limitSeconds, rent!.isDefault], [false, 64, 1800, true]);
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
