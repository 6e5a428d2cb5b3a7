import type { ColumnSchema } from "../hdf5/column.js";
import type { Hdf5Writer, TableOptions, TableWriter } from "../hdf5/writer.js";
import { type Row, TableRows } from "../simulation/table-rows.js";

const blockRows = 128;

/** Collects rows and hands them to a table in blocks; the table begins with its first row. */
export class RowBuffer {
  private readonly begin: () => TableWriter;
  private readonly rows: TableRows;
  private table: TableWriter | undefined;
  private filled = 0;

  constructor(file: Hdf5Writer, path: string, columns: readonly ColumnSchema[], options: TableOptions) {
    this.begin = () => file.table(path, columns, options);
    this.rows = new TableRows(columns);
  }

  push(row: Row): void {
    this.rows.push(row);
    if (++this.filled === blockRows) this.flush();
  }

  flush(): void {
    if (this.filled === 0) return;
    this.table ??= this.begin();
    this.table.append(this.rows.take().columns);
    this.filled = 0;
  }
}
