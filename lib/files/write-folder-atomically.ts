import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "./make-folder.js";
import { beginFile, finishFile } from "./unfinished-files.js";
import { outputError, temporaryName } from "./write-atomically.js";

/**
 * Fills a folder under a temporary name and renames it, so that `folder` is whole or absent; one that is there is replaced.
 * @param write writes the files into the folder that it is given
 * @throws {OutputError} when the disk is full, the folder is not writable, …
 */
export async function writeFolderAtomically(
  folder: string,
  write: (temporary: string) => Promise<unknown>,
): Promise<void> {
  const temporary = temporaryName(folder);
  const former = temporaryName(`${folder}.former`);
  beginFile(temporary);
  try {
    makeFolder(temporary); // at once: one under way at a stop would come after the tidying
    await write(temporary);
    makeFolder(dirname(folder));
    await rename(folder, former).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rename(temporary, folder);
    await rm(former, { recursive: true, force: true });
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    throw outputError(folder, cause);
  } finally {
    finishFile(temporary);
  }
}
