import { ConfigError } from "../errors.js";
import type { Resources } from "./cluster-profile.js";
import { memoryMB, timeSeconds } from "./quantity.js";
import { clockSeconds } from "./queue.js";
import { type CallOptions, slurm } from "./slurm-command.js";

/** Nodes of one kind in a partition, as `sinfo` tells them. */
export interface NodeGroup {
  readonly partition: string;
  readonly isDefault: boolean;
  readonly up: boolean;
  /** Longest time of a job; null = none. */
  readonly limitSeconds: number | null;
  /** GPUs of a node by type; a GPU without type is `gpu`. */
  readonly gpus: ReadonlyMap<string, number>;
  readonly memoryMB: number;
  readonly cpus: number;
}

export const sinfoFormat = "%P|%a|%l|%m|%c|%G";

/** `gpu:nvidia_rtx_a6000:2(S:0-1),lscratch:1`, `gpu:a100:no_consume:4`, `gpu:4`, `(null)`. */
export function parseGres(text: string): Map<string, number> {
  const gpus = new Map<string, number>();
  for (const item of text.replace(/\([^)]*\)|:no_consume/g, "").split(",")) {
    const match = item.match(/^gpu(?::([^:]+?))?(?::(\d+))?$/);
    if (!match) continue;
    const [, first, count] = match;
    const typed = first !== undefined && !/^\d+$/.test(first);
    const name = typed ? first : "gpu";
    gpus.set(name, (gpus.get(name) ?? 0) + Number(typed ? (count ?? 1) : (first ?? count ?? 1)));
  }
  return gpus;
}

/** What `sinfo -h -e -o '%P|%a|%l|%m|%c|%G'` printed. */
export function parseSinfo(text: string): NodeGroup[] {
  return text.split("\n").flatMap((line): NodeGroup[] => {
    const parts = line.trim().split("|");
    if (parts.length < 6) return [];
    const [partition, available, limit, memory, cpus, gres] = parts as [string, string, string, string, string, string];
    return [
      {
        partition: partition.replace(/\*$/, ""),
        isDefault: partition.endsWith("*"),
        up: available === "up",
        limitSeconds: clockSeconds(limit),
        gpus: parseGres(gres),
        memoryMB: Number.parseInt(memory, 10) || 0,
        cpus: Number.parseInt(cpus, 10) || 0,
      },
    ];
  });
}

const hours = (seconds: number): string => `${Number((seconds / 3600).toFixed(2))} h`;

function fewestOfType(group: NodeGroup, type: string | null): number {
  if (type !== null) return group.gpus.get(type) ?? 0;
  return [...group.gpus.values()].reduce((sum, count) => sum + count, 0);
}

/**
 * Says what a cluster cannot give of what a job asks; [] when a node of the partition can run it.
 * The partition's name, its time limit, GPU type and count, memory and cores are looked at.
 */
export function missingResources(wanted: Resources, groups: readonly NodeGroup[]): string[] {
  const names = [...new Set(groups.map((group) => group.partition))];
  const chosen = wanted.partition?.split(",") ?? groups.filter((group) => group.isDefault).map((g) => g.partition);
  if (chosen.length === 0)
    return [`no partition is given and the cluster has no default one; it has ${names.join(", ")}`];
  const unknown = chosen.filter((name) => !names.includes(name));
  if (unknown.length > 0) return [`the cluster has no partition ${unknown.join(", ")}; it has ${names.join(", ")}`];
  const here = groups.filter((group) => chosen.includes(group.partition));
  const where = `partition ${[...new Set(chosen)].join(", ")}`;
  const problems: string[] = [];
  if (here.every((group) => !group.up)) problems.push(`${where} is down`);
  const seconds = wanted.time === null ? null : timeSeconds(wanted.time);
  const longest = here.reduce((most, group) => Math.max(most, group.limitSeconds ?? Number.POSITIVE_INFINITY), 0);
  if (seconds !== null && seconds > longest)
    problems.push(`${hours(seconds)} are asked for, but ${where} allows ${hours(longest)}`);
  const [type, count] = wanted.gpus === null ? [null, 0] : gpuRequest(wanted.gpus);
  const types = [...new Set(here.flatMap((group) => [...group.gpus.keys()]))];
  const withGpus = here.filter((group) => fewestOfType(group, type) >= count);
  if (withGpus.length === 0) {
    const most = Math.max(0, ...here.map((group) => fewestOfType(group, type)));
    const what = most > 0 ? `its nodes have at most ${most} of them` : `it has ${types.join(", ") || "no GPUs"}`;
    problems.push(`no node of ${where} has the GPUs ${wanted.gpus}; ${what}`);
  }
  const memory = wanted.memory === null ? 0 : (memoryMB(wanted.memory) ?? 0);
  const most = Math.max(0, ...withGpus.map((group) => group.memoryMB));
  if (withGpus.length > 0 && memory > most)
    problems.push(`${memory} MB of memory are asked for, but the nodes of ${where} have at most ${most} MB`);
  const cores = Math.max(0, ...withGpus.map((group) => group.cpus));
  if (withGpus.length > 0 && (wanted.cpus ?? 0) > cores)
    problems.push(`${wanted.cpus} cores are asked for, but the nodes of ${where} have at most ${cores}`);
  return problems;
}

/** `nvidia_rtx_a6000:1` → type and count; `2` → any type. */
function gpuRequest(text: string): [string | null, number] {
  const at = text.lastIndexOf(":");
  return at < 0 ? [null, Number(text)] : [text.slice(0, at), Number(text.slice(at + 1))];
}

/** What the cluster has, of all partitions. @throws {SlurmError} */
export async function nodeGroups(options: CallOptions = {}): Promise<NodeGroup[]> {
  return parseSinfo(await slurm("sinfo", ["-h", "-e", "-o", sinfoFormat], options));
}

/** @throws {ConfigError} naming everything that the cluster cannot give. */
export async function checkResources(
  wanted: readonly { readonly stage: string; readonly resources: Resources }[],
  asked: Promise<readonly NodeGroup[]> = nodeGroups(),
): Promise<void> {
  const groups = await asked;
  const problems = wanted.flatMap(({ stage, resources }) =>
    missingResources(resources, groups).map((problem) => `  ${stage}: ${problem}`),
  );
  if (problems.length === 0) return;
  throw new ConfigError(`the cluster cannot run this:\n${[...new Set(problems)].join("\n")}`, {
    remedy: "change the cluster profile, or replace a value of it with --set cluster.KEY=VALUE",
  });
}

/** Most tasks of an array job here; SLURM's default where it does not say. */
export async function maxArraySize(options: CallOptions = {}): Promise<number> {
  const text = await slurm("scontrol", ["show", "config"], options);
  const size = Number(text.match(/^MaxArraySize\s*=\s*(\d+)/m)?.[1] ?? 1001);
  return Math.max(1, size - 1);
}
