import { InputError } from "../errors.js";
import { type EventFile, telescopeTable } from "../events/event-file.js";
import type { Telescope } from "../events/subarray.js";
import { timesS } from "../events/time.js";
import { type Column, type ColumnSchema, itemLength, type NumericArray, numbers } from "../hdf5/column.js";
import { KeyedRows } from "./keyed-rows.js";

/** Triggers of one telescope, or of the array, in the order of the file. */
export interface Triggers {
  readonly rows: number;
  readonly obsIds: Float64Array;
  readonly eventIds: Float64Array;
  /** Seconds since 1970 TAI. */
  readonly timesS: Float64Array;
  /** Times as the file stores them, `[rows, 2]` or `[rows]`. */
  readonly storedTimes: NumericArray;
}

export interface TelescopeTriggers extends Triggers {
  readonly telescope: Telescope;
  /** Number of its first trigger when those of all chosen telescopes stand one after the other. */
  readonly firstRow: number;
}

/** What triggered in a file: what DL2 tables have a row for. */
export interface FileTriggers {
  readonly events: Triggers;
  readonly telescopes: readonly TelescopeTriggers[];
  /** Triggers of all chosen telescopes. */
  readonly images: number;
  /** How the file stores keys and times, for the tables that are written. */
  readonly schemas: {
    readonly obsId: ColumnSchema;
    readonly eventId: ColumnSchema;
    readonly telId: ColumnSchema;
    readonly time: ColumnSchema;
  };
}

const subarrayPath = "/dl1/event/subarray/trigger";
const telescopePath = "/dl1/event/telescope/trigger";

/** Room that threads can share. */
function sharedNumbers(values: ArrayLike<number>): Float64Array {
  const shared = new Float64Array(new SharedArrayBuffer(8 * values.length));
  shared.set(values);
  return shared;
}

function take(values: NumericArray, rows: readonly number[], width: number): NumericArray {
  const taken = new (values.constructor as new (length: number) => NumericArray)(rows.length * width);
  for (const [i, row] of rows.entries()) {
    for (let k = 0; k < width; k++) taken[i * width + k] = values[row * width + k]!;
  }
  return taken;
}

function chosen(time: Column, keys: readonly Float64Array[], rows: readonly number[]): Triggers {
  const [obsIds, eventIds] = keys.map((key) => sharedNumbers(rows.map((row) => key[row]!)));
  const storedTimes = take(time.data as NumericArray, rows, itemLength(time.itemShape));
  return {
    rows: rows.length,
    obsIds: obsIds!,
    eventIds: eventIds!,
    storedTimes,
    timesS: timesS({ ...time, data: storedTimes }),
  };
}

function checkUnique({ rows, obsIds, eventIds }: Triggers, place: string): void {
  const keys = new KeyedRows(obsIds, eventIds);
  for (let row = 0; row < rows; row++) {
    if (keys.find(obsIds[row]!, eventIds[row]!) === row) continue;
    throw new InputError(`${place} has event ${eventIds[row]} of observation ${obsIds[row]} twice`, {
      place,
      remedy: "the file was perhaps merged from the same run twice: merge again",
    });
  }
}

/**
 * Reads the trigger tables of a file for some of its telescopes.
 * @throws {InputError} when a table is missing or has an event twice
 */
export function readTriggers({ path, hdf5 }: EventFile, telescopes: readonly Telescope[]): FileTriggers {
  const events = hdf5.table(subarrayPath);
  const eventColumns = events.read({ columns: ["obs_id", "event_id", "time"] }).columns;
  const all = Array.from({ length: events.rows }, (_, row) => row);
  const eventKeys = ["obs_id", "event_id"].map((name) => numbers(eventColumns.get(name)!));
  const subarray = chosen(eventColumns.get("time")!, eventKeys, all);
  checkUnique(subarray, `${path}:${subarrayPath}`);

  const table = hdf5.table(telescopePath);
  const columns = table.read({ columns: ["obs_id", "event_id", "tel_id", "time"] }).columns;
  const keys = ["obs_id", "event_id"].map((name) => numbers(columns.get(name)!));
  const rowsOf = new Map(telescopes.map(({ id }) => [id, [] as number[]]));
  for (const [row, id] of numbers(columns.get("tel_id")!).entries()) rowsOf.get(id)?.push(row);
  let firstRow = 0;
  const triggers = telescopes.map((telescope): TelescopeTriggers => {
    const rows = rowsOf.get(telescope.id)!;
    const found = { telescope, firstRow, ...chosen(columns.get("time")!, keys, rows) };
    checkUnique(found, `${path}:${telescopePath}, ${telescopeTable(telescope.id)}`);
    firstRow += rows.length;
    return found;
  });
  const schema = (name: string): ColumnSchema => table.columns.find((column) => column.name === name)!;
  const schemas = {
    obsId: schema("obs_id"),
    eventId: schema("event_id"),
    telId: schema("tel_id"),
    time: schema("time"),
  };
  return { events: subarray, telescopes: triggers, images: firstRow, schemas };
}
