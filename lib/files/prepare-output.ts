import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { makeFolder } from "./make-folder.js";
import { outputError } from "./write-atomically.js";

/**
 * Makes the folder of a file that is to be written later, and looks whether it may be: hours of work come before.
 * @throws {OutputError}
 */
export function prepareOutput(path: string): void {
  const folder = dirname(resolve(path));
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw outputError(path, cause);
  }
}
