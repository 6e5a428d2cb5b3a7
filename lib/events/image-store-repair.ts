import type { ReaderConfig } from "../config/config.js";
import { InputError } from "../errors.js";
import type { ExampleTable } from "./example-table.js";
import type { ImageStore } from "./image-store.js";
import { rewriteImages } from "./image-store-build.js";
import { readChecksums, storePaths } from "./image-store-files.js";
import { DamagedImageError, StoreReader } from "./image-store-reader.js";

/** Places in a store whose images are not those that were written. */
export function damagedImages(folder: string, imageBytes: number): Set<number> {
  const paths = storePaths(folder);
  const checksums = readChecksums(paths.checksums);
  const reader = new StoreReader(paths.pixels, imageBytes, checksums, new Uint8Array(checksums.length));
  const bytes = new Uint8Array(imageBytes);
  const damaged = new Set<number>();
  try {
    for (let place = 0; place < checksums.length; place++) {
      try {
        reader.read([place], bytes);
      } catch (error) {
        if (!(error instanceof DamagedImageError)) throw error;
        damaged.add(place);
      }
    }
  } finally {
    reader.close();
  }
  return damaged;
}

/**
 * Looks through the whole store and writes what is damaged anew from the DL1 files. The checksums stay: what is written
 * must be what was written before.
 * @throws {InputError} when the files do not give the same images any more
 */
export async function repairStore(
  store: ImageStore,
  examples: ExampleTable,
  reader: Pick<ReaderConfig, "channels">,
): Promise<number> {
  const folder = store.folder!;
  const imageBytes = store.pixels * store.channels * 4;
  const damaged = damagedImages(folder, imageBytes);
  if (damaged.size === 0) return 0;
  process.stderr.write(`image store ${store.key}: ${damaged.size} damaged images are read again from the DL1 files\n`);
  await rewriteImages(folder, { examples, channels: reader.channels, pixels: store.pixels }, damaged);
  if (damagedImages(folder, imageBytes).size > 0) {
    throw new InputError("the image store is damaged, and the DL1 files were changed since it was written", {
      place: folder,
      remedy: "run 'cherenkit cache prune', then run again",
    });
  }
  return damaged.size;
}
