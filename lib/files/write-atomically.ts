import { randomBytes } from "node:crypto";
import { type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { OutputError } from "../errors.js";
import { makeFolder } from "./make-folder.js";
import { isSpecialFile } from "./special-file.js";
import { beginFile, finishFile } from "./unfinished-files.js";

/** A name beside `path` that no other process uses; rename it to `path` when it is complete. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
}

/** True when a write failed for want of room; also of an error that came from another thread, which brings no cause. */
export function isDiskFull(error: unknown): error is OutputError {
  return error instanceof OutputError && / the disk (is full|quota is used up)\b/.test(error.message);
}

/** What the file system says of a failed write, and what to do. */
export function writeProblem(cause: unknown): readonly [reason: string, remedy?: string] {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const remedies: Record<string, [string, string]> = {
    ENOSPC: ["the disk is full", "free some space or choose another folder, then run again"],
    EDQUOT: ["the disk quota is used up", "free some space or choose another folder, then run again"],
    EACCES: ["no permission to write", "choose a folder you may write to"],
    EPERM: ["no permission to write", "choose a folder you may write to"],
    EROFS: ["the file system is read-only", "choose a folder you may write to"],
    ENOTDIR: ["a file stands where a folder is needed", "choose another folder"],
    EEXIST: ["a file stands where a folder is needed", "choose another folder"],
    EISDIR: ["a folder stands where the file should go", "remove the folder or choose another name"],
    EFBIG: ["the file would be larger than allowed", "raise the limit (`ulimit -f`) or choose another folder"],
    ENOENT: ["the folder is gone", "make it again or choose another folder"],
    ENAMETOOLONG: ["the name is too long", "choose a shorter one"],
  };
  return remedies[code ?? ""] ?? [cause instanceof Error ? cause.message : String(cause)];
}

/** Turns what the file system says of a failed write into one clear error. */
export function outputError(path: string, cause: unknown): OutputError {
  const [reason, remedy] = writeProblem(cause);
  return new OutputError(`cannot write ${path}: ${reason}`, { place: path, remedy, cause });
}

async function writeParts(file: FileHandle, content: string | Uint8Array | Iterable<string>): Promise<void> {
  const parts = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
  for (const part of parts) await file.writeFile(part);
}

/**
 * Writes a whole file under a temporary name, flushes it and renames it, so that `path` never holds half a file.
 * Folders on the way are made. Pieces are written one after the other. A file that is replaced passes its permissions on;
 * a link stays one, and what it points to is replaced; a device (`/dev/null`) or a pipe is written to as it is.
 * @throws {OutputError} when the disk is full, the folder is not writable, …; `path` is left as it was.
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array | Iterable<string>,
): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const former = await stat(target).catch(() => null);
  const asItIs = isSpecialFile(target);
  const written = asItIs ? target : temporaryName(target);
  if (!asItIs) beginFile(written);
  try {
    makeFolder(dirname(resolve(target)));
    const file = await open(written, "w");
    try {
      await writeParts(file, content);
      if (asItIs) return;
      if (former?.isFile()) await file.chmod(former.mode & 0o777);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(written, target);
  } catch (cause) {
    if (!asItIs) await rm(written, { force: true });
    throw outputError(path, cause);
  } finally {
    finishFile(written);
  }
}
