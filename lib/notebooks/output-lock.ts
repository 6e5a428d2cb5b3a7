import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { OutputError } from "../errors.js";
import { outputError } from "../files/write-atomically.js";

interface Owner {
  readonly processId: number;
  readonly host: string;
  readonly since: string;
}

/** A lock of another machine that was not touched for this long belongs to a run that is gone. */
const staleMs = 180_000;
const touchEveryMs = 30_000;

function isAlive(owner: Owner, file: string): boolean {
  if (owner.host !== hostname()) return Date.now() - statSync(file).mtimeMs < staleMs;
  try {
    process.kill(owner.processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function ownerOf(file: string): Owner | null {
  try {
    const owner = JSON.parse(readFileSync(file, "utf8")) as Owner;
    return isAlive(owner, file) ? owner : null;
  } catch {
    return null; // just removed, or left half-written by a machine that went down
  }
}

/**
 * Keeps a second run from writing the same notebook.
 * @returns a function that gives it free
 * @throws {OutputError} when another run writes it now, or the folder is not writable
 */
export function lockOutput(output: string): () => void {
  const file = join(dirname(output), `.${basename(output)}.lock`);
  const content = JSON.stringify({ processId: process.pid, host: hostname(), since: new Date().toISOString() });
  for (let attempt = 1; ; attempt++) {
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw outputError(output, error);
    }
    const owner = ownerOf(file);
    if (owner || attempt === 3) {
      throw new OutputError("another run is writing this notebook", {
        place: output,
        remedy: owner
          ? `wait for process ${owner.processId} on ${owner.host} (since ${owner.since}), or give another output`
          : `give another output, or remove ${file} when no run is left`,
      });
    }
    rmSync(file, { force: true });
  }
  const touch = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch {
      // A full or unreachable disk is told of by what writes the notebook.
    }
  }, touchEveryMs);
  touch.unref();
  return () => {
    clearInterval(touch);
    rmSync(file, { force: true });
  };
}
