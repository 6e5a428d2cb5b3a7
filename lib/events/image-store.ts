import { createHash } from "node:crypto";
import { closeSync, fsyncSync, ftruncateSync, openSync, statfsSync, statSync } from "node:fs";
import { mkdir, readFile, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { ReaderConfig } from "../config/config.js";
import { CherenkitError, OutputError } from "../errors.js";
import { outputError, temporaryName, writeFileAtomically } from "../files/write-atomically.js";
import type { ExampleTable } from "./example-table.js";
import { imageStoresFolder } from "./image-store-cache.js";
import type { StoreReply, StoreTask } from "./image-store-worker.js";
import { unpackError } from "./thread-error.js";
import { workerCount } from "./worker-count.js";

/** Form of the stored file; another form is another store. */
const format = 1;

/** Selected images of a data set in a flat file: float32, `[images, pixels, channels]`, in the order of `ExampleTable.images`. */
export interface ImageStore {
  readonly key: string;
  /** The flat file. */
  readonly path: string;
  readonly examples: number;
  readonly pixels: number;
  readonly channels: number;
  /** True when it had been there before. */
  readonly reused: boolean;
}

/** Everything that the stored images depend on. */
function storeKey(examples: ExampleTable, reader: ReaderConfig): string {
  const hash = createHash("sha256").update(JSON.stringify([format, reader.channels]));
  for (const { path } of examples.files) {
    const { size, mtimeMs } = statSync(path);
    hash.update(JSON.stringify([path, size, mtimeMs]));
  }
  for (const name of ["file_index", "obs_id", "event_id", "tel_id"]) hash.update(examples.images.column(name));
  return hash.digest("hex").slice(0, 24);
}

interface Job {
  readonly file: string;
  readonly telescope: number;
  readonly rows: number[];
}

/** Images of one telescope in one file are read together. */
function jobsOf(examples: ExampleTable): Job[] {
  const jobs = new Map<string, Job>();
  const fileIndex = examples.images.column("file_index");
  const telescopes = examples.images.column("tel_id");
  for (let row = 0; row < examples.images.rows; row++) {
    const key = `${fileIndex[row]}/${telescopes[row]}`;
    const job = jobs.get(key) ?? {
      file: examples.files[fileIndex[row]!]!.path,
      telescope: telescopes[row]!,
      rows: [],
    };
    job.rows.push(row);
    jobs.set(key, job);
  }
  return [...jobs.values()];
}

function checkSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize > bytes * 1.02) return;
  const [needed, free] = [bytes, bavail * bsize].map((value) => `${(value / 1e9).toFixed(1)} GB`);
  throw new OutputError(`the image store needs ${needed}, and ${folder} has ${free} left`, {
    place: folder,
    remedy: "run 'cherenkit cache prune', free some space, or set CHERENKIT_CACHE to a folder on another disk",
  });
}

/** Runs jobs on worker threads until all are done; the first failure ends all. */
async function runJobs(jobs: readonly StoreTask[], onImages: (count: number) => void): Promise<void> {
  const waiting = [...jobs];
  const workers = Array.from({ length: Math.min(workerCount(), jobs.length) }, () => {
    return new Worker(new URL("./image-store-worker.js", import.meta.url));
  });
  try {
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            const next = (): void => {
              const job = waiting.shift();
              if (job) worker.postMessage(job);
              else resolve();
            };
            worker.on("message", (reply: StoreReply) => {
              if (reply.kind === "progress") onImages(reply.images);
              else if (reply.kind === "done") next();
              else reject(unpackError(reply.error));
            });
            worker.on("error", reject);
            worker.on("exit", (code) => reject(new CherenkitError(`a reading thread ended (${code})`)));
            next();
          }),
      ),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

async function build(
  folder: string,
  key: string,
  examples: ExampleTable,
  reader: ReaderConfig,
  onProgress: (done: number, total: number) => void,
): Promise<{ pixels: number }> {
  const sizes = [...new Set(examples.cameras.map(({ pixelX }) => pixelX.length))];
  if (sizes.length !== 1) {
    throw new CherenkitError(`the cameras have ${sizes.join(" and ")} pixels, one network needs cameras of one size`, {
      remedy: "choose telescopes of one type with allowed_tels",
    });
  }
  const pixels = sizes[0]!;
  const bytes = examples.images.rows * pixels * reader.channels.length * 4;
  const temporary = temporaryName(folder);
  try {
    await mkdir(temporary, { recursive: true });
    checkSpace(temporary, bytes);
    const path = join(temporary, "pixels.f32");
    const file = openSync(path, "w");
    try {
      ftruncateSync(file, bytes);
      const [obsIds, eventIds] = [examples.images.column("obs_id"), examples.images.column("event_id")];
      const tasks = jobsOf(examples).map(
        ({ file: source, telescope, rows }): StoreTask => ({
          source,
          telescope,
          target: path,
          channels: reader.channels,
          pixels,
          rows: Uint32Array.from(rows),
          obsIds: Float64Array.from(rows, (row) => obsIds[row]!),
          eventIds: Float64Array.from(rows, (row) => eventIds[row]!),
        }),
      );
      let done = 0;
      await runJobs(tasks, (count) => {
        done += count;
        onProgress(done, examples.images.rows);
      });
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    const card = { format, key, examples: examples.images.rows, pixels, channels: reader.channels, bytes };
    await writeFileAtomically(join(temporary, "store.json"), `${JSON.stringify(card, null, 2)}\n`);
    await rename(temporary, folder).catch(async (cause: NodeJS.ErrnoException) => {
      // Another process was faster; its store is as good.
      if (cause.code !== "ENOTEMPTY" && cause.code !== "EEXIST") throw cause;
      await rm(temporary, { recursive: true });
    });
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    throw cause instanceof CherenkitError ? cause : outputError(folder, cause);
  }
  return { pixels };
}

/**
 * The image store of some examples: found in the cache, or read from their files once, on all cores.
 * @throws {InputError} for files that cannot be read; {OutputError} when the cache has no room or cannot be written
 */
export async function openImageStore(
  examples: ExampleTable,
  reader: ReaderConfig,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<ImageStore> {
  const key = storeKey(examples, reader);
  const folder = join(imageStoresFolder(), key);
  const path = join(folder, "pixels.f32");
  const channels = reader.channels.length;
  const facts = { key, path, examples: examples.images.rows, channels };
  const card = await readFile(join(folder, "store.json"), "utf8").then(
    (text) => JSON.parse(text) as { pixels: number; bytes: number },
    () => null,
  );
  if (card && statSync(path, { throwIfNoEntry: false })?.size === card.bytes) {
    await utimes(join(folder, "store.json"), new Date(), new Date());
    return { ...facts, pixels: card.pixels, reused: true };
  }
  await rm(folder, { recursive: true, force: true });
  const { pixels } = await build(folder, key, examples, reader, onProgress);
  return { ...facts, pixels, reused: false };
}
