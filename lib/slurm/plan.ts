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
}

const order: readonly JobStage[] = ["prepare", "train", "test", "report", "compare"];

/** `models/energy`, where the comparison of a model's task lies. */
export const taskFolder = (config: Config): string => dirname(config.modelFolder);

const subject = (config: Config): string => `${basename(taskFolder(config))}/${basename(config.modelFolder)}`;

function stageTask(stage: JobStage, { config, overrides }: Variant, id: string = runId()): Task {
  const runFolder = join(modelFolder(config.modelFolder).runs, `${stage}-${id}`);
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
  const ids = Array.from({ length: shards }, runId).sort();
  return ids.map((id, i) => {
    const share = `${i + 1}/${shards}`;
    const task = stageTask(stage, { config, overrides: { ...overrides, "testing_model.shard": share } }, id);
    return { ...task, subject: `${task.subject} ${share}` };
  });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const result: T[][] = [];
  for (let start = 0; start < items.length; start += size) result.push(items.slice(start, start + size));
  return result;
}

function arrayJob(key: string, stage: JobStage, name: string, tasks: Task[], waitsFor: Wait[], plan: PlanOptions): Job {
  // Beside the models of all tasks: `models/.jobs`.
  const folder = join(dirname(taskFolder(plan.variants[0]!.config)), ".jobs", `${key}-${runId()}`);
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

/**
 * Arrays of one stage for some models, a task of the same number for each of them in each array: one array, or one for each
 * share of the test files. `former` are those of the stage before.
 */
function arrayStage(
  stage: JobStage,
  plan: PlanOptions,
  part: string,
  former: readonly Job[],
  first: readonly Wait[],
): Job[] {
  const models = plan.variants.map((variant) => stageTasks(stage, variant, plan.shards));
  const shares = models[0]!.length;
  const waitsFor = former.map(({ key }): Wait => ({ kind: "aftercorr", job: { key } }));
  return Array.from({ length: shares }, (_, share) => {
    const tasks = models.map((ofModel) => ofModel[share]!);
    const key = `${stage}${part}${shares > 1 ? `-share${share + 1}` : ""}`;
    const name = `${stage} ×${tasks.length}${shares > 1 ? ` ${share + 1}/${shares}` : ""}`;
    return arrayJob(key, stage, name, tasks, former.length > 0 ? waitsFor : [...first], plan);
  });
}

/** The job of one stage for one model, an array when the test files are shared out. */
function modelJob(
  stage: JobStage,
  plan: PlanOptions,
  part: string,
  former: readonly Job[],
  first: readonly Wait[],
): Job {
  const [variant] = plan.variants;
  const tasks = stageTasks(stage, variant!, plan.shards);
  const waitsFor = former.length > 0 ? former.map(({ key }): Wait => ({ kind: "afterok", job: { key } })) : [...first];
  const key = stage + part;
  if (tasks.length === 1) return singleJob(key, tasks[0]!, waitsFor, plan);
  return arrayJob(key, stage, `${stage} ${subject(variant!.config)}`, tasks, waitsFor, plan);
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
  const groups = chunks(plan.variants, plan.array ? plan.maxArraySize : 1).map((variants) => ({ ...plan, variants }));
  const single = plan.array && groups.length === 1;
  const jobs: Job[] = [];
  let former: Job[][] = groups.map(() => []);
  for (const stage of stages) {
    former = groups.map((group, i) => {
      const part = single ? "" : `-${i + 1}`;
      if (plan.array) return arrayStage(stage, group, part, former[i]!, first);
      return [modelJob(stage, group, part, former[i]!, first)];
    });
    jobs.push(...former.flat());
  }
  if (!plan.stages.includes("compare")) return jobs;
  for (const folder of new Set(plan.variants.map(({ config }) => taskFolder(config)))) {
    const waits = groups.flatMap(({ variants }, i) =>
      variants.some(({ config }) => taskFolder(config) === folder) ? former[i]! : [],
    );
    const waitsFor = waits.map(({ key }): Wait => ({ kind: "afterany", job: { key } }));
    jobs.push(singleJob(`compare-${jobs.length + 1}`, compareTask(folder), waits.length > 0 ? waitsFor : first, plan));
  }
  return jobs;
}
