import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "../errors.js";
import { attemptsFile, currentJobId, readAttempts, readRecord, recordFile } from "./job-record.js";

const folders = (path: string): string[] => {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(path, entry.name));
  } catch {
    return [];
  }
};

const isRun = (path: string): boolean =>
  [recordFile, "run.json", attemptsFile].some((name) => existsSync(join(path, name)));

const stages = ["prepare", "train", "test", "report", "compare"];

/**
 * Time in the name of a run folder, `train-20261123-183201-3f9a`, then its stage: those submitted together, within a
 * second, stand in the order in which they will run.
 */
function runOrder(path: string): string {
  const [, stage, time] = basename(path).match(/^([a-z]+)-(\d+-\d+)/) ?? [];
  const name = basename(path);
  return time ? `${time} ${stages.indexOf(stage!)} ${basename(dirname(dirname(path)))} ${name}` : name;
}

/**
 * The run folders at and below `root`, which may be a run folder, a model's folder, a task's, or `models`; oldest first,
 * and of those of one second first what the others wait for.
 */
export function findRunFolders(root: string): string[] {
  if (isRun(root)) return [root];
  const below = (path: string): string[] => [...folders(join(path, "runs")), ...folders(join(path, ".compare"))];
  const levels = [root, ...folders(root), ...folders(root).flatMap(folders)];
  return levels
    .flatMap(below)
    .filter(isRun)
    .map((folder) => [runOrder(folder), folder] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, folder]) => folder);
}

/**
 * Run folders that people mean by a word: a job's id (`123`; of an array also `123_4`), the name of a run folder or its
 * end, the path of a run's, model's or task's folder.
 * @param models folder in which ids and names are looked for
 * @throws {InputError} when there is none
 */
export function findRuns(word: string, models: string): string[] {
  // The folder in which one stands is no run: an empty variable shall not cancel all that lies below.
  if (word.trim() === "") throw new InputError("a run has no name", { remedy: "give an id, or a model's folder" });
  const path = resolve(word);
  if (existsSync(path)) {
    const found = findRunFolders(path);
    if (found.length > 0) return found;
    throw new InputError(`there is no run in ${word}`, { place: path });
  }
  const all = findRunFolders(models);
  const found = /^\d+(_\d+)?$/.test(word)
    ? all.filter((folder) => {
        const record = readRecord(folder);
        const attempts = readAttempts(folder);
        const ids = [record?.jobId, ...attempts.map(({ jobId }) => jobId), currentJobId(record, attempts)];
        return ids.some((id) => id === word || id?.split("_")[0] === word);
      })
    : all.filter((folder) => basename(folder) === word || basename(folder).endsWith(`-${word}`));
  if (found.length === 0) {
    throw new InputError(`no run is known as ${word}`, {
      place: models,
      remedy: "cherenkit status lists the runs and their ids; give an id, or a model's folder",
    });
  }
  return found;
}

/** `energy/singlecnn` of a run folder `models/energy/singlecnn/runs/…`; `energy` of a comparison. */
export function subjectOf(runFolder: string): string {
  const parent = dirname(dirname(runFolder));
  if (basename(dirname(runFolder)) === ".compare") return basename(parent);
  return `${basename(dirname(parent))}/${basename(parent)}`;
}
