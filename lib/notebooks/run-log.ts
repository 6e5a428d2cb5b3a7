import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { OutputError } from "../errors.js";
import { openPatientFile } from "../files/patient-file.js";

/** A file of one JSON value per line that only grows; what is in it survives any crash. */
export interface RunLog {
  /** Never throws: what finds no room on the disk waits, up to some megabytes; a line of kind `gap` counts the rest. */
  add(entry: Readonly<Record<string, unknown>>): void;
  /** Writes what waits. @throws {OutputError} when that is still not possible */
  finish(): void;
  close(): void;
}

/** Whether a killed process left the last line half-written. */
function endsTorn(file: string): boolean {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return false;
  const descriptor = openSync(file, "r");
  try {
    const last = Buffer.alloc(1);
    return readSync(descriptor, last, 0, 1, size - 1) === 1 && last.toString() !== "\n";
  } finally {
    closeSync(descriptor);
  }
}

/**
 * @param onTrouble told when something cannot be written, and again only after that was possible in between
 * @throws {OutputError} when the file cannot be opened
 */
export function openRunLog(file: string, onTrouble: (error: OutputError) => void): RunLog {
  const line = (entry: Readonly<Record<string, unknown>>): string =>
    `${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`;
  const log = openPatientFile(file, "a+", (lines) => line({ kind: "gap", lines }), onTrouble);
  if (endsTorn(file)) log.add("\n");
  return { add: (entry) => log.add(line(entry)), finish: log.finish, close: log.close };
}
