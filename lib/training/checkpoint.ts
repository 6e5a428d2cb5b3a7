import { createHash } from "node:crypto";
import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { version } from "../config/version.js";
import { InputError } from "../errors.js";
import { makeFolder } from "../files/make-folder.js";
import { outputError } from "../files/write-atomically.js";
import type { Weights } from "./callbacks/callback.js";
import type { Fingerprint } from "./fingerprint.js";
import type { TrainingState } from "./training-state.js";
import { decodeWeights, encodeWeights } from "./weights-file.js";

/** A checkpoint that was found whole. */
export interface Checkpoint {
  readonly generation: number;
  readonly fingerprint: Fingerprint;
  readonly state: TrainingState;
  /** Prefix of the engine's files: weights and optimizer slots. */
  readonly prefix: string;
  /** Weights kept by callbacks, by the callback's name. */
  readonly kept: ReadonlyMap<string, Weights>;
}

interface StateFile {
  readonly format: 1;
  readonly cherenkit: string;
  readonly saved: string;
  readonly fingerprint: Fingerprint;
  readonly state: TrainingState;
  /** SHA-256 of every other file of the checkpoint. */
  readonly files: Readonly<Record<string, string>>;
}

const keptSuffix = ".kept";

// JSON has no NaN and no infinities; they stand as tagged text.
const tag = "number:";
const encodeNumber = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? `${tag}${value}` : value;
const decodeNumber = (_key: string, value: unknown): unknown =>
  typeof value === "string" && value.startsWith(tag) ? Number(value.slice(tag.length)) : value;

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function generations(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => /^\d{6}$/.test(name))
    .map(Number)
    .sort((a, b) => b - a);
}

const folderOf = (folder: string, generation: number): string => join(folder, String(generation).padStart(6, "0"));

/**
 * Writes a checkpoint as generation `generation` below `folder`: beside, then renamed, so that it is whole or not
 * there. The generation before it is kept, older ones go.
 * @param save writes weights and optimizer slots under a prefix
 */
export async function writeCheckpoint(
  folder: string,
  generation: number,
  fingerprint: Fingerprint,
  state: TrainingState,
  kept: ReadonlyMap<string, Weights>,
  save: (prefix: string) => Promise<void>,
): Promise<void> {
  const target = folderOf(folder, generation);
  const temporary = join(folder, `.${generation}.${process.pid}.tmp`);
  try {
    makeFolder(temporary);
    await save(join(temporary, "engine"));
    for (const [name, weights] of kept)
      await writeSynced(join(temporary, `${name}${keptSuffix}`), encodeWeights(weights));
    const files: Record<string, string> = {};
    for (const name of await readdir(temporary)) files[name] = hash(await readFile(join(temporary, name)));
    const content: StateFile = {
      format: 1,
      cherenkit: version,
      saved: new Date().toISOString(),
      fingerprint,
      state,
      files,
    };
    await writeSynced(join(temporary, "state.json"), JSON.stringify(content, encodeNumber));
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    throw outputError(target, cause);
  }
  for (const old of (await generations(folder)).filter((found) => found < generation - 1)) {
    await rm(folderOf(folder, old), { recursive: true, force: true });
  }
  // What a killed process left unfinished.
  for (const name of (await readdir(folder)).filter((found) => /^\.\d+\.\d+\.tmp$/.test(found))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function readGeneration(folder: string, generation: number): Promise<Checkpoint> {
  const path = folderOf(folder, generation);
  const content = JSON.parse(await readFile(join(path, "state.json"), "utf8"), decodeNumber) as StateFile;
  if (content.format !== 1) throw new InputError("it was written by another version of cherenkit", { place: path });
  const kept = new Map<string, Weights>();
  for (const [name, expected] of Object.entries(content.files)) {
    const bytes = await readFile(join(path, name));
    if (hash(bytes) !== expected) throw new InputError(`${name} is damaged`, { place: path });
    if (name.endsWith(keptSuffix)) kept.set(name.slice(0, -keptSuffix.length), decodeWeights(bytes));
  }
  return { generation, fingerprint: content.fingerprint, state: content.state, prefix: join(path, "engine"), kept };
}

/**
 * The newest whole checkpoint below `folder`; null when there is none. A damaged one is passed over, with a word to
 * `say`, for the one before it.
 * @throws {InputError} when there are checkpoints and none is whole.
 */
export async function readCheckpoint(folder: string, say: (line: string) => void): Promise<Checkpoint | null> {
  const found = await generations(folder);
  let cause: unknown;
  for (const generation of found) {
    try {
      return await readGeneration(folder, generation);
    } catch (error) {
      cause = error;
      say(
        `checkpoint ${folderOf(folder, generation)} cannot be used: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  if (found.length === 0) return null;
  throw new InputError("the checkpoint of this training is damaged", {
    place: folder,
    remedy: 'start anew (cherenkit train --anew, or { resume: "never" } in a notebook), which moves it to .previous/',
    cause,
  });
}

/** How far the newest checkpoint below `folder` is; null when there is none. Only its state is read, not its weights. */
export async function checkpointPosition(
  folder: string,
): Promise<{ readonly epoch: number; readonly step: number } | null> {
  const [newest] = await generations(folder);
  if (newest === undefined) return null;
  try {
    const text = await readFile(join(folderOf(folder, newest), "state.json"), "utf8");
    const { state } = JSON.parse(text, decodeNumber) as StateFile;
    return { epoch: state.epoch, step: state.step };
  } catch {
    return null;
  }
}
