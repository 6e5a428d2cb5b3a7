import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { version } from "../config/version.js";
import { CherenkitError, ConfigError } from "../errors.js";
import { writeFileAtomically } from "../files/write-atomically.js";
import { batchScript } from "./batch-script.js";
import { type Job, jobLog, type ScriptOptions, scriptFile, type Task, type Wait } from "./job.js";
import { type JobRecord, recordFile } from "./job-record.js";
import { type CallOptions, SlurmError, slurm } from "./slurm-command.js";

/** A job that SLURM has taken. */
export interface Submitted {
  readonly job: Job;
  readonly id: string;
}

/** Writes a job's batch script and, for an array, `manifest.json`. Returns the script's path. @throws {OutputError} */
export async function writeScript(job: Job, options: ScriptOptions): Promise<string> {
  const script = join(job.folder, scriptFile);
  await writeFileAtomically(script, batchScript(job, options));
  if (job.array) {
    const tasks = job.tasks.map(({ stage, subject, runFolder, arguments: words }, task) => ({
      task,
      stage,
      subject,
      runFolder,
      command: ["cherenkit", ...words],
    }));
    await writeFileAtomically(join(job.folder, "manifest.json"), `${JSON.stringify(tasks, null, 2)}\n`);
  }
  return script;
}

/** Writes job.json into the run folder of each task. */
export async function writeRecords(
  job: Job,
  id: string | null,
  dependency: string | null,
  cluster: string,
): Promise<void> {
  const write = (task: Task, number: number): Promise<void> => {
    const record: JobRecord = {
      stage: task.stage,
      subject: task.subject,
      cluster,
      jobId: id !== null && job.array ? `${id}_${number}` : id,
      name: job.name,
      script: join(job.folder, scriptFile),
      log: jobLog(job, number),
      command: ["cherenkit", ...task.arguments],
      submittedAt: new Date().toISOString(),
      resources: job.resources,
      dependency,
      cherenkit: version,
    };
    return writeFileAtomically(join(task.runFolder, recordFile), `${JSON.stringify(record, null, 2)}\n`);
  };
  // Each waits for the disk, so many at a time; not all, as a process may often not open more than a thousand files.
  for (let start = 0; start < job.tasks.length; start += 200)
    await Promise.all(job.tasks.slice(start, start + 200).map((task, i) => write(task, start + i)));
}

/** `afterok:12:13,afterany:14`; null when a job waits for nothing. */
export function dependencyOption(waits: readonly Wait[], submitted: readonly Submitted[]): string | null {
  const parts = waits.map(({ kind, job }) => {
    if ("id" in job) return `${kind}:${job.id}`;
    const found = submitted.find((item) => item.job.key === job.key)!;
    // All tasks by name, so that one can be replaced by its successor.
    const tasks =
      found.job.array && kind === "afterok" ? found.job.tasks.map((_, i) => `${found.id}_${i}`) : [found.id];
    return `${kind}:${tasks.join(":")}`;
  });
  return parts.length > 0 ? parts.join(",") : null;
}

/** The id of a job that was submitted though the controller's answer was lost. */
async function findSubmitted(script: string): Promise<string | null> {
  const list = await slurm("squeue", ["-h", "-a", "-t", "all", "--me", "-o", "%F|%o"]);
  for (const line of list.split("\n")) {
    const [id, ...path] = line.split("|");
    if (path.join("|").trim() === script) return id!;
  }
  return null;
}

async function submitOne(script: string, dependency: string | null, options: CallOptions): Promise<string> {
  const words = ["--parsable", ...(dependency ? [`--dependency=${dependency}`] : []), script];
  const answer = await slurm("sbatch", words, { ...options, instead: () => findSubmitted(script) });
  const id = answer.trim().split("\n").at(-1)!.split(";")[0]!;
  if (!/^\d+$/.test(id)) throw new SlurmError("sbatch", `"${answer.trim()}" is not the number of a job`);
  return id;
}

/**
 * Cancels jobs and waits until they have left, as a script that still runs would write into its folder.
 * @returns false when the controller could not be told
 */
async function takeBack(ids: readonly string[]): Promise<boolean> {
  if (ids.length === 0) return true;
  try {
    // One that has ended already is none to cancel.
    await slurm("scancel", [...ids]).catch((error: unknown) => {
      if (!(error instanceof SlurmError) || error.busy) throw error;
    });
    for (let attempt = 0; attempt < 40; attempt++) {
      const list = await slurm("squeue", ["-h", "--me", "-o", "%A"]);
      const left = new Set(list.split("\n").map((line) => line.trim()));
      if (!ids.some((id) => left.has(id))) break;
      await sleep(250);
    }
    return true;
  } catch (error) {
    if (error instanceof SlurmError) return !error.busy;
    throw error;
  }
}

/** Takes jobs back, and what was written for these and those that were not submitted. @returns what is left to do, if anything */
async function undo(jobs: readonly Job[], submitted: readonly Submitted[]): Promise<string | undefined> {
  const ids = submitted.map(({ id }) => id);
  if (!(await takeBack(ids))) return `jobs before it could not be taken back: scancel ${ids.join(" ")}`;
  for (const job of jobs) {
    for (const folder of [job.folder, ...job.tasks.map((task) => task.runFolder)])
      await rm(folder, { recursive: true, force: true });
  }
  return ids.length > 0 ? "the jobs before it were taken back; nothing is left behind" : undefined;
}

/** Is aborted when the process is asked to stop, instead of ending at once; `release` gives the signals back. */
function stopSignal(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => controller.abort(name);
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, stop);
  const release = (): void => {
    for (const name of names) process.off(name, stop);
  };
  return { signal: controller.signal, release };
}

/** @throws {ConfigError} for a folder into which SLURM could not write a job's log; the job would end before it begins */
export function checkLogPaths(jobs: readonly Job[]): void {
  const odd = jobs.find(({ folder }) => /[\\\r\n]/.test(folder));
  if (!odd) return;
  throw new ConfigError("SLURM writes no log below a folder whose name has a backslash or a line end", {
    place: JSON.stringify(odd.folder),
    remedy: "give another output_dir",
  });
}

/**
 * Submits jobs in their order. When one is refused, or the process is asked to stop meanwhile, those before it are taken back.
 * @throws {CherenkitError} naming the job that was not submitted
 */
export async function submitJobs(
  jobs: readonly Job[],
  cluster: string,
  settings: ScriptOptions,
  options: CallOptions = {},
): Promise<Submitted[]> {
  const submitted: Submitted[] = [];
  const { signal, release } = stopSignal();
  try {
    for (const job of jobs) {
      const script = await writeScript(job, settings);
      const dependency = dependencyOption(job.waitsFor, submitted);
      const id = await submitOne(script, dependency, { ...options, lastTry: signal });
      submitted.push({ job, id });
      await writeRecords(job, id, dependency, cluster);
      signal.throwIfAborted();
    }
    return submitted;
  } catch (error) {
    const remedy = await undo(jobs, submitted);
    const stopped = signal.aborted ? new CherenkitError(`stopped by ${signal.reason}`) : error;
    if (!(stopped instanceof CherenkitError)) throw stopped;
    const refused = jobs[submitted.length]?.name ?? jobs.at(-1)!.name;
    throw new CherenkitError(`${refused} was not submitted: ${stopped.message}`, { remedy, cause: error });
  } finally {
    release();
  }
}
