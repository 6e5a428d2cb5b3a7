import type { Hdf5Library } from "./library.js";

/** Most bytes of one read; HDF5 opens the dataset anew at each call, so blocks should not be small either. */
export const blockBytes: number = 4 * 1024 * 1024;

/**
 * Calls `use` with the raw bytes of consecutive records of a dataset, in blocks of at most `blockBytes`
 * (a single larger record is read whole). The bytes are valid only during the call.
 * @param count records along the first axis; `rest` are the other axes
 */
export function readBlocks(
  library: Hdf5Library,
  fileId: bigint,
  path: string,
  selection: { recordBytes: number; start: number; count: number; chunkRecords: number; rest?: readonly number[] },
  use: (bytes: Uint8Array, first: number, records: number) => void,
): void {
  const { recordBytes, start, count, chunkRecords, rest = [] } = selection;
  let blockRecords = Math.max(1, Math.floor(blockBytes / recordBytes));
  // Whole chunks, so that no chunk is decompressed twice.
  if (blockRecords > chunkRecords) blockRecords -= blockRecords % chunkRecords;
  const pointer = library._malloc(Math.max(1, Math.min(blockRecords, count) * recordBytes));
  if (pointer === 0) throw new Error("memory allocation failed");
  try {
    let first = 0;
    while (first < count) {
      const position = start + first;
      const untilBoundary = blockRecords >= chunkRecords ? blockRecords - (position % chunkRecords) : blockRecords;
      const records = Math.min(untilBoundary, count - first);
      library.get_dataset_data(
        fileId,
        path,
        [BigInt(records), ...rest.map(BigInt)],
        [BigInt(position), ...rest.map(() => 0n)],
        [1n, ...rest.map(() => 1n)],
        BigInt(pointer),
      );
      // The heap may have grown during the call: its view is taken afterwards.
      use(library.HEAPU8.subarray(pointer, pointer + records * recordBytes), first, records);
      first += records;
    }
  } finally {
    library._free(pointer);
  }
}
