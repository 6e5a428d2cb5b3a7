import { type EventFile, telescopeTable } from "../events/event-file.js";
import { EventIndex } from "../events/event-index.js";
import type { Telescope } from "../events/subarray.js";
import { numbers } from "../hdf5/column.js";
import type { Dl2Rows } from "./dl2-rows.js";

/** A parameter of the images, one value a row. */
export interface RowParameter {
  readonly values: Float64Array;
  readonly unit?: string;
}

/** How the images of one event count together; other parameters are those of single images only. */
const together: Readonly<Record<string, (sum: number, value: number) => number>> = {
  hillas_intensity: (sum, value) => sum + value,
  leakage_intensity_width_1: Math.max,
  leakage_intensity_width_2: Math.max,
  leakage_pixels_width_1: Math.max,
  leakage_pixels_width_2: Math.max,
};

/** Parameters of one telescope's images with the row of each event; null when the file holds none. */
function parametersOf({ hdf5 }: EventFile, telescopeId: number, names: readonly string[]) {
  const path = `/dl1/event/telescope/parameters/${telescopeTable(telescopeId)}`;
  if (hdf5.kind(path) !== "table") return null;
  const table = hdf5.table(path);
  // files of ctapipe may hold the parameters in the frame of the camera: camera_frame_hillas_intensity
  const stored = names.flatMap((name) => {
    const column = table.columnNames.find((own) => own === name || own.endsWith(`_${name}`));
    return column ? [[name, column] as const] : [];
  });
  if (stored.length === 0) return null;
  const read = table.read({ columns: ["obs_id", "event_id", ...stored.map(([, column]) => column)] });
  const index = new EventIndex(numbers(read.columns.get("obs_id")!), numbers(read.columns.get("event_id")!));
  const columns = new Map(stored.map(([name, column]) => [name, read.columns.get(column)!]));
  return { index, columns };
}

/**
 * Image parameters beside the rows of a DL2 table, by ctapipe's names; those that the file lacks are left out. Of an event
 * of the array, whose telescopes took part in the prediction, the intensities add up and the largest leakage counts.
 */
export function rowParameters(
  file: EventFile,
  rows: Dl2Rows,
  names: readonly string[],
): Readonly<Record<string, RowParameter>> {
  const found: Record<string, { values: Float64Array; unit?: string }> = {};
  const ofArray = rows.telId[0] === 0;
  const wanted = ofArray ? names.filter((name) => together[name]) : names;
  const { telescopes } = file.subarray;
  const took = rows.telescopes?.width === telescopes.length ? rows.telescopes.mask : null;
  const add = ({ id }: Telescope, place: number): void => {
    const parameters = parametersOf(file, id, wanted);
    if (!parameters) return;
    const { index, columns } = parameters;
    const at = Int32Array.from({ length: rows.rows }, (_, row) =>
      took && !took[row * telescopes.length + place] ? -1 : index.find(rows.obsId[row]!, rows.eventId[row]!),
    );
    for (const [name, column] of columns) {
      const own = numbers(column);
      found[name] ??= { values: new Float64Array(rows.rows).fill(Number.NaN), unit: column.unit };
      const { values } = found[name];
      for (let row = 0; row < rows.rows; row++) {
        const value = at[row]! < 0 ? Number.NaN : own[at[row]!]!;
        if (!Number.isFinite(value)) continue;
        values[row] = Number.isNaN(values[row]!) ? value : together[name]!(values[row]!, value);
      }
    }
  };
  for (const [place, telescope] of telescopes.entries()) {
    if (ofArray || telescope.id === rows.telId[0]) add(telescope, place);
  }
  return found;
}
