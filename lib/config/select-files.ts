import { stat } from "node:fs/promises";
import { glob } from "tinyglobby";
import { InputError } from "../errors.js";
import type { FileSelection } from "./config.js";

/**
 * The files of a selection as absolute paths: the union of its patterns below its folder, sorted, without doubles.
 * @throws {InputError} when the folder does not exist or no file matches.
 */
export async function selectFiles({ folder, patterns }: FileSelection): Promise<string[]> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw new InputError(`the folder ${folder} does not exist`, {
      place: folder,
      remedy: "check the path in the configuration, or make the data first (cherenkit simulate)",
    });
  }
  const files = await glob([...patterns], { cwd: folder, absolute: true, onlyFiles: true, expandDirectories: false });
  if (files.length === 0) {
    throw new InputError(`no file matches ${patterns.join(", ")} in ${folder}`, {
      place: folder,
      remedy: "check the folder and the file patterns in the configuration",
    });
  }
  return [...new Set(files)].sort();
}
