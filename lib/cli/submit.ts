import { resolve } from "node:path";
import { Command } from "commander";
import { ConfigError } from "../errors.js";
import type { ClusterProfile, JobStage } from "../slurm/cluster-profile.js";
import type { Job, ScriptOptions } from "../slurm/job.js";
import type { NodeGroup } from "../slurm/partition.js";
import type { PlanOptions, Variant } from "../slurm/plan.js";
import type { Submitted } from "../slurm/submit.js";
import { collect, parseAssignments } from "./assignments.js";
import { withVariation } from "./variants.js";
import { positiveNumber } from "./whole-number.js";

interface Options {
  readonly cluster?: string;
  readonly set: string[];
  readonly seeds?: string;
  readonly folds?: number;
  readonly sweep: string[];
  readonly shards: number;
  readonly array?: true;
  readonly parallel?: number;
  readonly after: string[];
  readonly retryOom?: string;
  readonly local?: true;
  readonly dryRun?: true;
  readonly check: boolean;
  readonly json?: true;
}

const stageNames: readonly JobStage[] = ["prepare", "train", "test", "report", "compare"];

function parseStages(text: string): JobStage[] {
  return text.split(",").map((word) => {
    const name = word.trim();
    const stage = stageNames.find((known) => known === name);
    if (stage) return stage;
    throw new ConfigError(`there is no stage ${name || '""'}`, { remedy: `stages are ${stageNames.join(", ")}` });
  });
}

/** Values that begin with `cluster.` replace keys of the profile; the others keys of the configuration. */
function splitOverrides(items: readonly string[]): { profile: Record<string, string>; config: Record<string, string> } {
  const all = Object.entries(parseAssignments(items));
  const ofProfile = all.filter(([key]) => key.startsWith("cluster."));
  return {
    profile: Object.fromEntries(ofProfile.map(([key, value]) => [key.slice("cluster.".length), value])),
    config: Object.fromEntries(all.filter(([key]) => !key.startsWith("cluster."))),
  };
}

function parseFactor(text: string | undefined): number | null {
  if (text === undefined) return null;
  const factor = Number(text.replace(/x$/, ""));
  if (factor > 1 && factor <= 10) return factor;
  throw new ConfigError(`--retry-oom ${text}: a factor above 1 is needed`, { remedy: "for example --retry-oom 1.5" });
}

async function check(
  stages: readonly JobStage[],
  list: readonly Variant[],
  profile: ClusterProfile,
  project: string,
  trained: boolean,
): Promise<void> {
  const { checkContainer, checkVariants } = await import("../slurm/check-variant.js");
  const { checkNotebook } = await import("../slurm/check-notebook.js");
  checkContainer(profile);
  const { config, overrides } = list[0]!;
  for (const stage of stages) {
    const parameters =
      stage === "compare" ? { taskFolder: config.modelFolder } : { configFile: config.file, overrides };
    await checkNotebook(stage, project, parameters);
  }
  await checkVariants(list, stages, profile, {
    trainedByThen: trained,
    warn: (line) => process.stderr.write(`warning: ${line}\n`),
  });
}

/** Ids of SLURM for what `--after` names: an id, or a run. */
async function jobIds(words: readonly string[], models: string): Promise<string[]> {
  const { findRuns } = await import("../slurm/run-folders.js");
  const { currentJobId, readAttempts, readRecord } = await import("../slurm/job-record.js");
  return words.flatMap((word) => {
    if (/^\d+(_\d+)?$/.test(word)) return [word];
    return findRuns(word, models)
      .slice(-1)
      .flatMap((folder) => {
        const id = currentJobId(readRecord(folder), readAttempts(folder));
        if (id) return [id];
        throw new ConfigError(`${word} was not submitted to SLURM, nothing can wait for it`, { place: folder });
      });
  });
}

async function plan(
  stageText: string,
  files: string[],
  options: Options,
  project: string,
): Promise<[PlanOptions, string]> {
  const { loadProfile } = await import("../slurm/load-profile.js");
  const stages = parseStages(stageText);
  const set = splitOverrides(options.set);
  const cluster = options.cluster ?? "local";
  if (options.cluster === undefined && !options.local) {
    throw new ConfigError("no cluster is given", { remedy: "name a profile with --cluster NAME, or add --local" });
  }
  const profile = await loadProfile(cluster, project, set.profile);
  const { configVariants } = await import("./variants.js");
  const list: Variant[] = [];
  for (const file of files) list.push(...(await configVariants(file, set.config, options)));
  const { modelsFolder } = await import("./models-folder.js");
  const after = await jobIds(options.after, modelsFolder());
  if (options.check) await check(stages, list, profile, project, after.length > 0);
  const planned: PlanOptions = {
    stages,
    variants: list,
    profile,
    array: options.array === true,
    parallel: options.parallel ?? null,
    shards: options.shards,
    after,
    maxArraySize: 1000,
  };
  return [planned, cluster];
}

/** What SLURM is asked before jobs are submitted; each answer is waited for where it is needed. */
interface Asked {
  readonly groups: Promise<readonly NodeGroup[]>;
  readonly arraySize: Promise<number>;
}

/** Asks what does not depend on the jobs, so that SLURM answers while configurations are read. */
async function ask(check: boolean, signal: AbortSignal): Promise<Asked> {
  const { maxArraySize, nodeGroups } = await import("../slurm/partition.js");
  const asked = { groups: check ? nodeGroups({ signal }) : Promise.resolve([]), arraySize: maxArraySize({ signal }) };
  // An error of SLURM is told when the answer is needed; one of the configuration comes before it.
  for (const answer of Object.values(asked)) answer.catch(() => {});
  return asked;
}

/**
 * Waits for all that SLURM must say before jobs are submitted; of several complaints the first one is told.
 * @returns how many tasks an array may have
 */
async function askCluster(
  { stages, profile, after }: PlanOptions,
  { groups, arraySize }: Asked,
  check: boolean,
): Promise<number> {
  const { checkResources } = await import("../slurm/partition.js");
  const { checkKnown } = await import("../slurm/check-queue.js");
  const { stageResources } = await import("../slurm/cluster-profile.js");
  const questions: Promise<unknown>[] = [];
  if (check) {
    const wanted = stages.map((stage) => ({ stage, resources: stageResources(profile, stage) }));
    questions.push(checkResources(wanted, groups));
  }
  if (check) questions.push(checkKnown(after));
  for (const answer of await Promise.allSettled([...questions, arraySize])) {
    if (answer.status === "rejected") throw answer.reason;
  }
  return arraySize;
}

/** @throws {ConfigError} when other jobs train one of the models, also of a submission in the same moment */
async function submitUnlessBusy(
  jobs: readonly Job[],
  { stages, variants, after }: PlanOptions,
  cluster: string,
  settings: ScriptOptions,
  check: boolean,
): Promise<Submitted[]> {
  const { checkLogPaths, submitJobs } = await import("../slurm/submit.js");
  checkLogPaths(jobs);
  if (!check || !stages.includes("train")) return submitJobs(jobs, cluster, settings);
  const { claimModels } = await import("../slurm/claim-models.js");
  const { checkNotInQueue } = await import("../slurm/check-queue.js");
  const release = await claimModels(variants, (line) => process.stderr.write(`${line}\n`));
  try {
    await checkNotInQueue(variants, after);
    return await submitJobs(jobs, cluster, settings);
  } finally {
    release();
  }
}

/** Options that would do nothing beside others. @throws {ConfigError} */
function checkOptions({ parallel, array, shards, after, json, local, dryRun }: Options, here: boolean): void {
  const without = here ? "without SLURM" : dryRun ? "with --dry-run" : null;
  if (json && without) throw new ConfigError(`--json tells of submitted jobs, and ${without} there are none`);
  if (after.length > 0 && here) {
    throw new ConfigError("--after waits for a job of SLURM, and these stages run here", {
      remedy: local ? "leave out --local or --after" : "leave out --after",
    });
  }
  if (parallel !== undefined && !array && shards < 2)
    throw new ConfigError("--parallel limits the tasks of an array", { remedy: "add --array, or --shards" });
}

async function submit(stageText: string, files: string[], options: Options): Promise<void> {
  const unwanted = new AbortController();
  try {
    const toSlurm = options.cluster !== undefined && !options.local && !options.dryRun;
    const asked = toSlurm ? await ask(options.check, unwanted.signal) : null;
    await submitStages(stageText, files, options, asked);
  } finally {
    unwanted.abort();
  }
}

async function submitStages(stageText: string, files: string[], options: Options, asked: Asked | null): Promise<void> {
  const { projectFolder } = await import("../files/project-folder.js");
  const { planJobs } = await import("../slurm/plan.js");
  const { submittedTable } = await import("../slurm/submitted-table.js");
  const [planned, cluster] = await plan(stageText, files, options, projectFolder);
  const settings: ScriptOptions = {
    project: projectFolder,
    profile: planned.profile,
    retryOom: parseFactor(options.retryOom),
  };
  const here = options.local === true || planned.profile.scheduler === "local";
  checkOptions(options, here);
  if (options.dryRun) {
    const { dryRun } = await import("../slurm/dry-run.js");
    console.log(await dryRun(planJobs(planned), settings, { askSlurm: !here, check: options.check }));
    return;
  }
  if (here || !asked) {
    const { runLocally } = await import("../slurm/run-locally.js");
    process.exitCode = await runLocally(planJobs(planned), cluster, settings);
    return;
  }
  const jobs = planJobs({ ...planned, maxArraySize: await askCluster(planned, asked, options.check) });
  const submitted = await submitUnlessBusy(jobs, planned, cluster, settings, options.check);
  if (options.json)
    console.log(
      JSON.stringify(
        submitted.map(({ id, job }) => ({
          id,
          stage: job.stage,
          name: job.name,
          script: resolve(job.folder, "job.sh"),
          runs: job.tasks.map((task) => task.runFolder),
        })),
        null,
        2,
      ),
    );
  else console.log(submittedTable(submitted).toText());
}

/** `cherenkit submit STAGE[,STAGE…] CONFIG…` */
export function submitCommand(): Command {
  return withVariation(
    new Command("submit")
      .description("run stages as SLURM jobs; each waits for the one before, and training goes on over the time limit")
      .argument("<stages>", "prepare, train, test, report, compare; several with commas")
      .argument("<configs...>", "YAML files")
      .option("--cluster <name>", "profile in configs/clusters, or a YAML file")
      .option(
        "--set <key=value>",
        "replace a value of the configuration, or with cluster.KEY one of the profile (may be repeated)",
        collect,
        [],
      ),
  )
    .option("--shards <n>", "predict the test files in n parts, at the same time", positiveNumber, 1)
    .option("--array", "one array job a stage instead of a job for each model")
    .option("--parallel <n>", "run at most n tasks of an array at a time", positiveNumber)
    .option("--after <id>", "start when this job, or run, has ended successfully (may be repeated)", collect, [])
    .option(
      "--retry-oom <factor>",
      "run a job that needed more memory again with this times as much, at most three times",
    )
    .option("--local", "run the same scripts here, without SLURM")
    .option("--dry-run", "show what would be submitted; submit nothing")
    .option("--no-check", "do not look for files, free space and resources beforehand")
    .option("--json", "print the jobs as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  cherenkit submit train,test,report,compare configs/energy.yaml --cluster baobab\n  cherenkit submit train configs/*.yaml --seeds 1,2,3 --array --cluster baobab --set cluster.time=4:00:00",
    )
    .action(submit);
}
