import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { CherenkitError, InputError } from "../errors.js";

/** Variables that change what SLURM's commands do or print; the user's own settings must not reach our calls. */
const meddling = /^(SLURM|SBATCH|SALLOC|SRUN|SQUEUE|SINFO|SACCT|SCANCEL|SCONTROL)_/;
/** Where the cluster is: these stay. */
const kept = new Set(["SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_JWT", "SLURM_CLUSTERS"]);

/** The environment in which SLURM's commands are called, also when we ourselves run in a job. */
export function slurmEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const clean = Object.entries(environment).filter(([name]) => !meddling.test(name) || kept.has(name));
  return Object.fromEntries(clean);
}

/** What SLURM says when its controller is busy or restarting; the same call may succeed in a moment. */
const busy =
  /timed out|unable to contact slurm controller|temporarily unable|resource temporarily unavailable|transport endpoint|zero bytes were transmitted|connection (refused|reset)|try again|socket error|in a busy state|unexpected message received/i;

/** Milliseconds before each further try. */
export const retryDelaysMs: readonly number[] = [1000, 3000, 10_000, 30_000];

/** SLURM said no. */
export class SlurmError extends CherenkitError {
  override readonly name: string = "SlurmError";
  /** What the command printed on stderr. */
  readonly said: string;
  /** True when the controller did not answer, so that it is not known whether it acted. */
  readonly busy: boolean;

  constructor(command: string, said: string, remedy?: string) {
    const lines = said.split("\n");
    const rest = lines.length > 3 ? [`… and ${lines.length - 3} lines more`] : [];
    super(`${command} failed: ${[...lines.slice(0, 3), ...rest].join("\n") || "it said nothing"}`, { remedy });
    this.said = said;
    this.busy = busy.test(said);
  }
}

export interface CallOptions {
  readonly delaysMs?: readonly number[];
  /** Ends the tries, not the call; the last answer then counts. */
  readonly lastTry?: AbortSignal;
  /** Asked before another try; a text ends the tries and is the answer. */
  readonly instead?: () => Promise<string | null>;
  /** Ends the call, when its answer is not wanted any more. */
  readonly signal?: AbortSignal;
}

/** A moment for SLURM's own error lines: without `sbatch: error: ` and the like. */
function withoutPrefix(text: string): string {
  return text
    .trim()
    .split("\n")
    .map((line) => line.replace(/^\w+: (error: )?/, ""))
    .join("\n");
}

/** Longest time of one call. */
const timeoutSeconds = 120;

interface Answer {
  /** Its exit code; a text when it could not be started. */
  readonly code: number | string;
  readonly stdout: string;
  /** What it, or the system, says of a failure. */
  readonly said: string;
}

/**
 * Runs a command by Node's own means: a package for it would take longer to load than SLURM to answer. In a process group
 * of its own it is not hit by Ctrl-C, after which nobody knew whether it had acted.
 */
function answerOf(command: string, words: readonly string[], signal?: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn(command, words, {
      env: slurmEnvironment(),
      timeout: 1000 * timeoutSeconds,
      detached: true,
      signal,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    for (const name of ["stdout", "stderr"] as const)
      child[name].on("data", (bytes: Buffer) => {
        parts[name].push(bytes);
      });
    child.once("error", (error: NodeJS.ErrnoException) => {
      resolve({ code: error.code ?? 1, stdout: "", said: error.message });
    });
    child.once("close", (code, ending) => {
      const late = ending !== null && child.killed ? `it timed out after ${timeoutSeconds} s` : null;
      const said =
        late ?? (withoutPrefix(Buffer.concat(parts.stderr).toString("utf8")) || `it ended by ${ending ?? code}`);
      resolve({ code: code ?? 1, stdout: Buffer.concat(parts.stdout).toString("utf8").replace(/\n$/, ""), said });
    });
  });
}

/**
 * Calls a SLURM command and returns what it prints. A busy controller is asked again.
 * @throws {InputError} when the command is not there
 * @throws {SlurmError} when it fails
 */
export async function slurm(command: string, words: readonly string[], options: CallOptions = {}): Promise<string> {
  const delays = options.delaysMs ?? retryDelaysMs;
  for (let tries = 0; ; tries++) {
    const { code, stdout, said } = await answerOf(command, words, options.signal);
    if (code === "ENOENT") {
      throw new InputError(`SLURM is not here: there is no command ${command}`, {
        remedy: "log in to a node of the cluster, load its SLURM module, or run the stages here with --local",
      });
    }
    if (code === 0) return stdout;
    const error = new SlurmError(command, said, remedyFor(said));
    if (!error.busy || tries >= delays.length) throw error;
    // Who waits shall know for what; a single moment is not worth a line.
    if (tries > 0) process.stderr.write(`SLURM does not answer; it is asked again in ${delays[tries]! / 1000} s\n`);
    const ends = [options.signal, options.lastTry].filter((signal) => signal !== undefined);
    await wait(delays[tries], undefined, { signal: AbortSignal.any(ends) }).catch(() => {});
    if (ends.some((signal) => signal.aborted)) throw error;
    const answer = await options.instead?.();
    if (answer != null) return answer;
  }
}

/** What to do about a refusal, by SLURM's own words; nothing where they say it all. */
export function remedyFor(said: string): string | undefined {
  if (/could not establish a configuration source/i.test(said))
    return "this machine belongs to no cluster: log in to a node of one, set SLURM_CONF, or run the stages here with --local";
  if (busy.test(said)) return "the controller is busy; try again in a minute";
  if (/invalid partition/i.test(said)) return "give a partition of this cluster in the profile (sinfo -s lists them)";
  if (/invalid account|invalid qos/i.test(said)) return "give account and qos in the profile";
  if (/dependency problem/i.test(said))
    return "SLURM does not know the job that is to be waited for, or has forgotten it: leave out --after if it has ended";
  if (/time limit is invalid/i.test(said)) return "give a shorter time in the profile (sinfo -s shows the limits)";
  if (/node configuration is not available|memory specification/i.test(said))
    return "no node has so many GPUs of this type, cores or so much memory; change the profile";
  return undefined;
}
