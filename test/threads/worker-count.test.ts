import assert from "node:assert/strict";
import { test } from "node:test";
import { ownedCores, workerCount } from "../../lib/threads/worker-count.js";

/** Cores with some environment and some files, on a node of 64. */
function cores(env: Record<string, string>, files: Record<string, string> = {}, affinity = 64): number {
  return ownedCores({ env, affinity, read: (path) => files[path] ?? null });
}

test("without limits a process has the cores of its affinity", () => {
  assert.equal(cores({}), 64);
  assert.equal(cores({}, {}, 3), 3);
});

test("a SLURM job has the cores of its task, else those of its share of the node", () => {
  assert.equal(cores({ SLURM_CPUS_PER_TASK: "4", SLURM_CPUS_ON_NODE: "16" }), 4);
  assert.equal(cores({ SLURM_CPUS_ON_NODE: "16" }), 16);
  assert.equal(cores({ SLURM_CPUS_PER_TASK: "4" }, {}, 2), 2);
  assert.equal(cores({ SLURM_CPUS_PER_TASK: "many" }), 64);
});

test("the quota of a control group of version 2, or of one around it, counts", () => {
  const group = { "/proc/self/cgroup": "0::/system.slice/job_7/step_0\n" };
  const quota = (path: string, text: string): Record<string, string> => ({
    ...group,
    [`/sys/fs/cgroup${path}/cpu.max`]: text,
  });
  assert.equal(cores({}, quota("/system.slice/job_7/step_0", "200000 100000\n")), 2);
  assert.equal(cores({}, quota("/system.slice/job_7", "350000 100000\n")), 3);
  assert.equal(cores({}, quota("/system.slice/job_7", "max 100000\n")), 64);
  assert.equal(cores({}, quota("", "50000 100000\n")), 1);
  assert.equal(cores({ SLURM_CPUS_PER_TASK: "2" }, quota("/system.slice", "800000 100000\n")), 2);
});

test("the quota of a control group of version 1 counts", () => {
  const files = {
    "/proc/self/cgroup": "12:memory:/docker/a\n4:cpu,cpuacct:/docker/a\n0::/\n",
    "/sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_quota_us": "600000\n",
    "/sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_period_us": "100000\n",
  };
  assert.equal(cores({}, files), 6);
  assert.equal(cores({}, { ...files, "/sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_quota_us": "-1\n" }), 64);
});

test("this machine gives at least one core, and threads are as many as wanted", () => {
  assert.ok(ownedCores() >= 1);
  assert.ok(workerCount() >= 1 && workerCount() <= 8);
  assert.equal(workerCount(13), 13);
});
