import { closeSync, openSync, writeSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { InputError } from "../errors.js";
import { outputError } from "../files/write-atomically.js";
import { packError, type ThreadError } from "../threads/thread-error.js";
import { type EventFile, openEventFile } from "./event-file.js";
import { EventIndex } from "./event-index.js";
import { imageChecksum } from "./image-store-files.js";
import type { StoreTask } from "./image-store-tasks.js";
import { imagesPath, readVectorBlocks } from "./read-images.js";

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

/** Writes one item a place, of one size and one after the other; those of places that follow each other at once. */
function writeItems(file: number, target: string, items: Uint8Array, places: readonly number[]): void {
  const size = items.length / places.length;
  for (let first = 0; first < places.length; ) {
    let end = first + 1;
    while (end < places.length && places[end] === places[end - 1]! + 1) end++;
    write(file, target, items.subarray(first * size, end * size), places[first]! * size);
    first = end;
  }
}

let lastFile: { readonly source: string; readonly file: EventFile } | undefined;
let lastIndex: { readonly table: string; readonly index: EventIndex } | undefined;

/** Tasks of one table follow each other: its file stays open, and the index of its events stands. */
async function openTable(task: StoreTask): Promise<{ file: EventFile; index: EventIndex }> {
  const { source, telescope, places, obsIds, eventIds } = task;
  if (lastFile?.source !== source) {
    lastFile?.file.close();
    lastFile = undefined;
    lastFile = { source, file: await openEventFile(source) };
  }
  const table = `${source}:${telescope}:${places.length}`;
  if (lastIndex?.table !== table) lastIndex = { table, index: new EventIndex(obsIds, eventIds) };
  return { file: lastFile.file, index: lastIndex.index };
}

/** Images are found by their keys, so that it does not matter in which order the file has them. */
async function storeImages(task: StoreTask, onImages: (count: number) => void): Promise<void> {
  const { source, telescope, channels, pixels, places, part, parts } = task;
  const place = `${source}:${imagesPath(telescope)}`;
  const { file, index } = await openTable(task);
  const size = pixels * channels.length;
  let vectors = new Float32Array();
  const pixelsFile = openSync(task.pixelsFile, "r+");
  const checksumsFile = task.checksumsFile === null ? null : openSync(task.checksumsFile, "r+");
  try {
    for (const block of readVectorBlocks(file, telescope, channels, { first: part, step: parts })) {
      if (block.pixels !== pixels) {
        throw new InputError(`${place} has images of ${block.pixels} pixels, its camera has ${pixels}`, { place });
      }
      if (vectors.length < block.rows * size) vectors = new Float32Array(block.rows * size);
      const targets: number[] = [];
      for (let row = 0; row < block.rows; row++) {
        const example = index.find(block.obsIds[row]!, block.eventIds[row]!);
        if (example < 0) continue;
        block.write(row, vectors, targets.length * size);
        targets.push(places[example]!);
      }
      if (targets.length === 0) continue;
      const bytes = new Uint8Array(vectors.buffer, 0, 4 * targets.length * size);
      writeItems(pixelsFile, task.pixelsFile, bytes, targets);
      if (checksumsFile !== null) {
        const checksums = Uint32Array.from(targets, (_, i) =>
          imageChecksum(bytes.subarray(4 * i * size, 4 * (i + 1) * size)),
        );
        writeItems(checksumsFile, task.checksumsFile!, new Uint8Array(checksums.buffer), targets);
      }
      onImages(targets.length);
    }
  } finally {
    closeSync(pixelsFile);
    if (checksumsFile !== null) closeSync(checksumsFile);
  }
}

parentPort?.on("message", (task: StoreTask) => {
  const reply = (message: StoreReply): void => parentPort!.postMessage(message);
  storeImages(task, (images) => reply({ kind: "progress", images })).then(
    () => reply({ kind: "done" }),
    (error: unknown) => reply({ kind: "failed", error: packError(error) }),
  );
});
