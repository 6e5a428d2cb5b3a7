import { execFile } from "node:child_process";
import { hostname } from "node:os";
import { promisify } from "node:util";
import { version } from "../config/version.js";

export type RunStatus = "completed" | "failed" | "interrupted" | "timeout" | "killed";

/** A start of the same run that did not come to its end, as a job that was requeued. */
export interface EarlierAttempt {
  readonly startedAt: string;
  /** Null when its end is not known: the machine failed, or it was killed. */
  readonly endedAt: string | null;
  readonly host: string;
  /** Why it ended, and what then happened. */
  readonly ending: string;
}

/** What `run.json` and the executed notebook's metadata say about a run. */
export interface RunRecord {
  readonly status: RunStatus | "running";
  readonly exitCode: number | null;
  readonly input: string;
  readonly output: string;
  readonly html?: string;
  readonly kernel: string;
  readonly cwd: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly seconds: number;
  readonly earlier?: readonly EarlierAttempt[];
  /** `In [n]` of the cell that ended the run. */
  readonly failedCell?: number;
  readonly error?: { readonly name: string; readonly value: string };
  /** How the kernel ended when it died: its exit code or signal, and whether memory ran out (null: unknown). */
  readonly kernelDeath?: {
    readonly exitCode: number | null;
    readonly signal: string | null;
    readonly outOfMemory: boolean | null;
  };
  /** The signal that asked for the end, or `deadline`. */
  readonly stoppedBy?: string;
  /** Where the run ended: its Node, its cherenkit, its machine. */
  readonly node: string;
  readonly cherenkit: string;
  readonly gitCommit: string | null;
  readonly host: string;
  readonly processId: number;
  readonly slurm: Readonly<Record<string, string>>;
  /** Most memory the kernel used, in bytes. */
  readonly peakMemoryBytes: number | null;
  /** Most GPU memory that the kernel and what it started used, in bytes, as `nvidia-smi` told it every five seconds. */
  readonly peakGpuMemoryBytes?: number;
}

/** A value as JSON keeps it: what JSON has no form for is told as text. */
export function tellable(value: unknown): unknown {
  if (typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))) return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(tellable);
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tellable(item)]));
  return value;
}

const slurmNames = [
  "SLURM_JOB_ID",
  "SLURM_JOB_NAME",
  "SLURM_ARRAY_JOB_ID",
  "SLURM_ARRAY_TASK_ID",
  "SLURM_JOB_PARTITION",
  "SLURM_JOB_NODELIST",
  "SLURM_RESTART_COUNT",
];

/** Commit of the folder's git repository, with `+` when files are changed; null where there is none. */
async function gitCommit(folder: string): Promise<string | null> {
  const run = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)("git", ["-C", folder, ...args], { timeout: 5000 })).stdout.trim();
  try {
    const commit = await run("rev-parse", "HEAD");
    return (await run("status", "--porcelain", "--untracked-files=no")) === "" ? commit : `${commit}+`;
  } catch {
    return null;
  }
}

export type RunPlace = Pick<RunRecord, "node" | "cherenkit" | "gitCommit" | "host" | "processId" | "slurm">;

/** Where this process runs. */
export async function runPlace(folder: string): Promise<RunPlace> {
  const slurm = slurmNames.flatMap((name) => (process.env[name] ? [[name, process.env[name]] as const] : []));
  return {
    node: process.version,
    cherenkit: version,
    gitCommit: await gitCommit(folder),
    host: hostname(),
    processId: process.pid,
    slurm: Object.fromEntries(slurm),
  };
}
