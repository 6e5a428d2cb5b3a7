import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { ExecaError, execa } from "execa";
import { CherenkitError } from "../errors.js";
import { cacheFolder } from "../files/cache-folder.js";
import { writeFileAtomically } from "../files/write-atomically.js";

// plotly brings the extension that draws figures in JupyterLab, and is installed for that alone.
const pins = { jupyterlab: "4.6.6", plotly: "7.1.0" } as const;

/** A JupyterLab that can be started. */
export interface JupyterLab {
  /** The program `jupyter-lab`. */
  readonly command: string;
  /** Its own one in the cache, or one that was there. */
  readonly own: boolean;
  /** Whether it has the extension that draws figures. */
  readonly drawsFigures: boolean;
}

function labAt(command: string, own: boolean): JupyterLab {
  const extension = join(dirname(command), "../share/jupyter/labextensions/jupyterlab-plotly");
  return { command, own, drawsFigures: existsSync(extension) };
}

/** The first `jupyter-lab` on the PATH, or null. */
export function foundJupyterLab(path: string = process.env.PATH ?? ""): JupyterLab | null {
  const command = path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, "jupyter-lab"))
    .find((candidate) => existsSync(candidate));
  return command ? labAt(command, false) : null;
}

/** A Python of at least 3.10 that can make environments. */
async function suitablePython(): Promise<string> {
  const test = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
  for (const command of [process.env.CHERENKIT_PYTHON, "python3", "python"]) {
    if (!command) continue;
    const { exitCode } = await execa(command, ["-c", test], { reject: false, stdio: "ignore" });
    if (exitCode === 0) return command;
  }
  throw new CherenkitError("JupyterLab needs Python 3.10 or newer with venv, and there is none", {
    remedy: "install python3 and python3-venv, or set CHERENKIT_PYTHON; or install JupyterLab yourself",
  });
}

/**
 * The project's own JupyterLab, in an environment in the cache that is made on first use.
 * @throws {CherenkitError} when Python or the package index cannot be used
 */
export async function ownJupyterLab(): Promise<JupyterLab> {
  const folder = join(cacheFolder(), `jupyterlab-${pins.jupyterlab}`);
  const complete = join(folder, ".complete");
  const command = join(folder, "bin/jupyter-lab");
  if (existsSync(complete)) return labAt(command, true);
  const python = await suitablePython();
  // An environment holds its own path, so it is made in its place; without the mark it is made again.
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  process.stderr.write(`installing JupyterLab ${pins.jupyterlab} into ${folder}\n`);
  const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "on"];
  const steps = [
    [python, "-m", "venv", folder],
    [join(folder, "bin/python"), ...pip, `jupyterlab==${pins.jupyterlab}`],
    [join(folder, "bin/python"), ...pip, "--no-deps", `plotly==${pins.plotly}`],
  ];
  try {
    for (const [program, ...args] of steps)
      await execa(program!, args, { stdio: ["ignore", process.stderr, "inherit"] });
  } catch (cause) {
    if (!(cause instanceof ExecaError)) throw cause;
    throw new CherenkitError(`JupyterLab could not be installed: ${cause.shortMessage}`, {
      place: folder,
      remedy: "check the connection to the Python package index, or install JupyterLab yourself",
      cause,
    });
  }
  const settings = { "@jupyterlab/apputils-extension:notification": { fetchNews: "false" } };
  await writeFileAtomically(join(folder, "share/jupyter/lab/settings/overrides.json"), JSON.stringify(settings));
  await writeFileAtomically(complete, "");
  return labAt(command, true);
}
