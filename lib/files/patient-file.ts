import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { OutputError } from "../errors.js";
import { makeFolder } from "./make-folder.js";
import { outputError } from "./write-atomically.js";

/** A file that only grows, and that a full disk does not end: what cannot be written waits until it can. */
export interface PatientFile {
  /** Writes it, whole or not at all. Never throws: up to some megabytes wait, of what comes after them only the number. */
  add(text: string): void;
  /** Writes what waits. @throws {OutputError} when that is still not possible */
  finish(): void;
  close(): void;
}

const mostWaiting = 8 * 2 ** 20;
const tryAgainMs = 1000;

/** Appends all of it or nothing. */
function append(descriptor: number, bytes: Uint8Array): void {
  const { size } = fstatSync(descriptor);
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
  } catch (error) {
    // Only a file can be cut; what went into a pipe is gone.
    if (fstatSync(descriptor).isFile()) ftruncateSync(descriptor, size);
    throw error;
  }
}

/**
 * @param flags as for `open`: `a+` goes on, `w` begins anew
 * @param gap what stands in the file for so many pieces that found no room
 * @param onTrouble told when something cannot be written, and again only after that was possible in between
 * @throws {OutputError} when the file cannot be opened
 */
export function openPatientFile(
  path: string,
  flags: "a+" | "w",
  gap: (pieces: number) => string,
  onTrouble: (error: OutputError) => void,
): PatientFile {
  let descriptor: number;
  try {
    makeFolder(dirname(path));
    descriptor = openSync(path, flags);
  } catch (cause) {
    throw outputError(path, cause);
  }
  let waiting: Buffer[] = [];
  let bytes = 0;
  let lost = 0;
  let failed: { readonly error: OutputError; readonly at: number } | null = null;

  function flush(): void {
    if (waiting.length === 0) return;
    try {
      append(descriptor, Buffer.concat([...waiting, Buffer.from(lost > 0 ? gap(lost) : "")]));
      [waiting, bytes, lost, failed] = [[], 0, 0, null];
    } catch (cause) {
      const error = outputError(path, cause);
      if (failed === null) onTrouble(error);
      failed = { error, at: performance.now() };
    }
  }

  return {
    add(text) {
      const piece = Buffer.from(text);
      if (failed !== null && (lost > 0 || bytes + piece.length > mostWaiting)) lost++;
      else {
        waiting.push(piece);
        bytes += piece.length;
      }
      if (failed === null || performance.now() - failed.at > tryAgainMs) flush();
    },
    finish() {
      flush();
      if (failed !== null) throw failed.error;
    },
    close: () => closeSync(descriptor),
  };
}
