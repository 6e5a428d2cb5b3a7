import { type ColumnSchema, emptyArray, itemLength, type NumericArray } from "../hdf5/column.js";

/** One row of a table: a number for each scalar column, an array for each array column. */
export type Row = Readonly<Record<string, number | ArrayLike<number>>>;

/** Rows of one table, column by column; it can be handed from thread to thread. */
export interface TableBlock {
  readonly rows: number;
  readonly columns: Readonly<Record<string, NumericArray>>;
}

const firstCapacity = 16;

/** 64-bit integers are no numbers in JavaScript. */
function setNumber(column: NumericArray, row: number, value: number): void {
  if (column instanceof BigInt64Array || column instanceof BigUint64Array) column[row] = BigInt(value);
  else column[row] = value;
}

/** Collects rows of numbers as columns of the types that the file has. */
export class TableRows {
  private readonly columns: readonly { readonly schema: ColumnSchema; readonly length: number }[];
  private readonly data: NumericArray[];
  private capacity = firstCapacity;
  private rows = 0;

  constructor(columns: readonly ColumnSchema[]) {
    this.columns = columns.map((schema) => ({ schema, length: itemLength(schema.itemShape) }));
    this.data = columns.map(({ name, type, itemShape }) => {
      if (typeof type === "object") throw new TypeError(`column ${name} holds text`);
      return emptyArray(type, this.capacity * itemLength(itemShape));
    });
  }

  push(row: Row): void {
    if (this.rows === this.capacity) this.grow();
    for (let c = 0; c < this.columns.length; c++) {
      const { schema, length } = this.columns[c]!;
      const value = row[schema.name]!;
      const data = this.data[c]!;
      if (typeof value === "number") setNumber(data, this.rows, value);
      else data.set(value as never, this.rows * length);
    }
    this.rows++;
  }

  /** A row of numbers in the order of the columns. */
  pushNumbers(values: readonly number[]): void {
    if (this.rows === this.capacity) this.grow();
    for (let c = 0; c < values.length; c++) setNumber(this.data[c]!, this.rows, values[c]!);
    this.rows++;
  }

  private grow(): void {
    this.capacity *= 2;
    for (const [c, { schema, length }] of this.columns.entries()) {
      const wider = emptyArray(schema.type as Exclude<typeof schema.type, object>, this.capacity * length);
      wider.set(this.data[c] as never);
      this.data[c] = wider;
    }
  }

  /** The rows so far; begins anew. */
  take(): TableBlock {
    const names = this.columns.map(({ schema, length }, c) => [
      schema.name,
      this.data[c]!.slice(0, this.rows * length),
    ]);
    const block = { rows: this.rows, columns: Object.fromEntries(names) as Record<string, NumericArray> };
    this.rows = 0;
    return block;
  }
}
