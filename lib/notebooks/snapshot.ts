import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cachedDataVersionTag } from "node:v8";
import { cacheFolder } from "../files/cache-folder.js";
import { makeFolder } from "../files/make-folder.js";
import { temporaryName } from "../files/write-atomically.js";
import { snapshotPlan } from "./tslab-compiler.js";

const builder = fileURLToPath(new URL("./kernel-snapshot.cjs", import.meta.url));

/** A build that has not ended after this was killed. */
const buildMs = 120_000;

/**
 * Where the snapshot of this project's kernel lies: one for each Node, its settings and the features of the processor,
 * since V8 refuses another's.
 */
function snapshotFile(): string {
  const compiler = createRequire(import.meta.url).resolve("@tslab/typescript-for-tslab");
  const machine = hash(`${process.version} ${process.arch} ${cachedDataVersionTag()}`);
  const content = hash(`${statSync(compiler).mtimeMs} ${readFileSync(builder, "utf8")}`);
  return join(cacheFolder(), "kernel", `${hash(builder)}-${machine}-${content}.blob`);
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** Settings of V8 given to this process but not to the kernel would make the snapshot another's. */
function hasOwnSettings(): boolean {
  return process.execArgv.some((option) => /^--(max|min|stack|jit|harmony|js|no-)/.test(option));
}

/** The snapshot to start a kernel from; null when there is none yet, or `CHERENKIT_KERNEL_SNAPSHOT=off`. */
export function usableSnapshot(): string | null {
  if (process.env.CHERENKIT_KERNEL_SNAPSHOT === "off" || hasOwnSettings()) return null;
  try {
    const file = snapshotFile();
    return existsSync(file) ? file : null;
  } catch {
    return null;
  }
}

/** Snapshots that this project's kernel had before it changed, and what builders that were killed have left. */
function removeFormer(file: string): void {
  const former = basename(file).replace(/-[^-]*$/, "-");
  for (const name of readdirSync(dirname(file))) {
    const path = join(dirname(file), name);
    const writtenMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    const isOld = name.endsWith(".blob") || Date.now() - writtenMs > buildMs;
    if (name.startsWith(former) && isOld && name !== basename(file)) rmSync(path, { force: true });
  }
}

/** Takes the right to build; false when another process builds. */
function claim(file: string): boolean {
  try {
    if (existsSync(file) && Date.now() - statSync(file).mtimeMs > buildMs) rmSync(file, { force: true });
    closeSync(openSync(file, "wx"));
    return true;
  } catch {
    return false;
  }
}

/**
 * Builds the snapshot when there is none; a few seconds. Does nothing where that is not possible.
 * @returns the file; null when it could not be built, or another process builds it
 */
export async function buildSnapshot(): Promise<string | null> {
  if (process.env.CHERENKIT_KERNEL_SNAPSHOT === "off") return null;
  const file = snapshotFile();
  if (existsSync(file)) return file;
  const claimed = `${file}.building`;
  try {
    makeFolder(dirname(file));
  } catch {
    return null;
  }
  if (!claim(claimed)) return null;
  const temporary = temporaryName(file);
  const script = `${temporary}.cjs`;
  try {
    // Node runs it with nothing of a module about it, not even `exports`.
    writeFileSync(script, `const exports = {};\n${readFileSync(builder, "utf8")}`);
    const child = spawn(process.execPath, ["--snapshot-blob", temporary, "--build-snapshot", script], {
      stdio: "ignore",
      env: { ...process.env, CHERENKIT_SNAPSHOT: JSON.stringify(snapshotPlan()) },
      timeout: buildMs,
    });
    const code = await new Promise<number | null>((resolve) => {
      child.once("error", () => resolve(null));
      child.once("close", resolve);
    });
    if (code !== 0) return null;
    await rename(temporary, file);
    removeFormer(file);
    return file;
  } catch {
    return null;
  } finally {
    rmSync(temporary, { force: true });
    rmSync(script, { force: true });
    rmSync(claimed, { force: true });
  }
}

/** Lets a process of its own build the snapshot for the next kernel, with low priority. */
export function buildSnapshotLater(): void {
  if (process.env.CHERENKIT_KERNEL_SNAPSHOT === "off" || hasOwnSettings()) return;
  try {
    if (existsSync(snapshotFile())) return;
    const child = spawn("nice", [process.execPath, fileURLToPath(new URL("./build-snapshot.js", import.meta.url))], {
      detached: true,
      stdio: "ignore",
    });
    child.on("error", () => {}); // without `nice` kernels start as before
    child.unref();
  } catch {
    // A cache that cannot be read is no reason not to run.
  }
}
