import type { ColumnSchema } from "../hdf5/column.js";

/** Versions of ctapipe's data model that can be written. */
export const dataModels = ["v6.0.0", "v7.1.0", "v7.6.0"] as const;
export type DataModel = (typeof dataModels)[number];

/** Columns that version 6 does not have yet. */
const since7 = /hillas_(psi|transverse_cog)_uncertainty$/;

/** The columns of a table of image parameters in a version. */
export function columnsOf<Column extends { readonly schema: ColumnSchema }>(
  model: DataModel,
  columns: readonly Column[],
): Column[] {
  return columns.filter(({ schema }) => model !== "v6.0.0" || !since7.test(schema.name));
}

/** International Atomic Time is ahead of UTC by this, s. */
export const leapSeconds: number = 37;
/** 1970-01-01 as modified Julian date. */
const epochMjd = 40_587;

/** Time of atomic clocks as modified Julian date. @param utcSeconds since 1970 */
export function atomicMjd(utcSeconds: number): number {
  return (utcSeconds + leapSeconds) / 86_400 + epochMjd;
}

/** An event's time as the `time` columns hold it: a date up to version 6, then seconds and quarters of a nanosecond. */
export function eventTime(model: DataModel, startSeconds: number, laterS: number): number | [number, number] {
  if (model === "v6.0.0") return atomicMjd(startSeconds + laterS);
  const whole = Math.floor(laterS);
  return [startSeconds + leapSeconds + whole, Math.min(3_999_999_999, Math.round((laterS - whole) * 4e9))];
}
