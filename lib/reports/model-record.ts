import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Config } from "../config/config.js";
import { loadConfig } from "../config/load-config.js";
import { type ModelCard, readModelCard } from "../config/model-card.js";
import { type ModelFolder, modelFolder } from "../config/model-folder.js";
import { type Task, tasks } from "../config/task.js";
import { CherenkitError, InputError } from "../errors.js";
import type { EpochRecord } from "../training/epoch-record.js";
import { type ModelMetrics, readModelMetrics } from "./model-metrics.js";
import { withNetworkSize } from "./network-size.js";
import { type StageRun, stageRuns } from "./stage-runs.js";
import { readTrainingLog } from "./training-history.js";

/** Everything that lies in a model folder. What is missing or damaged is null or empty, and said in `missing`. */
export interface ModelRecord {
  readonly name: string;
  readonly task: Task;
  readonly folder: ModelFolder;
  readonly card: ModelCard | null;
  readonly config: Config | null;
  readonly metrics: ModelMetrics | null;
  readonly history: readonly EpochRecord[];
  readonly dl2Files: readonly string[];
  readonly runs: readonly StageRun[];
  /** Of the network on disk, bytes; null without one. */
  readonly modelBytes: number | null;
  /** Why each missing part is missing. */
  readonly missing: Readonly<Partial<Record<"card" | "config" | "metrics" | "history" | "dl2" | "model", string>>>;
}

async function folderBytes(path: string): Promise<number> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  const sizes = await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name))),
  );
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

async function dl2Files(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .filter((name) => name.endsWith(".dl2.h5"))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Reads a model folder, whatever its state.
 * @param task what the model reconstructs, where nothing in the folder says it
 * @throws {InputError} when there is no such folder
 */
export async function readModelRecord(path: string, task?: Task): Promise<ModelRecord> {
  const folder = modelFolder(resolve(path));
  if (!existsSync(folder.path)) {
    throw new InputError(`there is no model folder ${path}`, {
      place: folder.path,
      remedy: "train the model first (cherenkit train CONFIG)",
    });
  }
  const missing: Partial<Record<keyof ModelRecord["missing"], string>> = {};
  const attempt = async <T>(part: keyof ModelRecord["missing"], read: Promise<T>): Promise<T | null> => {
    try {
      return await read;
    } catch (error) {
      if (!(error instanceof CherenkitError)) throw error;
      missing[part] = error.message.split("\n")[0]!;
      return null;
    }
  };
  const card = await attempt("card", readModelCard(folder.card));
  const config = await attempt("config", loadConfig(folder.config));
  const written = await attempt("metrics", readModelMetrics(folder.metrics));
  const history = (await attempt("history", readTrainingLog(folder.trainingLog))) ?? [];
  const files = await dl2Files(folder.predict);
  if (files.length === 0) missing.dl2 = "the model was not tested yet (cherenkit test CONFIG)";
  const trained = existsSync(folder.model);
  const metrics = trained ? ((await attempt("model", withNetworkSize(written, folder.model))) ?? written) : written;
  if (!trained) missing.model = "training has not finished (cherenkit train CONFIG)";
  const parent = basename(dirname(folder.path));
  return {
    name: basename(folder.path),
    task: task ?? config?.task ?? card?.tasks[0] ?? tasks.find((known) => known === parent) ?? "energy",
    folder,
    card,
    config,
    metrics,
    history,
    dl2Files: files,
    runs: await stageRuns(folder.runs),
    modelBytes: trained ? await folderBytes(folder.model) : null,
    missing,
  };
}
