import { closeSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "../files/make-folder.js";
import { outputError } from "../files/write-atomically.js";

/** A file of one JSON value per line that only grows; what is in it survives any crash. */
export interface RunLog {
  /** @throws {OutputError} */
  add(entry: Readonly<Record<string, unknown>>): void;
  close(): void;
}

/** @throws {OutputError} when the file cannot be written */
export function openRunLog(file: string): RunLog {
  const guarded = <T>(action: () => T): T => {
    try {
      return action();
    } catch (cause) {
      throw outputError(file, cause);
    }
  };
  const descriptor = guarded(() => {
    makeFolder(dirname(file));
    return openSync(file, "a");
  });
  return {
    add: (entry) => {
      guarded(() => writeSync(descriptor, `${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`));
    },
    close: () => closeSync(descriptor),
  };
}
