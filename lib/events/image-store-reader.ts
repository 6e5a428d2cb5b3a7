import { closeSync, openSync, readSync } from "node:fs";
import { InputError } from "../errors.js";
import { imageChecksum } from "./image-store-files.js";

/** An image whose bytes are not those that were written. */
export class DamagedImageError extends InputError {
  constructor(path: string, place: number) {
    super(`image ${place} of the image store ${path} is damaged`, {
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
   * @param places in the store; images that follow each other are read at once
   * @param out gets one image after the other
   * @throws {DamagedImageError}
   */
  read(places: ArrayLike<number>, out: Uint8Array): void {
    const { imageBytes } = this;
    for (let first = 0; first < places.length; ) {
      let end = first + 1;
      while (end < places.length && places[end] === places[end - 1]! + 1) end++;
      const length = (end - first) * imageBytes;
      const read = readSync(this.file, out, first * imageBytes, length, places[first]! * imageBytes);
      for (let i = first; i < end; i++) this.verify(places[i]!, out, i, read >= (i - first + 1) * imageBytes);
      first = end;
    }
  }

  private verify(place: number, out: Uint8Array, at: number, complete: boolean): void {
    if (complete && this.verified[place] === 1) return;
    const bytes = out.subarray(at * this.imageBytes, (at + 1) * this.imageBytes);
    if (!complete || imageChecksum(bytes) !== this.checksums[place]) throw new DamagedImageError(this.path, place);
    this.verified[place] = 1;
  }

  close(): void {
    closeSync(this.file);
  }
}
