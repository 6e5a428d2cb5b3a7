import { InputError } from "../errors.js";
import { type NumberColumn, takeRows } from "../hdf5/number-column.js";
import type { EventFile } from "./event-file.js";
import { EventIndex } from "./event-index.js";
import { timesS } from "./time.js";

/** Triggered events of a file with their simulated truth, one row an event. */
export interface TriggeredEvents {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, NumberColumn>;
  readonly index: EventIndex;
  /** True when there are simulated showers. */
  readonly simulated: boolean;
  /** Times of the events, seconds since 1970 TAI. */
  times(): Float64Array;
}

const triggerPath = "/dl1/event/subarray/trigger";
const showerPath = "/simulation/event/subarray/shower";

/** Columns of the trigger table that criteria may use. */
const triggerColumns = ["obs_id", "event_id", "event_type"] as const;

/** An index of events that are there once. @throws {InputError} when one is there twice */
export function uniqueEvents(columns: ReadonlyMap<string, NumberColumn>, place: string): EventIndex {
  const [obsIds, eventIds] = [columns.get("obs_id")!, columns.get("event_id")!];
  const index = new EventIndex(obsIds, eventIds);
  if (index.duplicate < 0) return index;
  const row = index.duplicate;
  throw new InputError(`${place} has event ${eventIds[row]} of observation ${obsIds[row]} twice`, {
    place: `${place}, row ${row}`,
    remedy: "the file was perhaps merged from one run twice: merge it again from distinct runs",
  });
}

/** Names and units of the columns of events, without reading them. */
export function eventColumns({ hdf5 }: EventFile): Map<string, () => string | undefined> {
  const known = new Map<string, () => string | undefined>();
  for (const path of [triggerPath, showerPath]) {
    if (hdf5.kind(path) !== "table") continue;
    const table = hdf5.table(path);
    const names =
      path === triggerPath ? triggerColumns.filter((name) => table.columnNames.includes(name)) : table.scalarNames;
    for (const name of names) if (!known.has(name)) known.set(name, () => table.unitOf(name));
  }
  return known;
}

/**
 * Reads the events that triggered, joined with their showers on (obs_id, event_id); null when none did.
 * @param wanted columns beside the ids
 * @throws {InputError} when an event is there twice, or a table lacks its ids
 */
export function readTriggeredEvents(file: EventFile, wanted: ReadonlySet<string>): TriggeredEvents | null {
  const { path, hdf5 } = file;
  if (hdf5.kind(triggerPath) !== "table") return null;
  const table = hdf5.table(triggerPath);
  const names = triggerColumns.filter((name) => name !== "event_type" || wanted.has(name));
  const trigger = table.readNumbers(names.filter((name) => name !== "event_type" || table.columnNames.includes(name)));
  const index = uniqueEvents(trigger, `${path}:${triggerPath}`);
  const times = (): Float64Array => timesS(table.read({ columns: ["time"] }).columns.get("time")!);
  if (hdf5.kind(showerPath) !== "table") {
    return { rows: table.rows, columns: trigger, index, simulated: false, times };
  }
  const showers = hdf5.table(showerPath);
  const ids = showers.readNumbers([
    "obs_id",
    "event_id",
    ...showers.scalarNames.filter((name) => wanted.has(name) && !trigger.has(name)),
  ]);
  const showerIndex = uniqueEvents(ids, `${path}:${showerPath}`);
  const [obsIds, eventIds] = [trigger.get("obs_id")!, trigger.get("event_id")!];
  const [ofTrigger, ofShower] = [new Uint32Array(table.rows), new Uint32Array(table.rows)];
  let rows = 0;
  for (let row = 0; row < table.rows; row++) {
    const shower = showerIndex.find(obsIds[row]!, eventIds[row]!);
    if (shower < 0) continue;
    ofTrigger[rows] = row;
    ofShower[rows++] = shower;
  }
  const [triggerRows, showerRows] = [ofTrigger.subarray(0, rows), ofShower.subarray(0, rows)];
  const columns = new Map<string, NumberColumn>();
  for (const [name, column] of trigger) columns.set(name, takeRows(column, triggerRows));
  for (const [name, column] of ids) if (!columns.has(name)) columns.set(name, takeRows(column, showerRows));
  return {
    rows,
    columns,
    index: rows === table.rows ? index : new EventIndex(columns.get("obs_id")!, columns.get("event_id")!),
    simulated: true,
    times: () => takeRows(times(), triggerRows) as Float64Array,
  };
}
