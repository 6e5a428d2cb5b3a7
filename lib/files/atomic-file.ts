import { closeSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { makeFolder } from "./make-folder.js";
import { beginFile, finishFile } from "./unfinished-files.js";
import { outputError, temporaryName } from "./write-atomically.js";

/** A file written piece by piece under a temporary name; it gets its own name when it is closed. */
export class AtomicFile {
  readonly path: string;
  private readonly temporary: string;
  private readonly fd: number;
  private end = 0;
  private open = true;

  /** @throws {OutputError} when the folder cannot be written. */
  constructor(path: string) {
    this.path = resolve(path);
    this.temporary = temporaryName(this.path);
    try {
      makeFolder(dirname(this.path));
      this.fd = openSync(this.temporary, "w");
      beginFile(this.temporary);
    } catch (cause) {
      throw outputError(this.path, cause);
    }
  }

  /** Writes at a position, at the end when there is none. @throws {OutputError}, after which nothing is left on disk. */
  write(content: string | Uint8Array, position: number = this.end): void {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.fd, bytes, done, bytes.length - done, position + done);
      }
    } catch (cause) {
      this.abort();
      throw outputError(this.path, cause);
    }
    this.end = Math.max(this.end, position + bytes.length);
  }

  /** Makes the file so many bytes long; what is not written is zero. @throws {OutputError} */
  resize(bytes: number): void {
    try {
      ftruncateSync(this.fd, bytes);
    } catch (cause) {
      this.abort();
      throw outputError(this.path, cause);
    }
    this.end = Math.max(this.end, bytes);
  }

  /** Flushes the file and gives it its name. @throws {OutputError} */
  close(): void {
    try {
      fsyncSync(this.fd);
      closeSync(this.fd);
      this.open = false;
      renameSync(this.temporary, this.path);
      finishFile(this.temporary);
    } catch (cause) {
      this.abort();
      throw outputError(this.path, cause);
    }
  }

  /** Gives up: nothing stays on disk. Does nothing after `close`. */
  abort(): void {
    if (this.open) closeSync(this.fd);
    this.open = false;
    rmSync(this.temporary, { force: true });
    finishFile(this.temporary);
  }
}
