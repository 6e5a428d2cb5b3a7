import { InputError } from "../errors.js";
import type { ColumnType } from "./column.js";

/** One number a row, in as few bytes as hold it exactly. */
export type NumberColumn =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

type ScalarType = Extract<ColumnType, string>;

/** Gathers a column of numbers from packed rows. */
export class NumberGatherer {
  values: NumberColumn;

  constructor(
    private readonly name: string,
    private readonly type: ScalarType,
    rows: number,
    private readonly place: string,
  ) {
    this.values = emptyColumn(type, rows);
  }

  /** Takes the values at `offset` in `count` rows of `rowBytes`, for the rows from `first` on. */
  take(view: DataView, offset: number, rowBytes: number, first: number, count: number): void {
    const [out, end] = [this.values, first + count];
    let at = offset;
    if (this.type === "float64") for (let i = first; i < end; i++, at += rowBytes) out[i] = view.getFloat64(at, true);
    else if (this.type === "float32")
      for (let i = first; i < end; i++, at += rowBytes) out[i] = view.getFloat32(at, true);
    else if (this.type === "int64" || this.type === "uint64") this.take64(view, at, rowBytes, first, end);
    else if (this.type === "int32") for (let i = first; i < end; i++, at += rowBytes) out[i] = view.getInt32(at, true);
    else if (this.type === "uint32")
      for (let i = first; i < end; i++, at += rowBytes) out[i] = view.getUint32(at, true);
    else if (this.type === "int16") for (let i = first; i < end; i++, at += rowBytes) out[i] = view.getInt16(at, true);
    else if (this.type === "uint16")
      for (let i = first; i < end; i++, at += rowBytes) out[i] = view.getUint16(at, true);
    else if (this.type === "int8") for (let i = first; i < end; i++, at += rowBytes) out[i] = view.getInt8(at);
    else for (let i = first; i < end; i++, at += rowBytes) out[i] = view.getUint8(at);
  }

  private take64(view: DataView, offset: number, rowBytes: number, first: number, end: number): void {
    const signed = this.type === "int64";
    for (let i = first, at = offset; i < end; i++, at += rowBytes) {
      const low = view.getUint32(at, true);
      const high = signed ? view.getInt32(at + 4, true) : view.getUint32(at + 4, true);
      const value = high * 0x1_0000_0000 + low;
      if (this.values instanceof Int32Array && value !== (value | 0)) this.values = Float64Array.from(this.values);
      if (!Number.isSafeInteger(value)) {
        const exact = signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true);
        throw new InputError(`column ${this.name} holds ${exact}, too large to be an exact number`, {
          place: `${this.place}, row ${i}`,
        });
      }
      this.values[i] = value;
    }
  }
}

function emptyColumn(type: ScalarType, rows: number): NumberColumn {
  switch (type) {
    case "float64":
      return new Float64Array(rows);
    case "float32":
      return new Float32Array(rows);
    case "uint32":
      return new Uint32Array(rows);
    case "int16":
      return new Int16Array(rows);
    case "uint16":
      return new Uint16Array(rows);
    case "int8":
      return new Int8Array(rows);
    case "uint8":
    case "bool":
      return new Uint8Array(rows);
    default:
      return new Int32Array(rows);
  }
}

/** The same values as `Float32Array` where that loses nothing: simulations store many single-precision values as doubles. */
export function compactColumn(values: NumberColumn): NumberColumn {
  if (!(values instanceof Float64Array)) return values;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Math.fround(value) !== value && !Number.isNaN(value)) return values;
  }
  return Float32Array.from(values);
}

/** An empty column that holds the values of all given columns exactly. */
export function commonColumn(columns: readonly NumberColumn[], rows: number): NumberColumn {
  const [first] = columns;
  if (!first) return new Float64Array(rows);
  if (columns.every((column) => column.constructor === first.constructor)) {
    return new (first.constructor as new (length: number) => NumberColumn)(rows);
  }
  const whole = (column: NumberColumn): boolean => !(column instanceof Float64Array || column instanceof Float32Array);
  const fits = (column: NumberColumn): boolean => whole(column) && !(column instanceof Uint32Array);
  return columns.every(fits) ? new Int32Array(rows) : new Float64Array(rows);
}

/** True for 0, 1, 2, … `rows - 1`. */
export function isEveryRow(order: ArrayLike<number>, rows: number): boolean {
  if (order.length !== rows) return false;
  for (let i = 0; i < rows; i++) if (order[i] !== i) return false;
  return true;
}

/** Rows of a column, of the same type; the column itself where `rows` names every row in order. */
export function takeRows(column: NumberColumn, rows: ArrayLike<number>): NumberColumn {
  if (isEveryRow(rows, column.length)) return column;
  const taken = new (column.constructor as new (length: number) => NumberColumn)(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = column[rows[i]!]!;
  return taken;
}

/** The first `count` of some rows of a column as doubles. */
export function takeDoubles(column: NumberColumn, rows: Uint32Array, count: number): Float64Array {
  const taken = new Float64Array(count);
  for (let i = 0; i < count; i++) taken[i] = column[rows[i]!]!;
  return taken;
}
