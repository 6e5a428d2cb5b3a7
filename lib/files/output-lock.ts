import { readFileSync, realpathSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { OutputError } from "../errors.js";
import { makeFolder } from "./make-folder.js";
import { isSpecialFile } from "./special-file.js";
import { beginFile, finishFile } from "./unfinished-files.js";
import { outputError } from "./write-atomically.js";

interface Owner {
  readonly processId: number;
  /** When that process was started, in ticks since the machine's boot, and which boot that was: numbers come again. */
  readonly started: string | null;
  readonly boot: string | null;
  readonly host: string;
  /** Run folder of a job, whose attempts never run at the same time. */
  readonly run: string | null;
  readonly since: string;
}

/** A lock of another machine that was not touched for this long belongs to a run that is gone. */
const staleMs = 180_000;
const touchEveryMs = 30_000;
const waitMs = 500;

/** What Linux tells in a file below /proc; null where there is none. */
function told(path: string): string | null {
  try {
    return readFileSync(`/proc/${path}`, "utf8").trim();
  } catch {
    return null;
  }
}

/** The 22nd field of `stat`; the second, a name in brackets, may hold blanks. */
const processStart = (pid: number): string | null => told(`${pid}/stat`)?.split(") ").at(-1)?.split(" ")[19] ?? null;

function ourselves(): Owner {
  return {
    processId: process.pid,
    started: processStart(process.pid),
    boot: told("sys/kernel/random/boot_id"),
    host: hostname(),
    run: process.env.CHERENKIT_RUN_FOLDER ?? null,
    since: new Date().toISOString(),
  };
}

const differ = (a: string | null | undefined, b: string | null): boolean => a != null && b !== null && a !== b;

function isAlive(owner: Owner, file: string): boolean {
  const own = ourselves();
  if (owner.host !== own.host) {
    // SLURM starts a job anew only when the node of its former attempt is gone.
    if (owner.run != null && owner.run === own.run) return false;
    return Date.now() - statSync(file).mtimeMs < staleMs;
  }
  if (differ(owner.boot, own.boot) || differ(owner.started, processStart(owner.processId))) return false;
  try {
    process.kill(owner.processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A lock that cannot be read, and is older, was left half-written by a machine that went down. */
const writingMs = 5000;

/** Who holds a lock: nobody when it is `missing` or `left` behind; `unclear` while it is being written. */
function holder(file: string): Owner | "missing" | "left" | "unclear" {
  try {
    const text = readFileSync(file, "utf8");
    const { mtimeMs } = statSync(file);
    try {
      const owner = JSON.parse(text) as Owner;
      return isAlive(owner, file) ? owner : "left";
    } catch {
      return Date.now() - mtimeMs > writingMs ? "left" : "unclear";
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "missing" : "unclear";
  }
}

function waitAMoment(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

/**
 * Removes a lock that was left behind. Of several processes that found it one does so, and looks again before: another may
 * have taken the lock by then.
 */
function removeLeft(file: string): void {
  const claim = `${file}.removing`;
  try {
    writeFileSync(claim, "", { flag: "wx" });
  } catch {
    // Killed in the moment between; nobody else takes so long.
    if (Date.now() - (statSync(claim, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN) > staleMs)
      rmSync(claim, { force: true });
    waitAMoment();
    return;
  }
  try {
    if (holder(file) === "left") rmSync(file, { force: true });
  } finally {
    rmSync(claim, { force: true });
  }
}

/** Gives a lock free, which is touched until then; the end of the process does so too. One that another took over is its own. */
function held(file: string, content: string): () => void {
  const isOurs = (): boolean => {
    try {
      return readFileSync(file, "utf8") === content;
    } catch {
      return false;
    }
  };
  beginFile(file, isOurs);
  const touch = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch {
      // A full or unreachable disk is told of by what writes the output.
    }
  }, touchEveryMs);
  touch.unref();
  return () => {
    clearInterval(touch);
    if (isOurs()) rmSync(file, { force: true });
    finishFile(file);
  };
}

/** Takes the lock, or gives its owner; null for one that cannot be told. @throws {OutputError} */
function takeLock(output: string, file: string): (() => void) | Owner | null {
  const content = JSON.stringify(ourselves());
  for (let attempt = 1; ; attempt++) {
    try {
      makeFolder(dirname(file));
      writeFileSync(file, content, { flag: "wx" });
      return held(file, content);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw outputError(output, error);
    }
    const found = holder(file);
    if (typeof found === "object") return found;
    if (attempt === 5) return null;
    if (found === "left") removeLeft(file);
    if (found === "unclear") waitAMoment();
  }
}

/** Where a path leads: one file has one lock, by whatever links it is written. */
function target(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function lockBeside(output: string): string {
  const file = target(output);
  return join(dirname(file), `.${basename(file)}.lock`);
}

/**
 * Keeps a second process, here or on another machine, from writing the same output.
 * @param output path of what is written; the lock `.<name>.lock` stands beside it
 * @param what the error calls it: `notebook`; a device as `/dev/null` has no lock
 * @returns a function that gives it free
 * @throws {OutputError} when another process writes it now, or the folder is not writable
 */
export function lockOutput(output: string, what: string): () => void {
  if (isSpecialFile(output)) return () => {};
  const file = lockBeside(output);
  const lock = takeLock(output, file);
  if (typeof lock === "function") return lock;
  throw new OutputError(`another run is writing this ${what}`, {
    place: output,
    remedy: lock
      ? `wait for process ${lock.processId} on ${lock.host} (since ${lock.since}), or give another output`
      : `give another output, or remove ${file} when no run is left`,
  });
}

/**
 * The same for what all processes need and one has to make: the others wait.
 * @param onWait called once when there is somebody to wait for, with the process and its machine
 * @throws {OutputError} when the folder is not writable
 */
export async function waitForLock(output: string, onWait: (owner: string) => void): Promise<() => void> {
  const file = lockBeside(output);
  for (let waited = false; ; waited = true) {
    const lock = takeLock(output, file);
    if (typeof lock === "function") return lock;
    if (!waited) onWait(lock ? `process ${lock.processId} on ${lock.host}` : "another process");
    await sleep(waitMs);
  }
}
