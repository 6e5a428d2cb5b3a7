import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type ModelCard, writeModelCard } from "../config/model-card.js";
import type { ModelFolder } from "../config/model-folder.js";
import { keepNewest } from "../files/keep-newest.js";
import { makeFolder } from "../files/make-folder.js";
import { outputError, temporaryName } from "../files/write-atomically.js";

/** What a finished training leaves in its folder, beside the model itself. */
export interface Finished {
  readonly card: ModelCard;
  readonly config: string;
  readonly trainingLog: string;
  readonly metrics: string;
}

const stamp = (): string =>
  new Date()
    .toISOString()
    .replaceAll(":", "-")
    .replace(/\.\d+Z$/, "Z");

/** A name below `.previous/` that is not taken. */
function previousName(folder: ModelFolder, what: string): string {
  const name = join(folder.previous, `${what}-${stamp()}`);
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name}-${i}`;
    if (!existsSync(candidate)) return candidate;
  }
}

async function move(path: string, into: string): Promise<void> {
  if (!existsSync(path)) return;
  makeFolder(into);
  await rename(path, join(into, basename(path)));
}

/** TensorBoard's folders; they grow while training runs, so they are moved and never staged from memory. */
const eventFolders = (folder: ModelFolder): string[] => [folder.trainingEvents, folder.validationEvents];

/**
 * Where a training that is not over keeps the log at `path`: beside the checkpoint when there is a finished model, whose
 * own logs must not be replaced yet.
 */
export function livePath(folder: ModelFolder, path: string): string {
  return existsSync(folder.model) ? join(folder.checkpoint, basename(path)) : path;
}

/** Moves an unfinished training, and the events it wrote, out of the way to `.previous/`, where the last three stay. */
export async function setUnfinishedAside(folder: ModelFolder): Promise<void> {
  const aside = previousName(folder, "unfinished");
  await move(folder.checkpoint, aside);
  if (!existsSync(folder.model)) for (const path of eventFolders(folder)) await move(path, aside);
  await keepNewest(folder.previous, "unfinished");
}

/**
 * Puts a finished model in its place. Everything is first written beside; only then does a former finished model, with
 * the files that belong to it, move to `.previous/`, and the new one takes its place by renaming. The last three former
 * models stay there.
 * @param save writes the model into an empty folder
 */
export async function publish(
  folder: ModelFolder,
  finished: Finished,
  save: (modelFolder: string) => Promise<void>,
): Promise<void> {
  const replaces = existsSync(folder.model);
  const beside = temporaryName(join(folder.path, ".finished"));
  const staged = (path: string): string => join(beside, basename(path));
  let complete = false;
  const pieces = [folder.model, folder.card, folder.config, folder.trainingLog, folder.metrics];
  const events = replaces ? eventFolders(folder) : [];
  try {
    makeFolder(staged(folder.model));
    await save(staged(folder.model));
    await writeModelCard(staged(folder.card), finished.card);
    await writeFile(staged(folder.config), finished.config);
    await writeFile(staged(folder.trainingLog), finished.trainingLog);
    await writeFile(staged(folder.metrics), finished.metrics);
    complete = true;
    if (replaces) {
      const former = previousName(folder, "model");
      for (const path of [...pieces, ...events, folder.predict, folder.report]) await move(path, former);
    }
    for (const path of events) await move(join(folder.checkpoint, basename(path)), folder.path);
    for (const path of pieces) await rename(staged(path), path);
    await rm(beside, { recursive: true, force: true });
    await rm(folder.checkpoint, { recursive: true, force: true });
    if (replaces) await keepNewest(folder.previous, "model");
  } catch (cause) {
    if (!complete) await rm(beside, { recursive: true, force: true });
    throw outputError(folder.path, cause);
  }
}
