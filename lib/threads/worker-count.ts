import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";

/** Where limits are read from; tests give their own. */
export interface CoreSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Cores that the scheduler may use for this process (its affinity). */
  readonly affinity: number;
  /** Content of a file, or null. */
  readonly read: (path: string) => string | null;
}

function readFile(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

const wholeNumber = (text: string | undefined | null): number | null =>
  text && /^\d+$/.test(text.trim()) ? Number(text) : null;

/** Cores that quota and period give; null when there is no limit. */
function quotaCores(quota: number | null, period: number | null): number | null {
  return quota !== null && period !== null && period > 0 && quota > 0 ? quota / period : null;
}

/** Least limit of a control group and of the groups around it. */
function groupLimit(root: string, group: string, limit: (folder: string) => number | null): number | null {
  let least: number | null = null;
  for (let path = group; ; path = dirname(path)) {
    const found = limit(join(root, path));
    if (found !== null) least = Math.min(least ?? found, found);
    if (path === "/" || path === ".") return least;
  }
}

/** Cores that the control groups of version 1 and 2 leave to this process; null without a limit. */
function controlGroupCores({ read }: CoreSources): number | null {
  const limits: number[] = [];
  for (const line of (read("/proc/self/cgroup") ?? "").split("\n")) {
    const [, controllers, group] = line.match(/^\d+:([^:]*):(.*)$/) ?? [];
    if (controllers === undefined || group === undefined) continue;
    const found =
      controllers === ""
        ? groupLimit("/sys/fs/cgroup", group, (folder) => {
            const [quota, period] = (read(join(folder, "cpu.max")) ?? "").trim().split(" ");
            return quotaCores(wholeNumber(quota), wholeNumber(period));
          })
        : controllers.split(",").includes("cpu")
          ? groupLimit(`/sys/fs/cgroup/${controllers}`, group, (folder) =>
              quotaCores(
                wholeNumber(read(join(folder, "cpu.cfs_quota_us"))),
                wholeNumber(read(join(folder, "cpu.cfs_period_us"))),
              ),
            )
          : null;
    if (found !== null) limits.push(found);
  }
  return limits.length > 0 ? Math.min(...limits) : null;
}

/**
 * Cores that belong to this process: the least of its affinity, what SLURM gave to the task, and the limits of its control
 * groups; at least one. A node's other cores belong to other jobs.
 */
export function ownedCores(
  sources: CoreSources = { env: process.env, affinity: availableParallelism(), read: readFile },
): number {
  const { env, affinity } = sources;
  const slurm = wholeNumber(env.SLURM_CPUS_PER_TASK) ?? wholeNumber(env.SLURM_CPUS_ON_NODE);
  const limits = [affinity, slurm, controlGroupCores(sources)].filter((limit) => limit !== null);
  return Math.max(1, Math.floor(Math.min(...limits)));
}

/** Threads that read images: as many as wanted, or one for each core of this process, at most eight. */
export function workerCount(wanted = 0): number {
  return wanted > 0 ? wanted : Math.min(8, ownedCores());
}
