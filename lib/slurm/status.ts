import { readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CherenkitError, InputError } from "../errors.js";
import {
  type Attempt,
  attemptSeconds,
  currentJobId,
  goesOn,
  type JobRecord,
  readAttempts,
  readRecord,
  recordFile,
} from "./job-record.js";
import { type QueuedJob, queryJobs } from "./queue.js";
import { findRunFolders, subjectOf } from "./run-folders.js";
import { SlurmError } from "./slurm-command.js";
import { progressIn, type TrainingProgress } from "./training-progress.js";

/** Where a run stands. */
export interface RunStatus {
  readonly folder: string;
  readonly subject: string;
  readonly stage: string;
  /** pending, running, suspended, completed, failed, interrupted, cancelled, timeout, out of memory, lost, … */
  readonly state: string;
  /** Why it waits, or what happens next. */
  readonly reason: string | null;
  readonly jobId: string | null;
  readonly progress: TrainingProgress | null;
  /** Seconds until the time limit, of a job that runs or is suspended. */
  readonly secondsLeft: number | null;
  /** All attempts together. */
  readonly seconds: number;
  readonly restarts: number;
}

/** What of `run.json` is looked at. */
interface RunFile {
  readonly status: string;
  readonly seconds: number;
  readonly processId: number;
  readonly host: string;
}

function readRunFile(folder: string): RunFile | null {
  try {
    return JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunFile;
  } catch {
    return null;
  }
}

const ended = new Set(["completed", "failed", "cancelled", "timeout", "out of memory", "node failed", "preempted"]);

function isGone(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** A run without SLURM that says it runs, but whose process is gone or writes nothing any more, was killed. */
function localState(folder: string, run: RunFile | null): string {
  if (!run) return "pending";
  if (run.status !== "running") return run.status;
  if (run.host === hostname() && isGone(run.processId)) return "lost";
  const changed = Math.max(...["run.json", "run.jsonl"].map((name) => modified(join(folder, name))));
  return Date.now() - changed > 10 * 60_000 ? "lost" : "running";
}

const modified = (file: string): number => {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return 0;
  }
};

/** SLURM may have been asked just before a job had its successor. */
const unseenSeconds = 60;

/** A job's state by what SLURM says; where it says nothing any more, by what the run itself has noted. */
function jobStateOf(queued: QueuedJob | undefined, run: RunFile | null, last: Attempt | undefined): string {
  const next = last?.next ?? null;
  if (next === "finished") return "completed";
  if (queued && queued.state !== "failed") return queued.state;
  if (run?.status === "interrupted" && next) return "interrupted";
  if (queued) return queued.state;
  if (next === null) return "lost";
  if (!goesOn(last!)) return "failed";
  return Date.now() / 1000 - last!.end! < unseenSeconds ? "pending" : "lost";
}

/** A job's state by what its run has noted, when SLURM cannot be asked. */
function notedState(run: RunFile | null, last: Attempt | undefined): string {
  if (!last || goesOn(last)) return "pending";
  if (last.next === null) return "running";
  if (last.next === "finished") return "completed";
  return run?.status === "interrupted" ? "interrupted" : "failed";
}

type Queue = ReadonlyMap<string, QueuedJob>;

/** What of a run's records is asked for more than once; each is read once, as a cluster's disk may be far away. */
interface Run {
  readonly folder: string;
  readonly record: JobRecord | null;
  readonly attempts: readonly Attempt[];
  /** Its number in SLURM; null when it has none. */
  readonly id: string | null;
}

function readRun(folder: string): Run {
  const record = readRecord(folder);
  const attempts = readAttempts(folder);
  return { folder, record, attempts, id: currentJobId(record, attempts) };
}

function hasEnded({ attempts }: Run): boolean {
  const last = attempts.at(-1);
  return last !== undefined && last.end !== null && !goesOn(last);
}

/** @param queue null when SLURM could not be asked */
function runStatus({ folder, record, attempts, id: jobId }: Run, queue: Queue | null): RunStatus {
  const run = readRunFile(folder);
  const stage = record?.stage ?? basename(folder).split("-")[0]!;
  const subject = record?.subject ?? subjectOf(folder);
  const progress = stage === "train" ? progressIn(join(folder, "run.jsonl")) : null;
  if (jobId === null) {
    const seconds = run?.seconds ?? 0;
    const restarts = Math.max(0, attempts.length - 1);
    const state = localState(folder, run);
    return { folder, subject, stage, state, reason: null, jobId, progress, secondsLeft: null, seconds, restarts };
  }
  const queued = queue?.get(jobId);
  const last = attempts.at(-1);
  const state = queue ? jobStateOf(queued, run, last) : notedState(run, last);
  // One that was cancelled while it waited for its next attempt did not end for what ended the last one.
  const said = last && !(state === "cancelled" && goesOn(last)) ? last.next : null;
  const reason = ended.has(state) || state === "interrupted" ? (said ?? queued?.reason ?? null) : queued?.reason;
  // An attempt whose end nobody has noted lasted at least to its last output.
  const known = state === "running" ? Date.now() : last?.end === null ? modified(join(folder, "run.jsonl")) : 0;
  return {
    folder,
    subject,
    stage,
    state,
    reason: reason === "finished" || reason === state ? null : (reason ?? null),
    jobId,
    progress,
    secondsLeft: queued?.secondsLeft ?? null,
    seconds: attemptSeconds(attempts, Math.floor(known / 1000)),
    restarts: Math.max(0, attempts.length - 1),
  };
}

/** Long enough for a controller that is putting a job back into its queue. */
const secondLookMs = 2000;

/**
 * Where the jobs of some runs stand. While a job is put back into the queue SLURM may show how its former attempt ended:
 * a failure of a job that by its own record goes on is asked for again.
 */
async function queryRuns(
  runs: readonly { readonly folder: string; readonly id: string }[],
  delaysMs?: readonly number[],
): Promise<Queue> {
  if (runs.length === 0) return new Map();
  const users = [
    ...new Set(
      runs.flatMap(
        ({ folder }) => (statSync(join(folder, recordFile), { throwIfNoEntry: false }) ?? statSync(folder)).uid,
      ),
    ),
  ];
  const queue = await queryJobs(
    runs.map(({ id }) => id),
    { users, delaysMs },
  );
  const doubtful = runs.filter(({ folder, id }) => {
    if (queue.get(id)?.state !== "failed") return false;
    const last = readAttempts(folder).at(-1);
    return last !== undefined && (last.end === null || goesOn(last));
  });
  if (doubtful.length === 0) return queue;
  await sleep(secondLookMs);
  return new Map([
    ...queue,
    ...(await queryJobs(
      doubtful.map(({ id }) => id),
      { users, delaysMs },
    )),
  ]);
}

export interface StatusOptions {
  /**
   * Is told why SLURM cannot be asked; the states are then those that the runs have noted themselves. Without it the error
   * is thrown, and a busy controller is asked for longer.
   */
  readonly onSilence?: (reason: CherenkitError) => void;
}

/** Milliseconds before further tries where the answer can be done without. */
const shortDelaysMs: readonly number[] = [1000, 5000];

/**
 * The state of all runs at and below some folders, oldest first.
 * @throws {InputError} when jobs are to be asked for and SLURM is not here
 * @throws {SlurmError} when its controller does not answer
 */
export async function runStatuses(roots: readonly string[], options: StatusOptions = {}): Promise<RunStatus[]> {
  const runs = [...new Set(roots.flatMap(findRunFolders))].map(readRun);
  const unfinished = runs.flatMap(({ folder, id, attempts }) =>
    id !== null && attempts.at(-1)?.next !== "finished" ? [{ folder, id }] : [],
  );
  const { onSilence } = options;
  let queue: Queue | null = null;
  try {
    queue = await queryRuns(unfinished, onSilence && shortDelaysMs);
  } catch (error) {
    if (!onSilence || !(error instanceof SlurmError || error instanceof InputError)) throw error;
    onSilence(error);
  }
  // What has not ended may have done so before SLURM answered.
  return runs.map((run) => runStatus(hasEnded(run) ? run : readRun(run.folder), queue));
}
