import { randomBytes } from "node:crypto";
import { copyFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../config/load-config.js";
import { modelFolder } from "../config/model-folder.js";
import { outputError, temporaryName } from "../files/write-atomically.js";
import { runNotebook } from "../notebooks/execute.js";
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

export const projectFolder: string = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** `20261123-183201-3f9a`: sorts by time, and two runs of one second differ. */
function runId(): string {
  const time = new Date().toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${time}-${randomBytes(2).toString("hex")}`;
}

/** Runs one notebook of the project in a run folder of its own; notebook, page and log stay there. */
export async function runStageNotebook(
  stage: StageResult["stage"],
  parameters: Readonly<Record<string, unknown>>,
  runsFolder: string,
  options: { quiet?: boolean; publish?: string } = {},
): Promise<StageResult> {
  const folder = join(runsFolder, `${stage}-${runId()}`);
  const notebook = join(folder, `${stage}.ipynb`);
  const page = join(folder, `${stage}.html`);
  const began = Date.now();
  const result = await runNotebook({
    input: join(projectFolder, "notebooks", `${stage}.ipynb`),
    output: notebook,
    html: page,
    parameters,
    cwd: projectFolder,
    runFolder: folder,
    onOutput: options.quiet ? undefined : notebookOutput(stage),
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
  options: { overrides?: Readonly<Record<string, string>>; quiet?: boolean } = {},
): Promise<StageResult> {
  const overrides = options.overrides ?? {};
  const config = await loadConfig(configFile, overrides);
  const folder = modelFolder(config.modelFolder);
  return runStageNotebook(stage, { configFile: config.file, overrides }, folder.runs, {
    quiet: options.quiet,
    publish: stage === "report" ? folder.report : undefined,
  });
}
