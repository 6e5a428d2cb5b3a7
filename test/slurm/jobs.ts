import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { profileSchema, type Resources } from "../../lib/slurm/cluster-profile.js";
import type { Job, ScriptOptions, Task, Wait } from "../../lib/slurm/job.js";
import { readAttempts } from "../../lib/slurm/job-record.js";
import { type RunStatus, runStatuses } from "../../lib/slurm/status.js";
import { submitJobs } from "../../lib/slurm/submit.js";
import { isOpen } from "../../lib/slurm/wait.js";
import { syntheticYaml } from "../training/synthetic-data.js";

export const project: string = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** What a test job differs in from a usual one. */
export interface Difference {
  readonly key?: string;
  readonly resources?: Partial<Resources>;
  readonly waitsFor?: readonly Wait[];
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly retryOom?: number;
}

export interface TestJob {
  readonly job: Job;
  readonly settings: ScriptOptions;
}

let count = 0;

/**
 * A job that runs bash commands, one a task, where others run cherenkit. In them `$run_folder` is their run folder.
 * @param root folder of everything, whose name may be difficult
 */
export function shellJob(root: string, commands: string | readonly string[], more: Difference = {}): TestJob {
  const runner = join(root, "last-argument");
  // Once only: a program that is being written cannot be run by the jobs that are there already.
  if (!existsSync(runner)) writeFileSync(runner, '#!/bin/bash\nshift $(($# - 1))\nexec bash "$1"\n', { mode: 0o755 });
  const list = typeof commands === "string" ? [commands] : commands;
  const tasks = list.map((command): Task => {
    const subject = `energy/m${++count}`;
    const runFolder = join(root, subject, "runs", `train-20260101-000000-${count}`);
    mkdirSync(runFolder, { recursive: true });
    const file = join(root, `command ${count}.sh`);
    writeFileSync(file, `run_folder='${runFolder.replaceAll("'", "'\\''")}'\n${command}\n`);
    return { stage: "train", subject, runFolder, arguments: [file], modelFolder: null };
  });
  const array = list.length > 1;
  const job: Job = {
    key: more.key ?? "train-1",
    stage: "train",
    name: `train "it's" ${count}`,
    tasks,
    array,
    parallel: null,
    folder: array ? join(root, `array ${count}`) : tasks[0]!.runFolder,
    resources: { partition: null, gpus: null, cpus: 1, memory: "100M", time: "10:00", ...more.resources },
    waitsFor: more.waitsFor ?? [],
  };
  const profile = profileSchema.parse({ description: "test", node: runner, ...more.profile });
  return { job, settings: { project, profile, retryOom: more.retryOom ?? null } };
}

/** Submits one job; returns its id. */
export async function submitJob({ job, settings }: TestJob): Promise<string> {
  const [submitted] = await submitJobs([job], "test", settings);
  return submitted!.id;
}

/** Where a run stands once `when` is true of it. */
export async function until(folder: string, when: (run: RunStatus) => boolean, seconds = 90): Promise<RunStatus> {
  let last: RunStatus | undefined;
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; ) {
    [last] = await runStatuses([folder]);
    if (last && when(last)) return last;
    await sleep(300);
  }
  throw new Error(`the run did not get there: ${JSON.stringify({ last, attempts: readAttempts(folder) }, null, 1)}`);
}

/** True when a run does not wait or run any more. */
export const over = (run: RunStatus): boolean => !isOpen(run);

/** A command that trains a small network on synthetic data, a few steps a second, and the model's folder. */
export function trainingCommand(root: string, name: string, more: { epochs: number; pauseMs: number }): string {
  const config = join(root, `${name}.yaml`);
  writeFileSync(config, syntheticYaml("energy", `    n_epochs: ${more.epochs}\n`).replace("/toy", `/${name}`));
  const program = join(project, "dist/test/slurm/train-job.js");
  return `exec node '${program}' '${config.replaceAll("'", "'\\''")}' "$run_folder" ${more.pauseMs}`;
}
