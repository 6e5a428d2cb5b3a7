import { type Column, numbers } from "../hdf5/column.js";

const secondsPerDay = 86_400;
/** 1970-01-01 as a modified Julian date. */
const unixEpochMjd = 40_587;

/**
 * Times of a column in seconds since 1970-01-01 TAI: pairs of seconds and quarter nanoseconds (data model v7), or
 * modified Julian dates (v6 and before).
 */
export function timesS(column: Column): Float64Array {
  const values = numbers(column);
  if (column.itemShape.length === 0) return values.map((mjd) => (mjd - unixEpochMjd) * secondsPerDay);
  return Float64Array.from({ length: values.length / 2 }, (_, i) => values[2 * i]! + values[2 * i + 1]! * 0.25e-9);
}
