import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JobStage, Resources } from "./cluster-profile.js";

/** `job.json` of a run folder: how the run was submitted. */
export interface JobRecord {
  readonly stage: JobStage;
  readonly subject: string;
  readonly cluster: string;
  /** `123`, or `123_4` for a task of an array; null when it runs without SLURM. */
  readonly jobId: string | null;
  readonly name: string;
  readonly script: string;
  readonly log: string;
  readonly command: readonly string[];
  readonly submittedAt: string;
  readonly resources: Resources;
  /** Dependencies as given to sbatch. */
  readonly dependency: string | null;
  readonly cherenkit: string;
}

export const recordFile = "job.json";
export const attemptsFile = "attempts.jsonl";

/** The record in a run folder; null where there is none, or it is damaged. */
export function readRecord(runFolder: string): JobRecord | null {
  try {
    return JSON.parse(readFileSync(join(runFolder, recordFile), "utf8")) as JobRecord;
  } catch {
    return null;
  }
}

/** One start of a job: a job that comes to its time limit has several. */
export interface Attempt {
  /** Counted from 1. */
  readonly number: number;
  readonly jobId: string;
  readonly host: string;
  /** Seconds since 1970. */
  readonly start: number;
  /** Seconds since 1970; null while it runs, or when it was lost (killed, node failure). */
  readonly end: number | null;
  readonly exitCode: number | null;
  /** Signal that made it stop, or "". */
  readonly signal: string;
  /** What then happened: `finished`, `time is over: requeued`, …; null when the end is not known. */
  readonly next: string | null;
}

interface AttemptLine {
  readonly time: number;
  readonly job: string;
  readonly attempt: number;
  readonly host: string;
  readonly event: "start" | "end";
  readonly exitCode?: number;
  readonly signal?: string;
  readonly next?: string;
}

/** The attempts that the batch script of a run has noted, in their order. */
export function readAttempts(runFolder: string): Attempt[] {
  const file = join(runFolder, attemptsFile);
  if (!existsSync(file)) return [];
  const attempts: Attempt[] = [];
  for (const text of readFileSync(file, "utf8").split("\n")) {
    let line: AttemptLine;
    try {
      line = JSON.parse(text) as AttemptLine;
    } catch {
      continue; // the end of a file that is just being written
    }
    const { attempt: number, job: jobId, host, time } = line;
    if (line.event === "start") {
      attempts.push({ number, jobId, host, start: time, end: null, exitCode: null, signal: "", next: null });
      continue;
    }
    const open = attempts.at(-1);
    if (!open) continue;
    const { exitCode = null, signal = "", next = null } = line;
    attempts[attempts.length - 1] = { ...open, end: time, exitCode, signal, next };
  }
  return attempts;
}

/** Whether an attempt ended so that another one follows: it was requeued, or has a successor. */
export const goesOn = (attempt: Pick<Attempt, "next">): boolean =>
  /: (requeued|successor job)\b/.test(attempt.next ?? "");

/**
 * The id under which a run is known to SLURM now: a successor's, where the job could not be requeued.
 * @param record null when whoever submitted it was killed before it could be written
 */
export function currentJobId(record: JobRecord | null, attempts: readonly Attempt[]): string | null {
  const last = attempts.at(-1);
  return last?.next?.match(/successor job (\d+(?:_\d+)?)/)?.[1] ?? (last?.jobId || (record?.jobId ?? null));
}

/** Seconds that all attempts have run together; `now` ends one that still runs. */
export function attemptSeconds(attempts: readonly Attempt[], now: number | null = null): number {
  return attempts.reduce((sum, { start, end }) => sum + Math.max(0, (end ?? now ?? start) - start), 0);
}
