import { rm } from "node:fs/promises";
import { File } from "h5wasm/node";
import { type ColumnSchema, itemLength } from "./column.js";
import { convertColumn, defaultChunkRows } from "./dataset-writer.js";
import { type CompoundMember, compoundMember } from "./format/datatype.js";
import { type Hdf5Library, hdf5Library } from "./library.js";
import { type ColumnInput, RowPacker } from "./row-packer.js";
import { writeError } from "./write-error.js";

const bloscFilter = 32_001;
let bloscIsLoaded = false;

/**
 * HDF5 loads a plugin to read, or to make a table; into a table that there is it writes without compression where the
 * plugin is not loaded. A table is made in a file that goes at once.
 */
async function loadBlosc(beside: string): Promise<void> {
  if (bloscIsLoaded) return;
  const scratch = `${beside}.${process.pid}.blosc`;
  try {
    const file = new File(scratch, "w");
    try {
      // Less than this blosc does not compress, which is an error.
      const table = { name: "a", data: new Uint8Array(4096), shape: [4096], chunks: [4096] };
      file.create_dataset({ ...table, compression: bloscFilter, compression_opts: [] });
    } finally {
      file.close();
    }
    bloscIsLoaded = true;
  } finally {
    await rm(scratch, { force: true });
  }
}

/** A table that is being filled: rows that do not make a whole chunk wait. */
interface Filling {
  readonly members: readonly CompoundMember[];
  readonly packer: RowPacker;
  readonly chunkRows: number;
  readonly waiting: Buffer;
  waitingRows: number;
  /** Rows in the file. */
  written: number;
}

/** Fills the empty tables of a file, compressed by HDF5's own filters; each chunk is written once. */
export class TableFiller {
  private readonly tables = new Map<string, Filling>();
  private open = true;

  private constructor(
    private readonly path: string,
    private readonly library: Hdf5Library,
    private readonly id: bigint,
  ) {}

  /** @throws {OutputError} */
  static async open(path: string): Promise<TableFiller> {
    const library = await hdf5Library();
    try {
      await loadBlosc(path);
      return new TableFiller(path, library, library.open(path, library.H5F_ACC_RDWR, false, -1, -1));
    } catch (cause) {
      throw writeError(path, cause);
    }
  }

  /**
   * Appends rows to a table that `Hdf5Writer.emptyTable` declared with these columns.
   * @throws {OutputError} when the disk is full, …
   */
  append(path: string, columns: readonly ColumnSchema[], values: Readonly<Record<string, ColumnInput>>): void {
    const table = this.tables.get(path) ?? this.begin(path, columns);
    const { members, packer, chunkRows } = table;
    const [first] = members as [CompoundMember];
    const rows = (values[first.name]?.length ?? 0) / itemLength(first.itemShape);
    const given = members.map((member) => convertColumn(member, values[member.name] ?? [], rows));
    let done = 0;
    if (table.waitingRows > 0) {
      done = Math.min(rows, chunkRows - table.waitingRows);
      packer.pack(given, 0, done, table.waiting, table.waitingRows);
      table.waitingRows += done;
      if (table.waitingRows === chunkRows) this.flush(path, table);
    }
    const whole = rows - done - ((rows - done) % chunkRows);
    if (whole > 0) {
      const packed = Buffer.alloc(whole * packer.rowBytes);
      packer.pack(given, done, whole, packed, 0);
      this.write(path, table, packed, whole);
      done += whole;
    }
    if (done === rows) return;
    packer.pack(given, done, rows - done, table.waiting, 0);
    table.waitingRows = rows - done;
  }

  private begin(path: string, columns: readonly ColumnSchema[]): Filling {
    const members = columns.map(compoundMember);
    const packer = new RowPacker(members);
    const chunkRows = defaultChunkRows(packer.rowBytes);
    const waiting = Buffer.alloc(chunkRows * packer.rowBytes);
    const table: Filling = { members, packer, chunkRows, waiting, waitingRows: 0, written: 0 };
    this.tables.set(path, table);
    return table;
  }

  private flush(path: string, table: Filling): void {
    const rows = table.waitingRows;
    if (rows === 0) return;
    table.waitingRows = 0;
    this.write(path, table, table.waiting.subarray(0, rows * table.packer.rowBytes), rows);
  }

  private write(path: string, table: Filling, bytes: Uint8Array, rows: number): void {
    const { library, id } = this;
    const pointer = library._malloc(bytes.length);
    try {
      if (pointer === 0) throw new Error("memory allocation failed");
      library.HEAPU8.set(bytes, pointer);
      library.resize_dataset(id, path, [BigInt(table.written + rows)]);
      library.set_dataset_data(id, path, [BigInt(rows)], [BigInt(table.written)], [1n], BigInt(pointer));
    } catch (cause) {
      throw writeError(this.path, cause);
    } finally {
      library._free(pointer);
    }
    table.written += rows;
  }

  /** Writes what waits, and closes the file. @throws {OutputError} */
  close(): void {
    for (const [path, table] of this.tables) this.flush(path, table);
    this.open = false;
    try {
      this.library.close_file(this.id);
    } catch (cause) {
      throw writeError(this.path, cause);
    }
  }

  /** Lets the file go as it is. Does nothing after `close`. */
  abort(): void {
    if (!this.open) return;
    this.open = false;
    try {
      this.library.close_file(this.id);
    } catch {
      // It is thrown away.
    }
  }
}
