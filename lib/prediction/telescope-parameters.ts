import { type EventFile, telescopeTable } from "../events/event-file.js";
import { numbers } from "../hdf5/column.js";
import { KeyedRows } from "./keyed-rows.js";
import type { TelescopeTriggers } from "./triggers.js";

/** Table of the image parameters of a telescope. */
export function parametersPath(telescope: number): string {
  return `/dl1/event/telescope/parameters/${telescopeTable(telescope)}`;
}

/**
 * Parameters of the images of a telescope by column, each `[triggers]`, NaN for triggers without an image that has some.
 * @returns null where the file has no such table
 */
export function parametersOf(
  { hdf5 }: Pick<EventFile, "hdf5">,
  triggers: TelescopeTriggers,
  names: readonly string[],
): ReadonlyMap<string, Float64Array> | null {
  const path = parametersPath(triggers.telescope.id);
  if (hdf5.kind(path) !== "table") return null;
  const { rows, columns } = hdf5.table(path).read({ columns: ["obs_id", "event_id", ...names] });
  const [obsIds, eventIds] = ["obs_id", "event_id"].map((name) => numbers(columns.get(name)!));
  const index = new KeyedRows(triggers.obsIds, triggers.eventIds);
  const places = Int32Array.from({ length: rows }, (_, row) => index.find(obsIds![row]!, eventIds![row]!));
  return new Map(
    names.map((name) => {
      const [read, found] = [numbers(columns.get(name)!), new Float64Array(triggers.rows).fill(Number.NaN)];
      for (const [row, place] of places.entries()) if (place >= 0) found[place] = read[row]!;
      return [name, found];
    }),
  );
}
