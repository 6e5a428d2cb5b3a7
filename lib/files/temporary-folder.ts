import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OutputError } from "../errors.js";
import { writeProblem } from "./write-atomically.js";

/** What went wrong where temporary files are written. */
export function temporaryFileError(cause: unknown): OutputError {
  return new OutputError(`temporary files cannot be written: ${writeProblem(cause)[0]}`, {
    place: tmpdir(),
    remedy: "set TMPDIR to a folder that you may write to and that has room",
    cause,
  });
}

/**
 * A new folder below `TMPDIR` that nobody else uses; whoever makes it removes it.
 * @throws {OutputError}
 */
export async function makeTemporaryFolder(prefix: string): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), prefix));
  } catch (cause) {
    throw temporaryFileError(cause);
  }
}
