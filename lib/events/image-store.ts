import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { ReaderConfig } from "../config/config.js";
import { CherenkitError, InputError } from "../errors.js";
import { makeFolder } from "../files/make-folder.js";
import { isDiskFull, outputError } from "../files/write-atomically.js";
import type { ExampleTable } from "./example-table.js";
import { buildStore, type StorePlan } from "./image-store-build.js";
import { imageStoresFolder } from "./image-store-cache.js";
import { readCompleteStore, storeFormat, storePaths } from "./image-store-files.js";
import { doWithoutStore, whyNoRoom } from "./image-store-room.js";

/** Selected images of a data set in a flat file: float32, `[images, pixels, channels]`, in the order of `storeOrder`. */
export interface ImageStore {
  readonly key: string;
  /** Folder of the store; null when there was no room for it, and the DL1 files are read instead. */
  readonly folder: string | null;
  /** Why there is no store, and what would help; null when there is one. */
  readonly problem: string | null;
  /** Images in the store. */
  readonly examples: number;
  readonly pixels: number;
  readonly channels: number;
  /** True when it had been there before. */
  readonly reused: boolean;
}

/**
 * Everything that the stored images depend on: files, channels and selection. Mapper, model and task do not matter, so
 * trainings that differ in these share a store.
 */
function storeKey(examples: ExampleTable, reader: Pick<ReaderConfig, "channels">): string {
  const hash = createHash("sha256").update(JSON.stringify([storeFormat, reader.channels]));
  for (const { path } of examples.files) {
    const { size, mtimeMs } = statSync(path);
    hash.update(JSON.stringify([path, size, mtimeMs]));
  }
  for (const name of ["file_index", "obs_id", "event_id", "tel_id"]) hash.update(examples.images.column(name));
  return hash.digest("hex").slice(0, 24);
}

function pixelsOf(examples: ExampleTable): number {
  const sizes = [...new Set(examples.cameras.map(({ pixelX }) => pixelX.length))];
  if (sizes.length === 1) return sizes[0]!;
  throw new CherenkitError(`the cameras have ${sizes.join(" and ")} pixels, one network needs cameras of one size`, {
    remedy: "choose telescopes of one type with allowed_tels",
  });
}

function withoutStore(facts: Pick<ImageStore, "key" | "examples" | "pixels" | "channels">, reason: string): ImageStore {
  return { ...facts, folder: null, problem: `${reason}; ${doWithoutStore}`, reused: false };
}

/**
 * The image store of some examples: found in the cache, or read from their files once, on all cores of this job. Where the
 * disk, from the beginning or in the middle of it, or `CHERENKIT_CACHE_LIMIT_GB` leaves no room, `folder` is null, `problem` says so, and batches read the files.
 * @throws {InputError} for files that cannot be read or were changed meanwhile; {OutputError} when the cache cannot be written
 */
export async function openImageStore(
  examples: ExampleTable,
  reader: Pick<ReaderConfig, "channels">,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<ImageStore> {
  const key = storeKey(examples, reader);
  const stores = imageStoresFolder();
  const folder = join(stores, key);
  const pixels = pixelsOf(examples);
  const facts = { key, examples: examples.images.rows, pixels, channels: reader.channels.length };
  const existed = existsSync(folder);
  if (readCompleteStore(folder)) {
    await utimes(storePaths(folder).card, new Date(), new Date());
    return { ...facts, folder, problem: null, reused: true };
  }
  try {
    makeFolder(stores);
  } catch (cause) {
    throw outputError(stores, cause);
  }
  // What was there is not whole: a file is missing, has another size, or its checksums are damaged.
  if (existed) await rm(folder, { recursive: true, force: true });
  const plan: StorePlan = {
    key,
    examples,
    channels: reader.channels,
    pixels,
    bytes: examples.images.rows * pixels * reader.channels.length * 4,
  };
  const begun = statSync(storePaths(`${folder}.partial`).pixels, { throwIfNoEntry: false });
  const reason = await whyNoRoom(stores, plan.bytes + 4 * examples.images.rows - 512 * (begun?.blocks ?? 0));
  if (reason !== null) return withoutStore(facts, reason);
  try {
    await buildStore(folder, plan, onProgress);
  } catch (error) {
    // Another program took the room that there was.
    if (!isDiskFull(error)) throw error;
    return withoutStore(facts, `the image store could not be finished: ${error.message.split("\n")[0]}`);
  }
  if (storeKey(examples, reader) !== key) {
    await rm(folder, { recursive: true, force: true });
    throw new InputError("a file was changed while its images were read", {
      place: examples.files.map(({ path }) => path).join(", "),
      remedy: "run again when the files are complete",
    });
  }
  return { ...facts, folder, problem: null, reused: false };
}
