import { type CallOptions, SlurmError, slurm } from "./slurm-command.js";

/** Where a job stands, in SLURM's words of any version. */
export type JobState =
  | "pending"
  | "running"
  | "suspended"
  | "completed"
  | "failed"
  | "cancelled"
  | "timeout"
  | "out of memory"
  | "node failed"
  | "preempted"
  | "held";

export interface QueuedJob {
  /** `123`, or `123_4` for a task of an array. */
  readonly id: string;
  readonly state: JobState;
  /** Why it waits or failed: `Dependency`, `Resources`, …; null when SLURM gives none. */
  readonly reason: string | null;
  /** Seconds until the time limit, which a suspended job keeps; null when it does not run or has no limit. */
  readonly secondsLeft: number | null;
  /** Nodes it runs on; null when it does not. */
  readonly nodes: string | null;
  /** Name of the job, given by the one who submitted it. */
  readonly name: string;
}

const states: readonly (readonly [RegExp, JobState])[] = [
  [/^(PENDING|PD|REQUEUED|RQ|REQUEUE_FED|RF|CONFIGURING|CF|POWER_UP_NODE|EXPEDITING)$/, "pending"],
  [/^(SPECIAL_EXIT|SE|REQUEUE_HOLD|RH|RESV_DEL_HOLD|RD)/, "held"],
  [/^(RUNNING|R|COMPLETING|CG|SIGNALING|SI|STAGE_OUT|SO|RESIZING|RS|UPDATE_DB)$/, "running"],
  [/^(SUSPENDED|S|STOPPED|ST)$/, "suspended"],
  [/^(COMPLETED|CD)$/, "completed"],
  [/^(CANCELLED|CA|REVOKED|RV)/, "cancelled"],
  [/^(TIMEOUT|TO|DEADLINE|DL)$/, "timeout"],
  [/^(OUT_OF_MEMORY|OOM)$/, "out of memory"],
  [/^(NODE_FAIL|NF|BOOT_FAIL|BF|LAUNCH_FAILED|RECONFIG_FAIL)$/, "node failed"],
  [/^(PREEMPTED|PR)$/, "preempted"],
];

/** A state as SLURM writes it (`OUT_OF_MEMORY`, `CANCELLED by 1000`, `CANCELLED+`) as one of ours. */
export function jobState(text: string): JobState {
  const word = text.trim().split(/[\s+]/)[0]!.toUpperCase();
  return states.find(([pattern]) => pattern.test(word))?.[1] ?? "failed";
}

/** `1-02:03:04`, `02:03:04`, `3:04` in seconds; null for `UNLIMITED`, `INVALID`, `NOT_SET`, `N/A`. */
export function clockSeconds(text: string): number | null {
  const match = text.trim().match(/^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/);
  if (!match) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** Reasons of a job that somebody must release; `QOSUsageThreshold` is none. */
const held = /held|(?<!thres)hold/i;

/** `none` in SLURM's many spellings. */
const something = (text: string | undefined): string | null => {
  const value = text?.trim() ?? "";
  return value === "" || /^(None|N\/A|\(null\)|\(None\)|None assigned)$/i.test(value) ? null : value;
};

/** Of a job that is cancelled while it waits SLURM still tells for what it had waited; only these tell why it was cancelled. */
const whyCancelled = /^(DependencyNeverSatisfied|DeadLine|InactiveLimit|Bad|Invalid|.*(Down|Failure|Deleted)$)/;

/** Who cancelled a job, of `CANCELLED by 1000`; null when it was ourselves, or SLURM does not say. */
function cancelledBy(state: string): string | null {
  const [, user] = state.match(/^CANCELLED by (\d+)/) ?? [];
  if (user === undefined || Number(user) === process.getuid?.()) return null;
  return user === "0" ? "by root" : `by user ${user}`;
}

/** `7_[0-3,9%2]` and `7_4` as single tasks; a job without tasks as it is. */
export function taskIds(id: string): string[] {
  const match = id.match(/^(\d+)_\[([^\]%]*)(?:%\d+)?\]?$/);
  if (!match) return [id];
  return match[2]!.split(",").flatMap((range) => {
    const [from, to = from, step = 1] = range.split(/[-:]/).map(Number) as [number, number?, number?];
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) return [];
    const ids: string[] = [];
    for (let task = from; task <= to; task += step) ids.push(`${match[1]}_${task}`);
    return ids;
  });
}

// The name may hold anything, so it stands last.
export const squeueFormat = "%i|%T|%L|%N|%r|%j";
export const sacctFormat = "JobID,State,NodeList,JobName";

/** What `squeue -h -r -o '%i|%T|%L|%N|%r|%j'` printed. */
export function parseSqueue(text: string): QueuedJob[] {
  return text.split("\n").flatMap((line): QueuedJob[] => {
    const match = line.match(/^([^|]+)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|(.*)$/);
    if (!match) return [];
    const [, ids, state, left, nodes, reason, name] = match as unknown as string[];
    const found = jobState(state!);
    return taskIds(ids!.trim()).map((id) => ({
      id,
      state: found === "pending" && held.test(reason!) ? "held" : found,
      reason: found === "cancelled" && !whyCancelled.test(reason!) ? null : something(reason),
      secondsLeft: found === "running" || found === "suspended" ? clockSeconds(left!) : null,
      nodes: something(nodes),
      name: name!,
    }));
  });
}

/** What `sacct -n -P -X -o JobID,State,NodeList,JobName` printed. */
export function parseSacct(text: string): QueuedJob[] {
  return text.split("\n").flatMap((line): QueuedJob[] => {
    const match = line.match(/^(\d[^|.]*)\|([^|]*)\|([^|]*)\|(.*)$/);
    if (!match) return [];
    const [, ids, state, nodes, name] = match as unknown as string[];
    return taskIds(ids!).map((id) => ({
      id,
      state: jobState(state!),
      reason: cancelledBy(state!),
      secondsLeft: null,
      nodes: something(nodes),
      name: name!,
    }));
  });
}

/** So many ids are shorter than Linux allows a word of a command line to be, 128 KB. */
const mostIds = 5000;

const arrayId = (id: string): string => id.split("_")[0]!;

export interface QueueOptions extends CallOptions {
  /** Numbers of the users whose jobs they are; by default our own. */
  readonly users?: readonly number[];
}

/**
 * Where these jobs stand, by their id. SLURM's controller is asked once, and its accounting for those it has forgotten;
 * a job that neither knows is left out.
 * @throws {SlurmError} when the controller does not answer
 */
export async function queryJobs(ids: readonly string[], options: QueueOptions = {}): Promise<Map<string, QueuedJob>> {
  const found = new Map<string, QueuedJob>();
  if (ids.length === 0) return found;
  const whose = options.users?.length ? `--user=${options.users.join(",")}` : "--me";
  const queue = await slurm("squeue", ["-h", "-r", "-a", "-t", "all", whose, "-o", squeueFormat], options);
  for (const job of parseSqueue(queue)) found.set(job.id, job);
  const forgotten = [...new Set(ids.filter((id) => !found.has(id)).map(arrayId))];
  for (let start = 0; start < forgotten.length; start += mostIds) {
    const list = forgotten.slice(start, start + mostIds).join(",");
    for (const job of parseSacct(await accounting(list, options))) if (!found.has(job.id)) found.set(job.id, job);
  }
  return new Map(
    ids.flatMap((id) => {
      // Tasks of an array that never began are known, once they are cancelled, by the array's own number alone.
      const job = found.get(id) ?? found.get(arrayId(id));
      return job ? [[id, { ...job, id }]] : [];
    }),
  );
}

/** What the accounting knows of jobs; nothing where the cluster keeps none. */
export async function accounting(list: string, options: CallOptions = {}): Promise<string> {
  try {
    return await slurm("sacct", ["-n", "-P", "-X", "-j", list, "-o", sacctFormat], { ...options, delaysMs: [] });
  } catch (error) {
    if (error instanceof SlurmError) return "";
    throw error;
  }
}
