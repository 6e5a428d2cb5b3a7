import { arrayTypes, itemLength, type NumericArray } from "./column.js";
import type { ColumnSchema, FixedPoint } from "./column-schema.js";

/** An empty array for `rows` rows of a column; strings are collected in a list. */
export function allocateColumn(schema: ColumnSchema, rows: number): NumericArray | string[] {
  if (schema.type === "string") return new Array<string>(rows).fill("");
  return new arrayTypes[schema.type](rows * itemLength(schema.itemShape));
}

function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end)).trimEnd();
}

/**
 * Copies one column out of packed rows.
 * @param rowsBytes `count` rows of `rowBytes` bytes
 * @param target array for the whole column
 * @param first row of `target` that the first packed row belongs to
 */
export function decodeColumn(
  schema: ColumnSchema,
  rowsBytes: Uint8Array,
  rowBytes: number,
  count: number,
  target: NumericArray | string[],
  first: number,
): void {
  const { offset, bytes } = schema;
  if (Array.isArray(target)) {
    for (let row = 0; row < count; row++) {
      const start = row * rowBytes + offset;
      target[first + row] = decodeText(rowsBytes.subarray(start, start + bytes));
    }
    return;
  }
  // Members are not aligned in the packed row, so bytes are copied, not viewed.
  const out = new Uint8Array(target.buffer, target.byteOffset + first * bytes, count * bytes);
  if (bytes <= 8) {
    for (let row = 0, at = offset, to = 0; row < count; row++, at += rowBytes) {
      for (let i = 0; i < bytes; i++) out[to++] = rowsBytes[at + i]!;
    }
    return;
  }
  for (let row = 0; row < count; row++) {
    const start = row * rowBytes + offset;
    out.set(rowsBytes.subarray(start, start + bytes), row * bytes);
  }
}

/** Undoes ctapipe's fixed-point storage: (value − offset) / scale, with its codes for NaN and ±infinity. */
export function undoFixedPoint(data: NumericArray, transform: FixedPoint): Float32Array | Float64Array {
  const result = new (transform.resultType === "float64" ? Float64Array : Float32Array)(data.length);
  const { scale, offset, nan, positiveInfinity, negativeInfinity } = transform;
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    if (value === nan) result[i] = Number.NaN;
    else if (value === positiveInfinity) result[i] = Number.POSITIVE_INFINITY;
    else if (value === negativeInfinity) result[i] = Number.NEGATIVE_INFINITY;
    else result[i] = (value - offset) / scale;
  }
  return result;
}
