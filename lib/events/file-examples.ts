import type { ReaderConfig } from "../config/config.js";
import { compactColumn, type NumberColumn, takeRows } from "../hdf5/number-column.js";
import type { TelescopeFacts } from "./derived-columns.js";
import type { EventFile } from "./event-file.js";
import { exampleColumnUnits } from "./example-columns.js";
import { leastTelescopes } from "./least-telescopes.js";
import { arrayPointing, meanPointing, type Pointing, telescopePointing } from "./pointing.js";
import { type Selection, sumSelections } from "./selection.js";
import type { Telescope } from "./subarray.js";
import { readTelescopeRows, type TelescopeRows, telescopeCriteria, usedColumns } from "./telescope-rows.js";
import { readTriggeredEvents, type TriggeredEvents } from "./triggered-events.js";

/** Images of one file that can be examples, and their events; both sorted by observation, event and telescope. */
export interface FileExamples {
  readonly images: {
    readonly rows: number;
    /** Row of the event below. */
    readonly eventRow: Uint32Array;
    readonly columns: Map<string, NumberColumn>;
  };
  readonly events: { readonly rows: number; readonly columns: Map<string, NumberColumn> };
  /** What the quality criteria let pass. */
  readonly selection: Selection;
  /** By telescope id; empty without simulated truth. */
  readonly optics: ReadonlyMap<number, TelescopeFacts>;
}

function noExamples(criteria: number): FileExamples {
  const images = { rows: 0, eventRow: new Uint32Array(), columns: new Map() };
  return { images, events: { rows: 0, columns: new Map() }, selection: sumSelections([], criteria), optics: new Map() };
}

/** Triggered events that have enough images, in order; and where the images of each begin. */
function keptEvents(
  events: TriggeredEvents,
  tables: readonly TelescopeRows[],
  least: number,
): { order: Uint32Array; begin: Uint32Array; images: number; rank: Int32Array } {
  const counts = new Uint16Array(events.rows);
  for (const { eventRow } of tables) for (const event of eventRow) counts[event]!++;
  const all = new Uint32Array(events.rows);
  let kept = 0;
  for (let event = 0; event < events.rows; event++) if (counts[event]! >= least) all[kept++] = event;
  const [obsIds, eventIds] = [events.columns.get("obs_id")!, events.columns.get("event_id")!];
  const order = all.subarray(0, kept);
  const compare = (a: number, b: number): number => obsIds[a]! - obsIds[b]! || eventIds[a]! - eventIds[b]!;
  if (order.some((event, i) => i > 0 && compare(order[i - 1]!, event) > 0)) order.sort(compare);
  const begin = new Uint32Array(order.length);
  const rank = new Int32Array(events.rows).fill(-1);
  let images = 0;
  for (let i = 0; i < order.length; i++) {
    begin[i] = images;
    rank[order[i]!] = i;
    images += counts[order[i]!]!;
  }
  return { order, begin, images, rank };
}

/** Mean of the telescopes' pointings, for observations that do not tell the array's. */
function meanOf(pointings: readonly Pointing[]): Pointing {
  const [first] = pointings;
  if (pointings.length === 1) return first!;
  const mean: Pointing = (obsId, timeS) => meanPointing(pointings.map((pointing) => pointing(obsId, timeS)));
  return Object.assign(mean, { timed: pointings.some(({ timed }) => timed === true) });
}

/**
 * Images of one file that can be examples: of an event that triggered, in one of the telescopes, fulfilling the quality
 * criteria; in stereo, of events with enough of them. A telescope without tables has no events.
 * @throws {ConfigError} for a quality criterion that cannot be used
 * @throws {InputError} when the file lacks what is needed
 */
export function readFileExamples(
  file: EventFile,
  telescopes: readonly Telescope[],
  reader: Pick<ReaderConfig, "mode" | "qualityCriteria" | "focalLength" | "minTelescopes" | "minTelescopesOfType">,
): FileExamples {
  const sorted = [...telescopes].sort((a, b) => a.id - b.id);
  const found = sorted.flatMap((telescope) => {
    const criteria = telescopeCriteria(file, telescope, reader);
    return criteria ? [{ telescope, criteria }] : [];
  });
  if (found.length === 0) return noExamples(reader.qualityCriteria.length);
  const used = usedColumns(found.flatMap(({ criteria }) => criteria.criteria));
  const events = readTriggeredEvents(file, new Set([...used, ...exampleColumnUnits.keys()]));
  if (!events) return noExamples(reader.qualityCriteria.length);

  const pointings = found.map(({ telescope }) => telescopePointing(file, telescope.id));
  const arrays = arrayPointing(file);
  const timesS = [...pointings, arrays].some((pointing) => pointing?.timed) ? events.times() : null;
  const ofArray = arrays ?? (reader.mode === "stereo" ? meanOf(pointings) : null);
  const tables = found.map(({ telescope, criteria }, i) => {
    const directions = { telescope: pointings[i]!, array: ofArray ?? pointings[i]!, timesS };
    return readTelescopeRows(file, telescope, criteria, events, directions, reader);
  });

  const { order, begin, images, rank } = keptEvents(events, tables, leastTelescopes(telescopes, reader));
  const eventRow = new Uint32Array(images);
  const telId = new Uint16Array(images);
  const tableIndex = new Uint32Array(images);
  const withIntensity = reader.mode === "stereo" && tables.every(({ intensity }) => intensity !== null);
  const intensity = new Float64Array(withIntensity ? images : 0);
  const [azRad, altRad] = [new Float64Array(images), new Float64Array(images)];
  const next = begin.slice();
  // Telescopes come in the order of their ids, so that each event's images do too.
  for (const [t, table] of tables.entries()) {
    for (let i = 0; i < table.rows; i++) {
      const event = rank[table.eventRow[i]!]!;
      if (event < 0) continue;
      const at = next[event]!++;
      eventRow[at] = event;
      telId[at] = found[t]!.telescope.id;
      tableIndex[at] = table.tableIndex[i]!;
      azRad[at] = table.azRad[i]!;
      altRad[at] = table.altRad[i]!;
      if (withIntensity) intensity[at] = table.intensity![i]!;
    }
  }
  const imageColumns = new Map<string, NumberColumn>([
    ["table_index", tableIndex],
    ["tel_id", telId],
    ["telescope_pointing_azimuth", compactColumn(azRad)],
    ["telescope_pointing_altitude", compactColumn(altRad)],
    ...(withIntensity ? [["hillas_intensity", intensity] as const] : []),
  ]);

  const columns = new Map<string, NumberColumn>();
  for (const [name, column] of events.columns) {
    if (exampleColumnUnits.has(name)) columns.set(name, compactColumn(takeRows(column, order)));
  }
  if (ofArray) {
    const obsIds = columns.get("obs_id")!;
    const [az, alt] = [new Float64Array(order.length), new Float64Array(order.length)];
    let looked = { azRad: Number.NaN, altRad: Number.NaN };
    for (let i = 0; i < order.length; i++) {
      if (i === 0 || ofArray.timed || obsIds[i] !== obsIds[i - 1]) {
        looked = ofArray(obsIds[i]!, timesS?.[order[i]!] ?? Number.NaN);
      }
      az[i] = looked.azRad;
      alt[i] = looked.altRad;
    }
    columns.set("pointing_altitude", compactColumn(alt)).set("pointing_azimuth", compactColumn(az));
  } else {
    imageColumns.set("pointing_altitude", imageColumns.get("telescope_pointing_altitude")!);
    imageColumns.set("pointing_azimuth", imageColumns.get("telescope_pointing_azimuth")!);
  }
  return {
    images: { rows: images, eventRow, columns: imageColumns },
    events: { rows: order.length, columns },
    selection: sumSelections(
      tables.map(({ selection }) => selection),
      reader.qualityCriteria.length,
    ),
    optics: new Map(tables.flatMap(({ optics }, i) => (optics ? [[found[i]!.telescope.id, optics] as const] : []))),
  };
}
