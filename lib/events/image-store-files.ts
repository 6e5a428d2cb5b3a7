import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";

/** Form of the stored files; another form is another store. */
export const storeFormat = 3;

/** Names of a store's files in its folder. */
export interface StorePaths {
  /** float32 `[images, pixels, channels]` */
  readonly pixels: string;
  /** uint32 `[images]`: checksum of each image, 0 = not written. */
  readonly checksums: string;
  /** One byte a piece of the work: 1 = done. Only while the store is being built. */
  readonly pieces: string;
  /** What is in the store; written last. */
  readonly card: string;
}

/** What is known of a complete store. */
export interface StoreCard {
  readonly format: number;
  readonly key: string;
  /** Images in the store. */
  readonly examples: number;
  readonly pixels: number;
  readonly channels: readonly string[];
  /** Size of the pixels' file. */
  readonly bytes: number;
  /** Checksum of the file of checksums. */
  readonly checksum: number;
}

export function storePaths(folder: string): StorePaths {
  const [pixels, checksums, pieces, card] = ["pixels.f32", "checksums.u32", "pieces.u8", "store.json"].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  return { pixels, checksums, pieces, card };
}

/** Checksum of an image; never 0, which means that there is none. */
export function imageChecksum(bytes: Uint8Array): number {
  return crc32(bytes) || 1;
}

/** The checksums of a store, `[images]`. */
export function readChecksums(path: string): Uint32Array {
  const bytes = readFileSync(path);
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** The card of a complete store whose files have their sizes and whose checksums are whole; null otherwise. */
export function readCompleteStore(folder: string): StoreCard | null {
  const paths = storePaths(folder);
  try {
    const card = JSON.parse(readFileSync(paths.card, "utf8")) as StoreCard;
    const whole =
      card.format === storeFormat &&
      statSync(paths.pixels).size === card.bytes &&
      statSync(paths.checksums).size === 4 * card.examples &&
      crc32(readFileSync(paths.checksums)) === card.checksum;
    return whole ? card : null;
  } catch {
    return null;
  }
}
