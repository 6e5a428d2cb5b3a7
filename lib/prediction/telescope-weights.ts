import { InputError } from "../errors.js";
import { type EventFile, telescopeTable } from "../events/event-file.js";
import { numbers } from "../hdf5/column.js";
import { KeyedRows } from "./keyed-rows.js";
import type { TelescopeTriggers } from "./triggers.js";

/** How much each telescope counts in the mean of an event, with the names and formulas of ctapipe's StereoMeanCombiner. */
export const weightNames = [
  "none",
  "intensity",
  "aspect-weighted-intensity",
  "containment-weighted-intensity",
] as const;
export type Weights = (typeof weightNames)[number];

interface Image {
  readonly intensity: number;
  readonly width: number;
  readonly length: number;
  /** Share of the charge in the two outermost rings of pixels. */
  readonly leakage: number;
}

const formulas: Readonly<Record<Exclude<Weights, "none">, (image: Image) => number>> = {
  intensity: ({ intensity }) => intensity,
  "aspect-weighted-intensity": ({ intensity, length, width }) => (intensity * length) / width,
  "containment-weighted-intensity": ({ intensity, length, width, leakage }) =>
    (intensity * (1 - width / length)) ** 2 * (1 - leakage) ** 4,
};

const columnOf: Readonly<Record<keyof Image, string>> = {
  intensity: "hillas_intensity",
  width: "hillas_width",
  length: "hillas_length",
  leakage: "leakage_intensity_width_2",
};

/**
 * Weight of each trigger of a telescope from the parameters of its image, `[triggers]`; NaN without parameters, and for
 * images too small to have the wanted ones. Null when all count the same.
 * @throws {InputError} when the file has no parameters
 */
export function telescopeWeights(
  { path, hdf5 }: EventFile,
  triggers: TelescopeTriggers,
  weights: Weights,
): Float64Array | null {
  if (weights === "none" || triggers.rows === 0) return null;
  const table = `/dl1/event/telescope/parameters/${telescopeTable(triggers.telescope.id)}`;
  if (hdf5.kind(table) !== "table") {
    throw new InputError(`${path} has no image parameters of telescope ${triggers.telescope.id} to weight it by`, {
      place: `${path}:${table}`,
      remedy: "combine with weights none, or write parameters with ctapipe-process",
    });
  }
  const names = Object.values(columnOf);
  const { rows, columns } = hdf5.table(table).read({ columns: ["obs_id", "event_id", ...names] });
  const values = new Map(["obs_id", "event_id", ...names].map((name) => [name, numbers(columns.get(name)!)]));
  const index = new KeyedRows(triggers.obsIds, triggers.eventIds);
  const result = new Float64Array(triggers.rows).fill(Number.NaN);
  for (let row = 0; row < rows; row++) {
    const trigger = index.find(values.get("obs_id")![row]!, values.get("event_id")![row]!);
    if (trigger < 0) continue;
    const of = (name: keyof Image): number => values.get(columnOf[name])![row]!;
    result[trigger] = formulas[weights]({
      intensity: of("intensity"),
      width: of("width"),
      length: of("length"),
      leakage: of("leakage"),
    });
  }
  return result;
}
