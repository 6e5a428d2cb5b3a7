import type { ReaderConfig } from "../config/config.js";
import { ConfigError, InputError } from "../errors.js";
import { type NumberColumn, takeDoubles } from "../hdf5/number-column.js";
import type { TableReader } from "../hdf5/table-reader.js";
import { columnsBehind, deriveColumns, derivedNames, type TelescopeFacts } from "./derived-columns.js";
import { type EventFile, telescopeTable } from "./event-file.js";
import { exampleColumnUnits } from "./example-columns.js";
import { type Expression, parseExpression } from "./expression.js";
import type { Pointing } from "./pointing.js";
import { waveformsPath } from "./read-waveforms.js";
import type { Selection } from "./selection.js";
import { focalLengthM, type Telescope } from "./subarray.js";
import { eventColumns, type TriggeredEvents, uniqueEvents } from "./triggered-events.js";

/** Rows of a telescope's table that belong to a triggered event and pass the quality criteria. */
export interface TelescopeRows {
  readonly rows: number;
  /** Row of the triggered event. */
  readonly eventRow: Uint32Array;
  /** Row of the telescope's table. */
  readonly tableIndex: Uint32Array;
  readonly azRad: Float64Array;
  readonly altRad: Float64Array;
  /** `hillas_intensity`, p.e.; null in files without parameters. */
  readonly intensity: NumberColumn | null;
  /** How many of the triggered images each criterion let pass. */
  readonly selection: Selection;
  /** Null in files without simulated truth. */
  readonly optics: TelescopeFacts | null;
}

/** Criteria, parsed for the columns that a telescope has. */
export interface TelescopeCriteria {
  readonly table: TableReader;
  readonly place: string;
  readonly criteria: readonly Expression[];
}

/** Columns that the criteria make use of, those behind derived ones too. */
export function usedColumns(criteria: readonly Expression[]): Set<string> {
  const used = new Set(criteria.flatMap(({ columns }) => columns));
  for (const name of used) for (const behind of columnsBehind(name) ?? []) used.add(behind);
  return used;
}

const pointingColumns = [
  "telescope_pointing_azimuth",
  "telescope_pointing_altitude",
  "pointing_azimuth",
  "pointing_altitude",
] as const;

/**
 * The criteria of a telescope; null when it has no events, which means no table.
 * @throws {ConfigError} for a criterion that cannot be used
 * @throws {InputError} for one that needs image parameters in a file without them
 */
export function telescopeCriteria(
  file: EventFile,
  telescope: Telescope,
  reader: Pick<ReaderConfig, "qualityCriteria">,
): TelescopeCriteria | null {
  const { hdf5 } = file;
  const parameters = `/dl1/event/telescope/parameters/${telescopeTable(telescope.id)}`;
  const tables = [
    parameters,
    `/dl1/event/telescope/images/${telescopeTable(telescope.id)}`,
    ...(["r1", "r0"] as const).map((level) => waveformsPath(level, telescope.id)),
  ];
  const path = tables.find((name) => hdf5.kind(name) === "table");
  if (!path) return null;
  const table = hdf5.table(path);
  const units = new Map<string, () => string | undefined>();
  const standard = (name: string): (() => string | undefined) => {
    return () => exampleColumnUnits.get(name) || undefined;
  };
  const events = eventColumns(file);
  for (const name of ["tel_id", "table_index", ...pointingColumns]) units.set(name, standard(name));
  for (const name of derivedNames) {
    const inputs = columnsBehind(name)!.filter((column) => column.startsWith("true_"));
    if (inputs.every((column) => events.has(column))) units.set(name, standard(name));
  }
  for (const [name, unit] of events) units.set(name, unit);
  for (const name of table.scalarNames) units.set(name, () => table.unitOf(name));
  const criteria = reader.qualityCriteria.map(({ expression }) => {
    // Units are attributes of the file: only those that matter are read.
    const known = [...units].map(([name, unit]) => [name, expression.includes(name) ? unit() : undefined] as const);
    const unknown = (column: string, remedy: string): Error => {
      const named = new ConfigError(
        `quality criterion '${expression}': there is no column ${column} in ${file.path}:${path}`,
        { place: "quality_criteria", remedy },
      );
      if (path === parameters) return named;
      return new InputError(
        `${file.path} has no image parameters of telescope ${telescope.id}, but '${expression}' needs ${column}`,
        {
          place: `${file.path}:${parameters}`,
          remedy: "make the file again with ctapipe-process --write-parameters, or leave the criterion out",
        },
      );
    };
    return parseExpression(expression, new Map(known), unknown);
  });
  return { table, place: `${file.path}:${path}`, criteria };
}

/**
 * Reads a telescope's rows, joins them with the triggered events on (obs_id, event_id) and applies the criteria.
 * @throws {InputError} when an event is there twice, or the wanted focal length is not known
 */
export function readTelescopeRows(
  file: EventFile,
  telescope: Telescope,
  { table, place, criteria }: TelescopeCriteria,
  events: TriggeredEvents,
  pointings: { readonly telescope: Pointing; readonly array: Pointing; readonly timesS: Float64Array | null },
  reader: Pick<ReaderConfig, "focalLength">,
): TelescopeRows {
  const used = usedColumns(criteria);
  const own = table.scalarNames.filter((name) => used.has(name) || name === "hillas_intensity");
  const columns = table.readNumbers([...new Set(["obs_id", "event_id", ...own])]);
  uniqueEvents(columns, place);
  const [obsIds, eventIds] = [columns.get("obs_id")!, columns.get("event_id")!];
  const eventRow = new Uint32Array(table.rows);
  const tableIndex = new Uint32Array(table.rows);
  let rows = 0;
  for (let row = 0; row < table.rows; row++) {
    const event = events.index.find(obsIds[row]!, eventIds[row]!);
    if (event < 0) continue;
    eventRow[rows] = event;
    tableIndex[rows++] = row;
  }
  const optics = events.simulated
    ? {
        focalLengthM: focalLengthM(telescope, reader.focalLength, file.path),
        positionM: telescope.positionM,
        pixelRotationDeg: file.subarray.cameras.get(telescope.cameraIndex)!.pixelRotationDeg,
      }
    : null;
  const pointingOf = (pointing: Pointing): readonly [Float64Array, Float64Array] => {
    const [az, alt] = [new Float64Array(rows), new Float64Array(rows)];
    const ids = events.columns.get("obs_id")!;
    let looked = { azRad: Number.NaN, altRad: Number.NaN };
    let obsId = Number.NaN;
    for (let i = 0; i < rows; i++) {
      const event = eventRow[i]!;
      if (pointing.timed || ids[event] !== obsId) {
        obsId = ids[event]!;
        looked = pointing(obsId, pointings.timesS?.[event] ?? Number.NaN);
      }
      az[i] = looked.azRad;
      alt[i] = looked.altRad;
    }
    return [az, alt];
  };
  const [azRad, altRad] = pointingOf(pointings.telescope);

  const expanded = new Map<string, NumberColumn>();
  const column = (name: string): NumberColumn => {
    const known = expanded.get(name);
    if (known) return known;
    const found = new Map<string, NumberColumn>();
    if (columns.has(name)) found.set(name, takeDoubles(columns.get(name)!, tableIndex, rows));
    else if (events.columns.has(name)) found.set(name, takeDoubles(events.columns.get(name)!, eventRow, rows));
    else if (name === "tel_id") found.set(name, new Float64Array(rows).fill(telescope.id));
    else if (name === "table_index") found.set(name, tableIndex);
    else if (name.startsWith("telescope_pointing")) {
      found.set("telescope_pointing_azimuth", azRad).set("telescope_pointing_altitude", altRad);
    } else if (name.startsWith("pointing")) {
      const [az, alt] = pointingOf(pointings.array);
      found.set("pointing_azimuth", az).set("pointing_altitude", alt);
    } else
      for (const [made, values] of deriveColumns(name, rows, column, () => optics ?? undefined))
        found.set(made, values);
    for (const [made, values] of found) expanded.set(made, values);
    return found.get(name)!;
  };
  const inputs = new Map(
    criteria.flatMap((criterion) => criterion.columns.map((name) => [name, column(name)] as const)),
  );

  const intensities = columns.get("hillas_intensity");
  const intensity = intensities ? new Float64Array(rows) : null;
  let kept = 0;
  let row = 0;
  const value = (name: string): number => inputs.get(name)![row]!;
  const counts = [rows, ...criteria.map(() => 0)];
  const cumulative = [...counts];
  for (; row < rows; row++) {
    let passes = true;
    for (let i = 0; i < criteria.length; i++) {
      const one = criteria[i]!.evaluate(value) === 1;
      passes &&= one;
      if (one) counts[i + 1]!++;
      if (passes) cumulative[i + 1]!++;
    }
    if (!passes) continue;
    eventRow[kept] = eventRow[row]!;
    if (intensity) intensity[kept] = intensities![tableIndex[row]!]!;
    tableIndex[kept] = tableIndex[row]!;
    azRad[kept] = azRad[row]!;
    altRad[kept] = altRad[row]!;
    kept++;
  }
  return {
    rows: kept,
    eventRow: eventRow.subarray(0, kept),
    tableIndex: tableIndex.subarray(0, kept),
    azRad: azRad.subarray(0, kept),
    altRad: altRad.subarray(0, kept),
    intensity: intensity ? intensity.subarray(0, kept) : null,
    selection: { counts, cumulative },
    optics,
  };
}
