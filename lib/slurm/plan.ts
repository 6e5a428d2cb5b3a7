import { basename, dirname, join } from "node:path";
import type { Config } from "../config/config.js";
import { modelFolder } from "../config/model-folder.js";
import { ConfigError } from "../errors.js";
import { runId } from "../files/run-id.js";
import { type ClusterProfile, type JobStage, stageResources } from "./cluster-profile.js";
import type { Job, Task, Wait } from "./job.js";

/** A configuration as it is to be run. */
export interface Variant {
  readonly config: Config;
  readonly overrides: Readonly<Record<string, string>>;
}

export interface PlanOptions {
  readonly stages: readonly JobStage[];
  readonly variants: readonly Variant[];
  readonly profile: ClusterProfile;
  /** One array job a stage instead of a job for each model. */
  readonly array: boolean;
  /** At most so many tasks of an array at a time; null = no limit. */
  readonly parallel: number | null;
  /** Parts in which the test files are predicted, each a task of an array. */
  readonly shards: number;
  /** Jobs that must have succeeded before the first stage. */
  readonly after: readonly string[];
  /** Most tasks of an array. */
  readonly maxArraySize: number;
  /** Where arrays keep script, manifest and logs: `models/.jobs`. */
  readonly arraysFolder: string;
}

const order: readonly JobStage[] = ["prepare", "train", "test", "report", "compare"];

/** `models/energy`, where the comparison of a model's task lies. */
export const taskFolder = (config: Config): string => dirname(config.modelFolder);

const subject = (config: Config): string => `${basename(taskFolder(config))}/${basename(config.modelFolder)}`;

function stageTask(stage: JobStage, { config, overrides }: Variant): Task {
  const runFolder = join(modelFolder(config.modelFolder).runs, `${stage}-${runId()}`);
  const set = Object.entries(overrides).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
  return {
    stage,
    subject: subject(config),
    runFolder,
    arguments: [stage, config.file, ...set, "--run-folder", runFolder],
    modelFolder: config.modelFolder,
  };
}

function compareTask(folder: string): Task {
  const runFolder = join(folder, ".compare", `compare-${runId()}`);
  return {
    stage: "compare",
    subject: basename(folder),
    runFolder,
    arguments: ["compare", folder, "--run-folder", runFolder],
    modelFolder: null,
  };
}

/** Tasks of a stage for one model: several when the test files are shared out. */
function stageTasks(stage: JobStage, { config, overrides }: Variant, shards: number): Task[] {
  if (stage !== "test" || shards < 2) return [stageTask(stage, { config, overrides })];
  return Array.from({ length: shards }, (_, i) => {
    const share = `${i + 1}/${shards}`;
    const task = stageTask(stage, { config, overrides: { ...overrides, "testing_model.shard": share } });
    return { ...task, subject: `${task.subject} ${share}` };
  });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const result: T[][] = [];
  for (let start = 0; start < items.length; start += size) result.push(items.slice(start, start + size));
  return result;
}

function arrayJob(key: string, stage: JobStage, name: string, tasks: Task[], waitsFor: Wait[], plan: PlanOptions): Job {
  const folder = join(plan.arraysFolder, `${key}-${runId()}`);
  const resources = stageResources(plan.profile, stage);
  return { key, stage, name, tasks, array: true, parallel: plan.parallel, folder, resources, waitsFor };
}

function singleJob(key: string, task: Task, waitsFor: readonly Wait[], plan: PlanOptions): Job {
  const { stage, subject: of, runFolder: folder } = task;
  const resources = stageResources(plan.profile, stage);
  return {
    key,
    stage,
    name: `${stage} ${of}`,
    tasks: [task],
    array: false,
    parallel: null,
    folder,
    resources,
    waitsFor,
  };
}

/** Jobs of one stage for all models together, as arrays; `former` are those of the stage before. */
function arrayStage(stage: JobStage, plan: PlanOptions, former: readonly Job[], first: readonly Wait[]): Job[] {
  const tasks = plan.variants.flatMap((variant) => stageTasks(stage, variant, plan.shards));
  const parts = chunks(tasks, plan.maxArraySize);
  return parts.map((part, i) => {
    const paired = former.length === parts.length && former[i]!.tasks.length === part.length;
    const waitsFor: Wait[] = paired
      ? [{ kind: "aftercorr", job: { key: former[i]!.key } }]
      : former.map((job) => ({ kind: "afterok", job: { key: job.key } }));
    const key = parts.length > 1 ? `${stage}-${i + 1}` : stage;
    const name = `${stage} ×${part.length}`;
    return arrayJob(key, stage, name, part, former.length > 0 ? waitsFor : [...first], plan);
  });
}

/** The job of one stage for one model. */
function modelJob(stage: JobStage, number: number, plan: PlanOptions, waitsFor: readonly Wait[]): Job {
  const tasks = stageTasks(stage, plan.variants[number]!, plan.shards);
  const key = `${stage}-${number + 1}`;
  if (tasks.length === 1) return singleJob(key, tasks[0]!, waitsFor, plan);
  return arrayJob(key, stage, `${stage} ${subject(plan.variants[number]!.config)}`, tasks, [...waitsFor], plan);
}

/** @throws {ConfigError} when two models would be written into one folder. */
function checkFolders(variants: readonly Variant[]): void {
  const seen = new Map<string, Config>();
  for (const { config } of variants) {
    const other = seen.get(config.modelFolder);
    if (other) {
      throw new ConfigError(`two runs would write the same model folder, ${config.modelFolder}`, {
        place: other.file === config.file ? config.file : `${other.file} and ${config.file}`,
        remedy: "give each its own output_dir",
      });
    }
    seen.set(config.modelFolder, config);
  }
}

/**
 * The jobs of some stages for some models and what each waits for: a model's next stage for the success of the one
 * before; the comparison of a task for the end of all, so that one failed model does not hinder it.
 * @throws {ConfigError} when two models would be written into one folder
 */
export function planJobs(plan: PlanOptions): Job[] {
  checkFolders(plan.variants);
  const stages = order.filter((stage) => plan.stages.includes(stage) && stage !== "compare");
  const first: Wait[] = plan.after.map((id) => ({ kind: "afterok", job: { id } }));
  const jobs: Job[] = [];
  let former: Job[] = [];
  for (const stage of stages) {
    const now = plan.array
      ? arrayStage(stage, plan, former, first)
      : plan.variants.map((_, i) =>
          modelJob(stage, i, plan, former[i] ? [{ kind: "afterok", job: { key: former[i].key } }] : first),
        );
    jobs.push(...now);
    former = now;
  }
  if (!plan.stages.includes("compare")) return jobs;
  for (const folder of new Set(plan.variants.map(({ config }) => taskFolder(config)))) {
    const waits = plan.array ? former : former.filter((_, i) => taskFolder(plan.variants[i]!.config) === folder);
    const waitsFor: Wait[] = waits.map((job) => ({ kind: "afterany", job: { key: job.key } }));
    const key = `compare-${jobs.length + 1}`;
    jobs.push(singleJob(key, compareTask(folder), former.length > 0 ? waitsFor : first, plan));
  }
  return jobs;
}
