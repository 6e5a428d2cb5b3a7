import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { crc32 } from "node:zlib";
import type { Channel } from "../config/channel.js";
import { CherenkitError, InputError } from "../errors.js";
import { makeFolder } from "../files/make-folder.js";
import { outputError, writeFileAtomically } from "../files/write-atomically.js";
import { unpackError } from "../threads/thread-error.js";
import { workerCount } from "../threads/worker-count.js";
import type { ExampleTable } from "./example-table.js";
import {
  readChecksums,
  readCompleteStore,
  type StoreCard,
  type StorePaths,
  storeFormat,
  storePaths,
} from "./image-store-files.js";
import { type StoreTask, storeOrder, storeTasks } from "./image-store-tasks.js";
import type { StoreReply } from "./image-store-worker.js";
import { imagesPath } from "./read-images.js";

/** What a store will hold. */
export interface StorePlan {
  readonly key: string;
  readonly examples: ExampleTable;
  readonly channels: readonly Channel[];
  readonly pixels: number;
  readonly bytes: number;
}

/** Runs tasks on worker threads until none is left; the first failure ends all. */
async function runTasks(
  next: () => StoreTask | undefined,
  count: number,
  onDone: (task: StoreTask) => void,
  onImages: (count: number) => void,
): Promise<void> {
  const workers = Array.from({ length: Math.min(workerCount(), count) }, () => {
    return new Worker(new URL("./image-store-worker.js", import.meta.url));
  });
  const serve = (worker: Worker): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      let task: StoreTask | undefined;
      const proceed = (): void => {
        task = next();
        if (task) worker.postMessage(task);
        else resolve();
      };
      worker.on("message", (reply: StoreReply) => {
        if (reply.kind === "progress") return onImages(reply.images);
        if (reply.kind === "failed") return reject(unpackError(reply.error));
        try {
          onDone(task!);
          proceed();
        } catch (error) {
          reject(error);
        }
      });
      worker.on("error", reject);
      worker.on("exit", (code) => reject(new CherenkitError(`a reading thread ended (${code})`)));
      proceed();
    });
  try {
    await Promise.all(workers.map(serve));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** A file of so many bytes, zeros where nothing was written; what is there already stays. */
function reserve(path: string, bytes: number): void {
  const file = openSync(path, "a+");
  try {
    ftruncateSync(file, bytes);
  } finally {
    closeSync(file);
  }
}

function sync(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** @throws {InputError} when images are missing in the files */
function checkAllFound(examples: ExampleTable, checksums: Uint32Array): void {
  const missing = checksums.reduce((count, checksum) => count + (checksum === 0 ? 1 : 0), 0);
  if (missing === 0) return;
  const row = storeOrder(examples)[checksums.indexOf(0)]!;
  const source = examples.files[examples.images.column("file_index")[row]!]!.path;
  const place = `${source}:${imagesPath(examples.images.column("tel_id")[row]!)}`;
  throw new InputError(`${missing} of ${checksums.length} images are missing; ${place} lacks the first`, {
    place,
    remedy: "give DL1 files with images (ctapipe-process --write-images)",
  });
}

/** Fills all pieces that are not marked as done, by this job, an earlier one or another at the same time. */
async function fillPieces(
  plan: StorePlan,
  paths: StorePaths,
  resumed: boolean,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const tasks = storeTasks(plan.examples, {
    pixelsFile: paths.pixels,
    checksumsFile: paths.checksums,
    channels: plan.channels,
    pixels: plan.pixels,
  });
  const total = plan.examples.images.rows;
  reserve(paths.pieces, tasks.length);
  const marks = openSync(paths.pieces, "r+");
  const mark = new Uint8Array(1);
  // Another job may be at work from the beginning on: begin somewhere else, and meet it.
  let at = resumed ? Math.floor(Math.random() * tasks.length) : 0;
  let left = tasks.length;
  let done = 0;
  const numbers = new Map(tasks.map((task, i) => [task, i]));
  const isDone = (piece: number): boolean => readSync(marks, mark, 0, 1, piece) === 1 && mark[0] === 1;
  const next = (): StoreTask | undefined => {
    while (left > 0) {
      const piece = at;
      at = (at + 1) % tasks.length;
      left--;
      if (!isDone(piece)) return tasks[piece];
      const { places, parts } = tasks[piece]!;
      done += Math.round(places.length / parts);
    }
    return undefined;
  };
  try {
    await runTasks(
      next,
      tasks.length,
      (task) => {
        mark[0] = 1;
        writeSync(marks, mark, 0, 1, numbers.get(task)!);
      },
      (count) => {
        done += count;
        onProgress(Math.min(done, total), total);
      },
    );
  } finally {
    closeSync(marks);
  }
}

/**
 * Builds a store in `<folder>.partial` and renames it. A build that was killed goes on where it stopped; several jobs that
 * build the same store share the work.
 * @throws {InputError} for files that cannot be read or lack images; {OutputError} when the store cannot be written
 */
export async function buildStore(
  folder: string,
  plan: StorePlan,
  onProgress: (done: number, total: number) => void,
): Promise<StoreCard> {
  const { key, examples, channels, pixels, bytes } = plan;
  const partial = `${folder}.partial`;
  const paths = storePaths(partial);
  const resumed = existsSync(paths.pieces);
  try {
    makeFolder(partial);
    reserve(paths.pixels, bytes);
    reserve(paths.checksums, 4 * examples.images.rows);
    await fillPieces(plan, paths, resumed, onProgress);
    checkAllFound(examples, readChecksums(paths.checksums));
    // Pixels that a power failure takes are told by their checksums, and read anew.
    sync(paths.checksums);
    const card: StoreCard = {
      format: storeFormat,
      key,
      examples: examples.images.rows,
      pixels,
      channels,
      bytes,
      checksum: crc32(readFileSync(paths.checksums)),
    };
    await writeFileAtomically(paths.card, `${JSON.stringify(card, null, 2)}\n`);
    await rename(partial, folder);
    await rm(storePaths(folder).pieces, { force: true });
    return card;
  } catch (cause) {
    // Another job that shared the work was faster, and took the folder away.
    const complete = readCompleteStore(folder);
    if (complete) return complete;
    await rm(partial, { recursive: true, force: true });
    throw cause instanceof CherenkitError ? cause : outputError(folder, cause);
  }
}

/** Writes some images of a store anew, in place; every reader may go on, since it checks what it reads. */
export async function rewriteImages(
  folder: string,
  plan: Pick<StorePlan, "examples" | "channels" | "pixels">,
  wanted: ReadonlySet<number>,
): Promise<void> {
  const paths = storePaths(folder);
  const tasks = storeTasks(
    plan.examples,
    { pixelsFile: paths.pixels, checksumsFile: null, channels: plan.channels, pixels: plan.pixels },
    wanted,
  );
  const count = tasks.length;
  await runTasks(
    () => tasks.shift(),
    count,
    () => undefined,
    () => undefined,
  );
}
