import { type ColumnSchema, emptyArray, itemLength, type NumericArray } from "../hdf5/column.js";
import type { Hdf5Writer, TableOptions, TableWriter } from "../hdf5/writer.js";

/** One row of a table: a number for each scalar column, an array for each array column. */
export type Row = Readonly<Record<string, number | ArrayLike<number>>>;

const blockRows = 128;

/** Collects rows of numbers and hands them to a table in blocks; the table begins with its first row. */
export class RowBuffer {
  private readonly begin: () => TableWriter;
  private readonly columns: readonly ColumnSchema[];
  private readonly data: Record<string, NumericArray> = {};
  private table: TableWriter | undefined;
  private filled = 0;

  constructor(file: Hdf5Writer, path: string, columns: readonly ColumnSchema[], options: TableOptions) {
    this.begin = () => file.table(path, columns, options);
    this.columns = columns;
    for (const { name, type, itemShape } of columns) {
      if (typeof type === "object") throw new TypeError(`column ${name} of ${path} holds text`);
      // whole numbers of 64 bits are far below 2^53 here
      const held = type === "int64" || type === "uint64" ? "float64" : type;
      this.data[name] = emptyArray(held, blockRows * itemLength(itemShape));
    }
  }

  push(row: Row): void {
    for (const { name, itemShape } of this.columns) {
      const value = row[name]!;
      const data = this.data[name] as Float64Array;
      if (typeof value === "number") data[this.filled] = value;
      else data.set(value, this.filled * itemLength(itemShape));
    }
    if (++this.filled === blockRows) this.flush();
  }

  flush(): void {
    if (this.filled === 0) return;
    this.table ??= this.begin();
    const block: Record<string, NumericArray> = {};
    for (const { name, itemShape } of this.columns) {
      block[name] = this.data[name]!.slice(0, this.filled * itemLength(itemShape));
    }
    this.table.append(block);
    this.filled = 0;
  }
}
