import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ExecaError, execa } from "execa";
import { CherenkitError } from "../errors.js";
import { cacheFolder } from "./cache-folder.js";
import { waitForLock } from "./output-lock.js";
import { writeFileAtomically } from "./write-atomically.js";

export type PythonVersion = readonly [major: number, minor: number];

/** A Python that can make environments. */
export interface Python {
  readonly command: string;
  readonly version: PythonVersion;
}

const versionScript = "import sys, venv, ensurepip; print(*sys.version_info[:2])";

/**
 * The first Python of at least a version that can make environments: `CHERENKIT_PYTHON`, the newest named `python3.N`,
 * `python3`, `python`; null when there is none.
 */
export async function findPython(oldest: PythonVersion, newestNamed?: PythonVersion): Promise<Python | null> {
  const named = newestNamed
    ? Array.from({ length: newestNamed[1] - oldest[1] + 1 }, (_, i) => `python3.${newestNamed[1] - i}`)
    : [];
  for (const command of [process.env.CHERENKIT_PYTHON, ...named, "python3", "python"]) {
    if (!command) continue;
    const { exitCode, stdout } = await execa(command, ["-c", versionScript], { reject: false, stderr: "ignore" });
    const [major = 0, minor = 0] = String(stdout).trim().split(" ").map(Number);
    if (exitCode !== 0 || major < oldest[0] || (major === oldest[0] && minor < oldest[1])) continue;
    return { command, version: [major, minor] };
  }
  return null;
}

/** What is installed into an environment: one call of pip each. */
export type PipSteps = readonly (readonly string[])[];

/**
 * The folder of an environment in the cache, which is made on first use, by one process while others wait.
 * @param name of the folder; another name is another environment
 * @param title what is told to be installed
 * @throws {CherenkitError} when the package index cannot be used
 */
export async function pythonEnvironment(
  name: string,
  title: string,
  python: () => Promise<string>,
  steps: PipSteps,
): Promise<string> {
  const folder = join(cacheFolder(), name);
  const complete = join(folder, ".complete");
  if (existsSync(complete)) return folder;
  const unlock = await waitForLock(folder, (owner) =>
    process.stderr.write(`${owner} is installing ${title}, waiting for it\n`),
  );
  try {
    if (existsSync(complete)) return folder;
    await makeEnvironment(folder, title, await python(), steps);
    await writeFileAtomically(complete, "");
    return folder;
  } finally {
    unlock();
  }
}

async function makeEnvironment(folder: string, title: string, command: string, steps: PipSteps): Promise<void> {
  // An environment holds its own path, so it is made in its place; without the mark it is made again.
  await rm(folder, { recursive: true, force: true });
  process.stderr.write(`installing ${title} into ${folder}\n`);
  const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "on"];
  const calls = [
    [command, "-m", "venv", folder],
    ...steps.map((step) => [join(folder, "bin/python"), ...pip, ...step]),
  ];
  try {
    for (const [program, ...args] of calls)
      await execa(program!, args, { stdio: ["ignore", process.stderr, "inherit"] });
  } catch (cause) {
    if (!(cause instanceof ExecaError)) throw cause;
    throw new CherenkitError(`${title} could not be installed: ${cause.shortMessage}`, {
      place: folder,
      remedy: "check the connection to the Python package index, or install it yourself",
      cause,
    });
  }
}
