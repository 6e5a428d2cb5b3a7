import { copyFile, rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { loadConfig } from "../config/load-config.js";
import { modelFolder } from "../config/model-folder.js";
import { projectFolder } from "../files/project-folder.js";
import { runId } from "../files/run-id.js";
import { outputError, temporaryName } from "../files/write-atomically.js";
import { runNotebook } from "../notebooks/execute.js";
import type { EarlierAttempt } from "../notebooks/run-record.js";
import { readAttempts } from "../slurm/job-record.js";
import { noteProgress } from "../slurm/note-progress.js";
import { notebookOutput } from "./notebook-output.js";

export type Stage = "prepare" | "train" | "test" | "report";

export interface StageResult {
  readonly stage: Stage | "compare";
  readonly status: string;
  readonly exitCode: number;
  readonly notebook: string;
  readonly page: string;
  readonly seconds: number;
}

/** The attempts of a job before the present one, for the page. */
function earlierAttempts(runFolder: string): EarlierAttempt[] {
  return readAttempts(runFolder)
    .slice(0, -1)
    .map(({ start, end, host, next }) => ({
      startedAt: new Date(1000 * start).toISOString(),
      endedAt: end === null ? null : new Date(1000 * end).toISOString(),
      host,
      ending: next ?? "lost: killed, or the machine failed",
    }));
}

/** Runs one notebook of the project in a run folder of its own; notebook, page and log stay there. */
export async function runStageNotebook(
  stage: StageResult["stage"],
  parameters: Readonly<Record<string, unknown>>,
  runsFolder: string,
  options: { quiet?: boolean; publish?: string; title?: string; runFolder?: string } = {},
): Promise<StageResult> {
  const folder = options.runFolder ? resolve(options.runFolder) : join(runsFolder, `${stage}-${runId()}`);
  const notebook = join(folder, `${stage}.ipynb`);
  const page = join(folder, `${stage}.html`);
  const began = Date.now();
  const result = await runNotebook({
    input: join(projectFolder, "notebooks", `${stage}.ipynb`),
    output: notebook,
    html: page,
    title: options.title,
    parameters,
    cwd: projectFolder,
    runFolder: folder,
    earlier: options.runFolder ? earlierAttempts(folder) : [],
    onOutput: options.quiet ? undefined : notebookOutput(stage),
    onWarning: (text) => process.stderr.write(`warning: ${text}\n`),
  });
  if (options.publish && result.exitCode === 0) await publish(page, options.publish);
  const shown = options.publish && result.exitCode === 0 ? options.publish : page;
  const seconds = (Date.now() - began) / 1000;
  process.stderr.write(`${stage}: ${result.status} after ${seconds.toFixed(1)} s, page: ${shown}\n`);
  return { stage, status: result.status, exitCode: result.exitCode, notebook, page: shown, seconds };
}

async function publish(page: string, target: string): Promise<void> {
  const temporary = temporaryName(target);
  try {
    await copyFile(page, temporary);
    await rename(temporary, target);
  } catch (cause) {
    throw outputError(target, cause);
  }
}

/**
 * Runs a stage's notebook for a configuration. The configuration is loaded here first, so that a mistake in it ends
 * at once, before a kernel starts.
 * @throws {ConfigError}
 */
export async function runStage(
  stage: Stage,
  configFile: string,
  options: {
    readonly overrides?: Readonly<Record<string, string>>;
    readonly quiet?: boolean;
    readonly runFolder?: string;
    /** Parameters of the stage's notebook beside those that all stages have. */
    readonly parameters?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<StageResult> {
  const overrides = options.overrides ?? {};
  const config = await loadConfig(configFile, overrides);
  const folder = modelFolder(config.modelFolder);
  const parameters = { configFile: config.file, overrides, ...options.parameters };
  const result = await runStageNotebook(stage, parameters, folder.runs, {
    quiet: options.quiet,
    title: `${stage} · ${config.task} · ${config.name}`,
    publish: stage === "report" ? folder.report : undefined,
    runFolder: options.runFolder,
  });
  if (options.runFolder) await noteProgress(options.runFolder, folder);
  return result;
}
