import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { CherenkitError } from "../errors.js";
import { findPython, pythonEnvironment } from "../files/python-environment.js";
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

async function suitablePython(): Promise<string> {
  const found = await findPython([3, 10]);
  if (found) return found.command;
  throw new CherenkitError("JupyterLab needs Python 3.10 or newer with venv, and there is none", {
    remedy: "install python3 and python3-venv, or set CHERENKIT_PYTHON; or install JupyterLab yourself",
  });
}

/**
 * The project's own JupyterLab, in an environment in the cache that is made on first use.
 * @throws {CherenkitError} when Python or the package index cannot be used
 */
export async function ownJupyterLab(): Promise<JupyterLab> {
  const folder = await pythonEnvironment(
    `jupyterlab-${pins.jupyterlab}`,
    `JupyterLab ${pins.jupyterlab}`,
    suitablePython,
    [[`jupyterlab==${pins.jupyterlab}`], ["--no-deps", `plotly==${pins.plotly}`]],
  );
  const overrides = join(folder, "share/jupyter/lab/settings/overrides.json");
  const settings = { "@jupyterlab/apputils-extension:notification": { fetchNews: "false" } };
  if (!existsSync(overrides)) await writeFileAtomically(overrides, JSON.stringify(settings));
  return labAt(join(folder, "bin/jupyter-lab"), true);
}
