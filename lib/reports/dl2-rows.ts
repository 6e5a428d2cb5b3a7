import type { Task } from "../config/task.js";
import { degPerRad } from "../coordinates/angle.js";
import { InputError } from "../errors.js";
import { type Column, numbers } from "../hdf5/column.js";
import type { Hdf5File } from "../hdf5/hdf5-file.js";
import type { Dl2Algorithm } from "./dl2-algorithm.js";

/** Rows of one DL2 table. */
export interface Dl2Rows {
  readonly rows: number;
  readonly obsId: Float64Array;
  readonly eventId: Float64Array;
  /** 0 where the rows are of the whole array. */
  readonly telId: Float64Array;
  readonly valid: Uint8Array;
  /** Gammaness, energy in TeV, or altitude and azimuth in degrees. */
  readonly values: readonly Float64Array[];
  /** Telescopes that took part, `[rows, width]`; null where a table does not say. */
  readonly telescopes: { readonly mask: Uint8Array; readonly width: number } | null;
}

/** The columns of a task without prefix, each with the unit it is wanted in. */
const wanted: Readonly<Record<Task, readonly (readonly [string, string])[]>> = {
  type: [["prediction", ""]],
  energy: [["energy", "TeV"]],
  cameradirection: [
    ["alt", "deg"],
    ["az", "deg"],
  ],
  skydirection: [
    ["alt", "deg"],
    ["az", "deg"],
  ],
};

/** Factors from units that files use to the wanted ones. */
const factors: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  TeV: { TeV: 1, GeV: 1e-3, MeV: 1e-6 },
  deg: { deg: 1, rad: degPerRad },
  "": {},
};

function inUnit(column: Column, unit: string, place: string): Float64Array {
  const values = numbers(column);
  if (!column.unit) return values;
  const factor = factors[unit]![column.unit];
  if (factor === undefined) {
    throw new InputError(`column ${column.name} is in ${column.unit}, not in ${unit || "pure numbers"}`, { place });
  }
  return factor === 1 ? values : values.map((value) => value * factor);
}

/**
 * Reads one table of predictions.
 * @throws {InputError} when a column is missing or in an unknown unit
 */
export function readDl2Rows(file: Hdf5File, path: string, { prefix }: Dl2Algorithm, task: Task): Dl2Rows {
  const table = file.table(path);
  const place = `${file.path}:${path}`;
  const names = new Set(table.columnNames);
  // Files of different versions write `CTLearn_tel_energy` or `CTLearn_energy` for a telescope.
  const find = (name: string): string | undefined =>
    [`${prefix}_tel_${name}`, `${prefix}_${name}`].find((candidate) => names.has(candidate));
  const columns = wanted[task].map(([name, unit]) => ({ name: find(name), wanted: name, unit }));
  const missing = columns.find(({ name }) => !name);
  if (missing) {
    throw new InputError(`${place} has no column ${prefix}_${missing.wanted}`, {
      place,
      remedy: `its columns are ${table.columnNames.join(", ")}`,
    });
  }
  const flag = find("is_valid");
  const who = find("telescopes");
  const keys = ["obs_id", "event_id", ...(names.has("tel_id") ? ["tel_id"] : [])];
  const read = table.read({
    columns: [...keys, ...columns.map(({ name }) => name!), ...(flag ? [flag] : []), ...(who ? [who] : [])],
  });
  const get = (name: string): Column => read.columns.get(name)!;
  const values = columns.map(({ name, unit }) => inUnit(get(name!), unit, place));
  const valid = flag ? Uint8Array.from(numbers(get(flag))) : new Uint8Array(read.rows).fill(1);
  for (const column of values) for (let i = 0; i < read.rows; i++) if (!Number.isFinite(column[i]!)) valid[i] = 0;
  return {
    rows: read.rows,
    obsId: numbers(get("obs_id")),
    eventId: numbers(get("event_id")),
    telId: names.has("tel_id") ? numbers(get("tel_id")) : new Float64Array(read.rows),
    valid,
    values,
    telescopes: who ? { mask: get(who).data as Uint8Array, width: get(who).itemShape[0] ?? 1 } : null,
  };
}

/** Rows whose (obs_id, event_id) stands in an earlier row of the same table. */
export function repeatedRows({ rows, obsId, eventId }: Dl2Rows): Uint32Array {
  let ascending = true;
  for (let i = 1; i < rows && ascending; i++) {
    const [before, now] = [obsId[i - 1]!, obsId[i]!];
    ascending = before < now || (before === now && eventId[i - 1]! < eventId[i]!);
  }
  if (ascending) return new Uint32Array(0);
  const seen = new Map<number, Set<number>>();
  const repeated: number[] = [];
  for (let i = 0; i < rows; i++) {
    const events = seen.get(obsId[i]!) ?? new Set<number>();
    seen.set(obsId[i]!, events);
    if (events.has(eventId[i]!)) repeated.push(i);
    else events.add(eventId[i]!);
  }
  return Uint32Array.from(repeated);
}
