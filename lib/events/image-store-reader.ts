import { closeSync, openSync, readSync } from "node:fs";
import { InputError } from "../errors.js";
import { imageChecksum } from "./image-store-files.js";

/** An image whose bytes are not those that were written. */
export class DamagedImageError extends InputError {
  constructor(path: string, row: number) {
    super(`image ${row} of the image store ${path} is damaged`, {
      place: path,
      remedy: "run 'cherenkit cache prune', then run again",
    });
  }
}

/** Reads pixel vectors of images at their offsets; the file is never in memory as a whole. */
export class StoreReader {
  private readonly file: number;

  /**
   * @param checksums of all images
   * @param verified 1 for each image that was found whole; memory that all threads share, so that each is checked once
   */
  constructor(
    private readonly path: string,
    private readonly imageBytes: number,
    private readonly checksums: Uint32Array,
    private readonly verified: Uint8Array,
  ) {
    this.file = openSync(path, "r");
  }

  /**
   * @param rows ascending; images that follow each other are read at once
   * @param out gets one image after the other
   * @throws {DamagedImageError}
   */
  read(rows: ArrayLike<number>, out: Uint8Array): void {
    const { imageBytes } = this;
    for (let first = 0; first < rows.length; ) {
      let end = first + 1;
      while (end < rows.length && rows[end] === rows[end - 1]! + 1) end++;
      const length = (end - first) * imageBytes;
      const read = readSync(this.file, out, first * imageBytes, length, rows[first]! * imageBytes);
      for (let i = first; i < end; i++) this.verify(rows[i]!, out, i, read >= (i - first + 1) * imageBytes);
      first = end;
    }
  }

  private verify(row: number, out: Uint8Array, at: number, complete: boolean): void {
    if (complete && this.verified[row] === 1) return;
    const bytes = out.subarray(at * this.imageBytes, (at + 1) * this.imageBytes);
    if (!complete || imageChecksum(bytes) !== this.checksums[row]) throw new DamagedImageError(this.path, row);
    this.verified[row] = 1;
  }

  close(): void {
    closeSync(this.file);
  }
}
