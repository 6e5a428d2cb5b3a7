import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CherenkitError, InputError } from "../errors.js";
import { findPython, type PythonVersion, pythonEnvironment } from "../files/python-environment.js";

/** The newest ctapipe of each Python, newest first. */
const releases: readonly { readonly python: PythonVersion; readonly ctapipe: string }[] = [
  { python: [3, 12], ctapipe: "0.32.0" },
  { python: [3, 10], ctapipe: "0.28.0" },
];
const oldest = releases.at(-1)!.python;
const newest: PythonVersion = [3, 13];

const program = "ctapipe-process";

/**
 * The program `ctapipe-process`: what `CHERENKIT_CTAPIPE` names, else one on the PATH, else that of an environment in the
 * cache, which is made on first use.
 * @throws {CherenkitError} when it is not there and cannot be installed
 */
export async function ctapipeProcess(path: string = process.env.PATH ?? ""): Promise<string> {
  const named = process.env.CHERENKIT_CTAPIPE;
  if (named) {
    if (existsSync(named)) return named;
    throw new InputError(`CHERENKIT_CTAPIPE names ${named}, which is not there`, {
      place: "CHERENKIT_CTAPIPE",
      remedy: `set it to the program ${program}, or unset it`,
    });
  }
  const found = path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, program))
    .find((candidate) => existsSync(candidate));
  if (found) return found;
  const python = await findPython(oldest, newest);
  if (!python) {
    throw new CherenkitError(`ctapipe needs Python ${oldest.join(".")} or newer with venv, and there is none`, {
      remedy: "install python3 and python3-venv, or set CHERENKIT_PYTHON; or install ctapipe yourself",
    });
  }
  const { ctapipe } = releases.find((release) => release.python[1] <= python.version[1])!;
  const folder = await pythonEnvironment(`ctapipe-${ctapipe}`, `ctapipe ${ctapipe}`, async () => python.command, [
    // eventio reads simtel files.
    [`ctapipe[eventio]==${ctapipe}`],
  ]);
  return join(folder, "bin", program);
}
