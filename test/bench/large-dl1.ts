import { copyFileSync } from "node:fs";
import { hdf5Library } from "../../lib/hdf5/library.js";

/** Tables with a row for each event, or a group of such tables for each telescope; others stay as they are. */
const eventTables = [
  "/dl1/event/subarray/trigger",
  "/dl1/event/telescope/trigger",
  "/dl1/event/telescope/images",
  "/dl1/event/telescope/parameters",
  "/simulation/event/subarray/shower",
  "/simulation/event/telescope/impact",
];

/** Rows written at a time. */
const blockRows = 2200;

/** Event numbers of one copy of the events are this far from those of the next. */
const eventStep = 10_000_000;

/** Numbers with a normal distribution, repeatable (linear congruential generator, sum of twelve). */
function normalNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      sum += state / 2 ** 32;
    }
    return sum;
  };
}

/**
 * Copies a DL1 file of ctapipe and repeats its events until there are at least `images` telescope images, with noise of
 * half a photoelectron on charges and half a nanosecond on times, so that nothing compresses better than real images do.
 * Compression (blosc with zstd), checksums and chunks stay those that ctapipe chose.
 */
export async function writeLargeDL1(source: string, target: string, images: number, seed = 1): Promise<void> {
  copyFileSync(source, target);
  const library = await hdf5Library();
  const file = library.open(target, library.H5F_ACC_RDWR, false, -1, -1);
  // A table of noise is faster than a number each: 13 million pixels take a while.
  const normal = normalNumbers(seed);
  const noise = Float32Array.from({ length: 65_521 }, () => 0.5 * normal());
  const tablesAt = (path: string): string[] => {
    const type = library.get_type(file, path);
    if (type === library.H5G_DATASET) return [path];
    return type === library.H5G_GROUP ? library.get_names(file, path, false).map((name) => `${path}/${name}`) : [];
  };
  const rowsOf = (path: string): number => library.get_dataset_metadata(file, path).shape![0]!;
  try {
    const original = tablesAt("/dl1/event/telescope/images").reduce((sum, path) => sum + rowsOf(path), 0);
    const copies = Math.ceil(images / original);
    for (const path of eventTables.flatMap(tablesAt)) repeatRows(path, copies);
  } finally {
    library.close_file(file);
  }

  function repeatRows(path: string, copies: number): void {
    const metadata = library.get_dataset_metadata(file, path);
    const rows = metadata.shape![0]!;
    const wanted = rows * copies;
    if (rows === 0) return;
    const rowBytes = metadata.size;
    const members = metadata.compound_type!.members;
    const offset = (name: string): number => members.find((member) => member.name === name)?.offset ?? -1;
    const pixels = members.find(({ name }) => name === "image")?.array_type?.shape?.[0] ?? 0;
    const pointer = library._malloc(Math.max(rows, blockRows) * rowBytes);
    library.get_dataset_data(file, path, [BigInt(rows)], [0n], [1n], BigInt(pointer));
    const original = library.HEAPU8.slice(pointer, pointer + rows * rowBytes);
    library.resize_dataset(file, path, [BigInt(wanted)]);
    const block = new Uint8Array(blockRows * rowBytes);
    const view = new DataView(block.buffer);
    let at = 0;
    for (let first = 0; first < wanted; first += blockRows) {
      const count = Math.min(blockRows, wanted - first);
      for (let i = 0; i < count; i++) {
        const copy = Math.floor((first + i) / rows);
        const from = ((first + i) % rows) * rowBytes;
        block.set(original.subarray(from, from + rowBytes), i * rowBytes);
        const id = i * rowBytes + offset("event_id");
        view.setBigInt64(id, view.getBigInt64(id, true) + BigInt(copy * eventStep), true);
        for (const name of pixels > 0 && copy > 0 ? ["image", "peak_time"] : []) {
          for (let k = 0, p = i * rowBytes + offset(name); k < pixels; k++, p += 4) {
            view.setFloat32(p, view.getFloat32(p, true) + noise[at++ % noise.length]!, true);
          }
        }
      }
      library.HEAPU8.set(block.subarray(0, count * rowBytes), pointer);
      library.set_dataset_data(file, path, [BigInt(count)], [BigInt(first)], [1n], BigInt(pointer));
    }
    library._free(pointer);
  }
}
