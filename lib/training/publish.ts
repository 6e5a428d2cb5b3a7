import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type ModelCard, writeModelCard } from "../config/model-card.js";
import type { ModelFolder } from "../config/model-folder.js";
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
  await mkdir(into, { recursive: true });
  await rename(path, join(into, basename(path)));
}

/** Moves the unfinished training of a folder out of the way, to `.previous/`. */
export async function setCheckpointAside(folder: ModelFolder): Promise<void> {
  await move(folder.checkpoint, previousName(folder, "unfinished"));
}

/**
 * Puts a finished model in its place. Everything is first written beside; only then does a former finished model, with
 * the files that belong to it, move to `.previous/`, and the new one takes its place by renaming.
 * @param save writes the model into an empty folder
 */
export async function publish(
  folder: ModelFolder,
  finished: Finished,
  save: (modelFolder: string) => Promise<void>,
): Promise<void> {
  const beside = temporaryName(join(folder.path, ".finished"));
  const staged = (path: string): string => join(beside, basename(path));
  let complete = false;
  const pieces = [folder.model, folder.card, folder.config, folder.trainingLog, folder.metrics];
  try {
    await mkdir(staged(folder.model), { recursive: true });
    await save(staged(folder.model));
    await writeModelCard(staged(folder.card), finished.card);
    await writeFile(staged(folder.config), finished.config);
    await writeFile(staged(folder.trainingLog), finished.trainingLog);
    await writeFile(staged(folder.metrics), finished.metrics);
    complete = true;
    if (existsSync(folder.model)) {
      const former = previousName(folder, "model");
      for (const path of [...pieces, folder.predict, folder.report]) await move(path, former);
    }
    for (const path of pieces) await rename(staged(path), path);
    await rm(beside, { recursive: true, force: true });
    await rm(folder.checkpoint, { recursive: true, force: true });
  } catch (cause) {
    if (!complete) await rm(beside, { recursive: true, force: true });
    throw outputError(folder.path, cause);
  }
}
