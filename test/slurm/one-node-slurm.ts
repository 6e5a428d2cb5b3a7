import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "../free-port.js";

const path = `${process.env.PATH}:/usr/sbin:/sbin`;
const run = promisify(execFile);

function found(command: string): boolean {
  return path.split(":").some((folder) => existsSync(join(folder, command)));
}

/** Option for `test`: runs where SLURM's daemons are installed and may be started, else skips and says why. */
export function needsSlurm(): { skip: string | false } {
  const missing = ["slurmctld", "slurmd", "sbatch", "munged"].filter((command) => !found(command));
  if (missing.length > 0) return { skip: `SLURM is not installed here (no ${missing.join(", ")})` };
  if (process.getuid?.() !== 0) return { skip: "a SLURM of one node can only be started by root" };
  return { skip: false };
}

/** True when memory limits are enforced by cgroups here, so that a job can run out of memory. */
export function limitsMemory(): boolean {
  return ["freezer", "memory", "cpuset"].every((name) => {
    try {
      accessSync(`/sys/fs/cgroup/${name}`, constants.W_OK);
      return readFileSync("/proc/mounts", "utf8").includes(` /sys/fs/cgroup/${name} cgroup `);
    } catch {
      return false;
    }
  });
}

const common = readFileSync(new URL("../../../test/slurm/common.conf", import.meta.url), "utf8");

function configuration(root: string, host: string, nodes: readonly string[], ports: readonly number[]): string {
  const cgroups = limitsMemory();
  const machines = nodes.map(
    (node, i) =>
      `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[i + 1]} CPUs=64 Boards=1 SocketsPerBoard=1 CoresPerSocket=64 ThreadsPerCore=1 RealMemory=65536 Gres=gpu:nvidia_rtx_a6000:2 State=UNKNOWN`,
  );
  return `${common.replaceAll("@ROOT@", root).replaceAll("@HOST@", host)}
SlurmctldPort=${ports[0]}
SwitchType=switch/none
ProctrackType=proctrack/${cgroups ? "cgroup" : "linuxproc"}
TaskPlugin=task/${cgroups ? "cgroup" : "none"}
GresTypes=gpu
# A late answer must not bring a node back that has just failed.
ReturnToService=0
KillWait=15
AccountingStorageType=accounting_storage/none
PreemptMode=REQUEUE
${machines.join("\n")}
PartitionName=shared-gpu Nodes=${nodes.join(",")} Default=YES MaxTime=12:00:00 DefaultTime=00:10:00 PriorityTier=10 GraceTime=10
PartitionName=cancelling Nodes=${nodes.join(",")} MaxTime=12:00:00 DefaultTime=00:10:00 PriorityTier=10 GraceTime=10 PreemptMode=CANCEL
PartitionName=private-gpu Nodes=${nodes.join(",")} MaxTime=7-00:00:00 DefaultTime=00:10:00 PriorityTier=20 PreemptMode=OFF
`;
}

/** A running SLURM on this machine, whose nodes have two pretended GPUs of type nvidia_rtx_a6000. */
export interface OneNodeSlurm {
  /** The first node. */
  readonly node: string;
  readonly nodes: readonly string[];
  /** Calls a SLURM command and returns what it prints. */
  call(command: string, ...words: string[]): Promise<string>;
  /** Stops the controller, and starts it again. */
  stopController(): Promise<void>;
  startController(): Promise<void>;
  /** Ends a node as if its power failed: its daemon and all that runs there, with cgroups only. */
  cutPower(node: string): Promise<void>;
  /** Starts the daemon of such a node again and waits until jobs may run there. */
  restorePower(node: string): Promise<void>;
  stop(): Promise<void>;
}

const alive = (pid: number): boolean => {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};

/** Processes in the cgroups of a node. */
function processesOf(node: string): number[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cgroup`, "utf8").includes(`/slurm_${node}/`)
        ? [Number(name)]
        : [];
    } catch {
      return []; // it has just ended
    }
  });
}

async function endProcess(pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8"));
  for (let tries = 0; pid > 1 && alive(pid) && tries < 150; tries++) {
    process.kill(pid, tries < 100 ? "SIGTERM" : "SIGKILL");
    await sleep(100);
  }
  rmSync(pidFile, { force: true });
}

/**
 * Starts munge, the controller and the daemon of each node in a folder of their own; this process's `SLURM_CONF` then names
 * them. Nothing outside that folder is touched.
 */
export async function startOneNodeSlurm(count = 1): Promise<OneNodeSlurm> {
  const root = mkdtempSync(join(tmpdir(), "cherenkit-slurm-"));
  execFileSync("chmod", ["755", root]);
  const host = hostname().split(".")[0]!;
  // SLURM names a job's cgroups after node and job id alone: clusters that run side by side, each with a job 1, would
  // kill each other's jobs if their nodes had the same name.
  const name = `node${basename(root).split("-").at(-1)}`.toLowerCase();
  const nodes = Array.from({ length: count }, (_, i) => `${name}${"abc"[i]}`);
  for (const folder of ["state", "dev"]) mkdirSync(join(root, folder));
  const conf = join(root, "slurm.conf");
  const ports = await Promise.all(Array.from({ length: count + 1 }, freePort));
  writeFileSync(conf, configuration(root, host, nodes, ports));
  const devices = [0, 1].map((number) => {
    const device = join(root, "dev", `nvidia${number}`);
    try {
      execFileSync("mknod", ["-m", "666", device, "c", "1", "3"], { stdio: "ignore" });
    } catch {
      writeFileSync(device, "");
    }
    return `NodeName=${nodes.join(",")} Name=gpu Type=nvidia_rtx_a6000 File=${device}`;
  });
  writeFileSync(join(root, "gres.conf"), `${devices.join("\n")}\n`);
  writeFileSync(
    join(root, "cgroup.conf"),
    "CgroupPlugin=cgroup/v1\nCgroupMountpoint=/sys/fs/cgroup\nConstrainRAMSpace=yes\nConstrainSwapSpace=no\nConstrainCores=no\nConstrainDevices=no\n",
  );
  writeFileSync(join(root, "munge.key"), randomBytes(1024), { mode: 0o600 });

  const env = { ...process.env, PATH: path, SLURM_CONF: conf };
  const call = async (command: string, ...words: string[]): Promise<string> =>
    (await run(command, words, { env })).stdout.trim();
  const munge = [
    "key-file=munge.key",
    "socket=munge.sock",
    "pid-file=munged.pid",
    "log-file=munged.log",
    "seed-file=munged.seed",
  ];
  await call("munged", "--force", ...munge.map((item) => `--${item.replace("=", `=${root}/`)}`));
  const startController = async (): Promise<void> => {
    await call("slurmctld", "-f", conf, "-i");
    for (let tries = 0; tries < 200; tries++) {
      const state = await call("sinfo", "-h", "-o", "%T").catch(() => "");
      if (/idle|mixed|allocated/.test(state) && !/down|drain|unk/.test(state)) return;
      if (/down|drain/.test(state))
        await call("scontrol", "update", `nodename=${nodes.join(",")}`, "state=resume").catch(() => "");
      await sleep(100);
    }
    throw new Error(`SLURM did not start:\n${readFileSync(join(root, "slurmctld.log"), "utf8").slice(-2000)}`);
  };
  const stop = async (): Promise<void> => {
    await call("scancel", "-u", "root").catch(() => "");
    for (let tries = 0; tries < 200; tries++) {
      if ((await call("squeue", "-h", "-t", "R,CG", "-o", "%i").catch(() => "")) === "") break;
      await sleep(100);
    }
    for (const name of [...nodes.map((node) => `slurmd-${node}`), "slurmctld", "munged"])
      await endProcess(join(root, `${name}.pid`));
    for (const [controller, node] of ["freezer", "memory", "cpuset"].flatMap((c) => nodes.map((n) => [c, n])))
      execFileSync("sh", [
        "-c",
        `find /sys/fs/cgroup/${controller}/slurm_${node} -depth -type d -exec rmdir {} + 2>/dev/null || true`,
      ]);
    rmSync(root, { recursive: true, force: true });
  };
  const cutPower = async (node: string): Promise<void> => {
    const end = (pid: number): void => {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
    };
    end(Number(readFileSync(join(root, `slurmd-${node}.pid`), "utf8")));
    for (let pids = processesOf(node); pids.length > 0; pids = processesOf(node)) {
      pids.forEach(end);
      await sleep(50);
    }
    await call("scontrol", "update", `nodename=${node}`, "state=down", "reason=power");
  };
  const restorePower = async (node: string): Promise<void> => {
    await call("slurmd", "-f", conf, "-N", node);
    for (let tries = 0; tries < 200; tries++) {
      if (/^(idle|mixed|allocated)$/.test(await call("sinfo", "-h", "-n", node, "-p", "shared-gpu", "-o", "%T")))
        return;
      // Not while it still clears up.
      await call("scontrol", "update", `nodename=${node}`, "state=resume").catch(() => "");
      await sleep(200);
    }
    throw new Error(`${node} did not come back:\n${readFileSync(join(root, "slurmctld.log"), "utf8").slice(-2000)}`);
  };
  for (const node of nodes) await call("slurmd", "-f", conf, "-N", node);
  await startController();
  process.env.SLURM_CONF = conf;
  return {
    node: nodes[0]!,
    nodes,
    call,
    cutPower,
    restorePower,
    startController,
    stopController: () => endProcess(join(root, "slurmctld.pid")),
    stop,
  };
}
