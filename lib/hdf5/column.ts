import { InputError } from "../errors.js";

export type NumericArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

export type NumberType =
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float32"
  | "float64";

/** Type of one stored value; `{ string: n }` is a fixed string of n bytes, NUL-padded UTF-8. */
export type ColumnType = NumberType | "bool" | { readonly string: number };

export type AttributeValue = string | number | bigint | boolean | NumericArray | string[];

/** What a file says of a column, without its data. The same object describes a column to be written. */
export interface ColumnSchema {
  readonly name: string;
  /** Type as stored; a fixed-point column is an integer here and `Float32Array` when read. */
  readonly type: ColumnType;
  /** [] for a scalar, [1296] for an array of 1296 values in each row. */
  readonly itemShape?: readonly number[];
  readonly unit?: string;
  readonly description?: string;
  /** ctapipe's other `CTAFIELD_<i>_<KEY>` attributes by KEY: NAME, TRANSFORM, TIME_SCALE, MAXLEN, … */
  readonly metadata?: Readonly<Record<string, AttributeValue>>;
}

/** A column with its values, row after row: `data.length = rows · Π itemShape`. */
export interface Column {
  readonly name: string;
  /** Numbers, 0/1 for booleans, or trimmed strings. */
  readonly data: NumericArray | string[];
  readonly itemShape: readonly number[];
  readonly boolean: boolean;
  readonly unit?: string;
  readonly description?: string;
  /** File and table that it was read from. */
  readonly place?: string;
}

export interface Table {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Column>;
  readonly attributes: Record<string, AttributeValue>;
}

/** The typed array of each stored type. */
export const numericArrays = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** Product of an item's dimensions: values in one row of a column. */
export function itemLength(itemShape: readonly number[] = []): number {
  return itemShape.reduce((product, length) => product * length, 1);
}

/** Bytes of one stored value of a type. */
export function bytesOf(type: ColumnType): number {
  if (type === "bool") return 1;
  return typeof type === "string" ? numericArrays[type].BYTES_PER_ELEMENT : type.string;
}

/** A typed array of zeros for numbers or booleans. */
export function emptyArray(type: NumberType | "bool", length: number): NumericArray {
  return type === "bool" ? new Uint8Array(length) : new numericArrays[type](length);
}

/** Name of the stored type that a typed array matches byte for byte. */
export function typeOfArray(data: NumericArray): NumberType {
  const found = Object.entries(numericArrays).find(([, arrayType]) => data instanceof arrayType);
  return found![0] as NumberType;
}

/**
 * Values of a numeric column as doubles, `[rows · Π itemShape]`; 64-bit ids stay exact.
 * @throws {InputError} for strings and for integers beyond ±2^53, which a double cannot hold.
 */
export function numbers(column: Column): Float64Array {
  const { data } = column;
  if (Array.isArray(data)) {
    throw new InputError(`column ${column.name} holds text, not numbers`, {
      place: column.place ?? column.name,
      remedy: "the file may be damaged or of another program: make it again",
    });
  }
  if (!(data instanceof BigInt64Array) && !(data instanceof BigUint64Array)) return Float64Array.from(data);
  const result = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]!);
    if (!Number.isSafeInteger(value)) {
      throw new InputError(`column ${column.name} holds ${data[i]}, too large to be an exact number`, {
        place: `${column.place ?? column.name}, row ${Math.floor(i / itemLength(column.itemShape))}`,
      });
    }
    result[i] = value;
  }
  return result;
}
