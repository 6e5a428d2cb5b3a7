import { decodeChunk } from "./chunk-decoder.js";
import type { ChunkedTable } from "./chunked-table.js";
import { type FileBytes, orUnusual } from "./file-bytes.js";

/** Rows of a table, read past the HDF5 library. */
export class StoredTable {
  constructor(
    private readonly file: FileBytes,
    private readonly table: ChunkedTable,
  ) {}

  /**
   * Calls `use` with the stored bytes of consecutive rows, which are valid only during the call.
   * @returns how many rows were given; where they are fewer than `count`, the next ones are stored unusually
   * @throws {DamagedBlockError} for a block that cannot be decompressed
   */
  read(start: number, count: number, use: (bytes: Uint8Array, first: number, rows: number) => void): number {
    const { chunkRows, rowBytes } = this.table;
    let first = 0;
    while (first < count) {
      const chunk = Math.floor((start + first) / chunkRows);
      const skipped = (start + first) % chunkRows;
      const bytes = orUnusual(() => decodeChunk(this.file, this.table, chunk));
      if (!bytes) break;
      const rows = Math.min(chunkRows - skipped, count - first);
      use(bytes.subarray(skipped * rowBytes, (skipped + rows) * rowBytes), first, rows);
      first += rows;
    }
    return first;
  }
}
