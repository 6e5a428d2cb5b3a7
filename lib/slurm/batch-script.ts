import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Job, jobLog, type ScriptOptions, scriptFile } from "./job.js";
import { timeSeconds } from "./quantity.js";
import { sbatchPath, sbatchValue, shellWord, shellWords } from "./shell-quote.js";

/** Seconds before the limit at which SLURM is to warn: as the profile says, but never in the first half of the time. */
function warnSeconds(time: string | null, wanted: number): number {
  const limit = time === null ? null : timeSeconds(time);
  return limit === null ? wanted : Math.min(wanted, Math.floor(limit / 2));
}

function options(job: Job, { profile }: ScriptOptions): string[] {
  const { partition, gpus, cpus, memory, time } = job.resources;
  const value = (name: string, content: string | number | null | undefined): string[] =>
    content === null || content === undefined ? [] : [`--${name}=${sbatchValue(String(content))}`];
  return [
    ...value("job-name", job.name),
    ...value("partition", partition),
    ...value("gpus", gpus),
    ...value("cpus-per-task", cpus),
    ...value("mem", memory),
    ...value("time", time),
    ...value("account", profile.account),
    ...value("qos", profile.qos),
    ...value("constraint", profile.constraint),
    ...value("exclude", profile.exclude),
    ...(job.array ? value("array", `0-${job.tasks.length - 1}${job.parallel === null ? "" : `%${job.parallel}`}`) : []),
    ...value("output", sbatchPath(job.folder) + jobLog({ folder: "", array: job.array }, "%a")),
    "--open-mode=append",
    profile.requeue ? "--requeue" : "--no-requeue",
    `--signal=B:USR1@${warnSeconds(time, profile.warn_seconds)}`,
    "--export=ALL",
    "--kill-on-invalid-dep=yes",
    ...profile.sbatch_options,
  ];
}

function container({ profile, project }: ScriptOptions, job: Job): string[] {
  const { container: box } = profile;
  if (!box) return [];
  const folders = [project, ...job.tasks.map((task) => task.runFolder)].filter(
    (folder, i, all) => all.indexOf(folder) === i && !all.some((other) => folder.startsWith(`${other}/`)),
  );
  return [
    box.runtime,
    "exec",
    ...(box.gpu && job.resources.gpus !== null ? ["--nv"] : []),
    ...[...folders, ...box.binds].flatMap((bind) => ["--bind", bind]),
    ...box.options,
    box.image,
  ];
}

/**
 * The text of a job's batch script: what SLURM reads, what is run, then the part that all jobs share (slurm/batch.sh).
 * It needs nothing but bash and SLURM's commands, and may be submitted again by hand.
 */
export function batchScript(job: Job, settings: ScriptOptions): string {
  const { profile, project, retryOom } = settings;
  const program = profile.container?.cherenkit ?? project;
  const cases = job.tasks.map((task, i) => {
    const words = [profile.node, join(program, "lib/cli/cherenkit.mjs"), ...task.arguments];
    return [
      `  ${i}) # ${task.stage} ${task.subject.replace(/[\r\n]+/g, " ")}`,
      `    run_folder=${shellWord(task.runFolder)}`,
      `    command=(${shellWords(words)}) ;;`,
    ].join("\n");
  });
  const task = job.array ? "$SLURM_ARRAY_TASK_ID" : "0";
  const environment = Object.entries(profile.environment).map(([name, value]) => `${name}=${value}`);
  return [
    "#!/bin/bash",
    ...options(job, settings).map((option) => `#SBATCH ${option}`),
    "",
    `project=${shellWord(project)}`,
    `script=${shellWord(join(job.folder, scriptFile))}`,
    `log=${shellWord(jobLog(job, ""))}`.replace(/\/task-\.log('?)$/, `/task-$1"${task}".log`),
    `requeue=${profile.requeue ? "yes" : "no"}`,
    `max_restarts=${profile.max_restarts}`,
    `memory_factor=${retryOom ?? ""}`,
    `excluded=${shellWord(profile.exclude ?? "")}`,
    `container=(${shellWords(container(settings, job))})`,
    `environment=(${shellWords(environment)})`,
    "prepare_node() {",
    ...["true", ...profile.setup].map((line) => `  ${line}`),
    "}",
    `case ${task} in`,
    ...cases,
    "esac",
    "",
    readFileSync(join(project, "slurm/batch.sh"), "utf8"),
  ].join("\n");
}
