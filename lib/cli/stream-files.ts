import { closeSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "../files/make-folder.js";
import { outputError } from "../files/write-atomically.js";
import type { CellOutput } from "../notebooks/execute.js";

/** Files that get what the cells print, line by line as it comes. */
export interface StreamFiles {
  take(output: CellOutput): void;
  close(): void;
}

/**
 * @param files where stdout and stderr of the cells go; both may be the same file
 * @throws {OutputError} when one cannot be written
 */
export function openStreamFiles(files: { readonly stdout?: string; readonly stderr?: string }): StreamFiles {
  const open = new Map<string, number>();
  const guarded = <T>(file: string, action: () => T): T => {
    try {
      return action();
    } catch (cause) {
      throw outputError(file, cause);
    }
  };
  for (const file of new Set([files.stdout, files.stderr])) {
    if (file === undefined) continue;
    guarded(file, () => {
      makeFolder(dirname(file));
      open.set(file, openSync(file, "w"));
    });
  }
  return {
    take({ kind, text }) {
      const file = kind === "stdout" ? files.stdout : kind === "stderr" ? files.stderr : undefined;
      if (file !== undefined) guarded(file, () => writeSync(open.get(file)!, text));
    },
    close() {
      for (const descriptor of open.values()) closeSync(descriptor);
    },
  };
}
