import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { minimumNode } from "./pins.mjs";

/** Runs a program quietly; `null` when it does not exist or fails. */
function output(command, args) {
  const result = spawnSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  return result.status === 0 ? `${result.stdout}${result.stderr}`.trim() : null;
}

export function nodeIsRecent(version = process.versions.node) {
  const parts = version.split(".").map(Number);
  for (const [i, wanted] of minimumNode.entries()) if (parts[i] !== wanted) return parts[i] > wanted;
  return true;
}

/** The Python that has pip, as `{ command, version, pip }`, or null. Needed only to fetch wheels. */
export function findPython() {
  for (const command of [process.env.CHERENKIT_PYTHON, "python3", "python"].filter(Boolean)) {
    const pip = output(command, ["-m", "pip", "--version"]);
    if (pip) return { command, version: output(command, ["--version"]), pip: pip.match(/^pip (\S+)/)?.[1] ?? pip };
  }
  return null;
}

/** A C++ compiler as an argument vector; `CXX` may hold several words, such as `python3 -m ziglang c++`. */
export function findCompiler() {
  const candidates = [process.env.CXX?.split(/\s+/).filter(Boolean), ["g++"], ["clang++"], ["c++"]];
  for (const candidate of candidates) {
    if (!candidate?.length) continue;
    const version = output(candidate[0], [...candidate.slice(1), "--version"]);
    if (version) return { command: candidate, version: version.split("\n")[0] };
  }
  return null;
}

/** Version of the C library, or null where it is not glibc. */
export function glibcVersion() {
  return process.report.getReport().header.glibcVersionRuntime ?? null;
}

/** Free bytes where `folder` is or will be. */
export function freeBytes(folder) {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return bavail * bsize;
}

/** Makes a folder and those above it that are missing; Node's `recursive` never ends below /proc. */
function makeFolder(folder) {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code !== "EEXIST") throw error; // another process was faster
  }
}

/** An error text when `folder` cannot be made or written, else null. */
export function notWritable(folder) {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return error.message;
  }
}
