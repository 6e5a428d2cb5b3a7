import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { InputError } from "../../errors.js";
import { GrowingFile, pollMs, type Until } from "./growing-file.js";
import type { LiveSource } from "./live-event.js";
import type { LivePredictor } from "./live-predictor.js";

/** A file that was changed within this time and cannot be read is being written. */
const settledMs = 10_000;

/** Names of the HDF5 files of a folder, the oldest first. */
async function filesOf(folder: string): Promise<{ readonly name: string; readonly mtimeMs: number }[]> {
  const names = (await readdir(folder)).filter((name) => /\.(h5|hdf5|hdf)$/i.test(name) && !name.startsWith("."));
  const found = await Promise.all(
    names.map(async (name) => {
      const state = await stat(join(folder, name)).catch(() => null);
      return state ? [{ name, mtimeMs: state.mtimeMs }] : [];
    }),
  );
  return found.flat().sort((a, b) => a.mtimeMs - b.mtimeMs || (a.name < b.name ? -1 : 1));
}

/**
 * The events of the DL1 files in a folder, each file once, and those of files that appear in it, until it is told to
 * end. A file should appear by renaming, complete.
 * @param onBadFile told of a file that cannot be read; it is left out
 * @throws {InputError} when the folder cannot be read
 */
export async function* followFolder(
  folder: string,
  predictor: LivePredictor,
  { signal, idleMs }: Until,
  onBadFile: (why: string) => void,
): LiveSource {
  const done = new Set<string>();
  let lastMs = performance.now();
  while (!signal.aborted) {
    for (const { name, mtimeMs } of await filesOf(folder)) {
      if (done.has(name)) continue;
      try {
        for await (const events of new GrowingFile(join(folder, name), predictor).news()) {
          lastMs = performance.now();
          done.add(name);
          yield events;
          if (signal.aborted) return;
        }
        done.add(name);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        if (!done.has(name) && Date.now() - mtimeMs < settledMs) continue;
        done.add(name);
        onBadFile(error.message);
      }
    }
    if (idleMs !== undefined && performance.now() - lastMs > idleMs) return;
    if (!(await wait(pollMs, true, { signal }).catch(() => false))) return;
  }
}
