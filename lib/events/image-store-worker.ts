import { closeSync, openSync, writeSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { Channel } from "../config/config.js";
import { InputError } from "../errors.js";
import { outputError } from "../files/write-atomically.js";
import { openEventFile } from "./event-file.js";
import { EventIndex } from "./event-index.js";
import { imagesPath, readImageBlocks } from "./read-images.js";
import { packError, type ThreadError } from "./thread-error.js";

/** Images of one telescope in one file, and where they go. */
export interface StoreTask {
  readonly source: string;
  readonly telescope: number;
  readonly target: string;
  readonly channels: readonly Channel[];
  readonly pixels: number;
  /** Rows of the example table, with their keys. */
  readonly rows: Uint32Array;
  readonly obsIds: Float64Array;
  readonly eventIds: Float64Array;
}

export type StoreReply =
  | { readonly kind: "progress"; readonly images: number }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly error: ThreadError };

function write(file: number, target: string, bytes: Uint8Array, position: number): void {
  try {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(file, bytes, done, bytes.length - done, position + done);
    }
  } catch (cause) {
    throw outputError(target, cause);
  }
}

/** Images are found by their keys, so that it does not matter in which order the file has them. */
async function storeImages(task: StoreTask, onImages: (count: number) => void): Promise<void> {
  const { source, telescope, target, channels, pixels, rows } = task;
  const place = `${source}:${imagesPath(telescope)}`;
  const index = new EventIndex(task.obsIds, task.eventIds);
  const vector = new Float32Array(pixels * channels.length);
  const bytes = new Uint8Array(vector.buffer);
  const events = await openEventFile(source);
  const file = openSync(target, "r+");
  let found = 0;
  try {
    for (const block of readImageBlocks(events, telescope, channels)) {
      if (block.pixels !== pixels) {
        throw new InputError(`${place} has images of ${block.pixels} pixels, its camera has ${pixels}`, { place });
      }
      const before = found;
      for (let row = 0; row < block.rows; row++) {
        const example = index.find(block.obsIds[row]!, block.eventIds[row]!);
        if (example < 0) continue;
        block.write(row, vector, 0);
        write(file, target, bytes, rows[example]! * bytes.length);
        found++;
      }
      onImages(found - before);
    }
  } finally {
    closeSync(file);
    events.close();
  }
  if (found < rows.length) {
    throw new InputError(`${place} lacks ${rows.length - found} of ${rows.length} images`, {
      place,
      remedy: "give DL1 files with images (ctapipe-process --write-images)",
    });
  }
}

parentPort?.on("message", (task: StoreTask) => {
  const reply = (message: StoreReply): void => parentPort!.postMessage(message);
  storeImages(task, (images) => reply({ kind: "progress", images })).then(
    () => reply({ kind: "done" }),
    (error: unknown) => reply({ kind: "failed", error: packError(error) }),
  );
});
