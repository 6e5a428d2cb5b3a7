import { type Channel, waveformSample } from "../config/channel.js";
import { InputError } from "../errors.js";
import { type Column, numbers, type Table } from "../hdf5/column.js";
import { type EventFile, telescopeTable } from "./event-file.js";
import { EventIndex } from "./event-index.js";
import { levelOf, selectGain, type Traces, type WaveformLevel } from "./waveforms.js";

/** Where a telescope's waveforms are. */
export function waveformsPath(level: WaveformLevel, telescopeId: number): string {
  return `/${level}/event/telescope/${telescopeTable(telescopeId)}`;
}

/** Levels of waveforms that some channels need. */
export function waveformLevels(channels: readonly Channel[]): WaveformLevel[] {
  const levels = channels.flatMap((channel) => {
    const sample = waveformSample(channel);
    return sample ? [levelOf(sample.name)] : [];
  });
  return [...new Set(levels)];
}

/** Indices of tables that are in another order than their images, while the file is open. */
const indices = new WeakMap<EventFile, Map<string, EventIndex>>();

function indexOf(file: EventFile, path: string): EventIndex {
  const known = indices.get(file) ?? new Map<string, EventIndex>();
  indices.set(file, known);
  const index = known.get(path);
  if (index) return index;
  const columns = file.hdf5.table(path).readNumbers(["obs_id", "event_id"]);
  const made = new EventIndex(columns.get("obs_id")!, columns.get("event_id")!);
  known.set(path, made);
  return made;
}

const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.prototype.every.call(a, (value, i) => value === b[i]);

/** Rows of the table that hold the wanted events, and what is in them. */
function readRows(
  file: EventFile,
  path: string,
  start: number,
  obsIds: Float64Array,
  eventIds: Float64Array,
): { readonly rows: ArrayLike<number>; readonly table: Table } {
  const reader = file.hdf5.table(path);
  const gain = reader.columnNames.includes("selected_gain_channel") ? ["selected_gain_channel"] : [];
  const columns = ["obs_id", "event_id", "waveform", ...gain];
  const count = obsIds.length;
  const inPlace = reader.read({ columns, start, count });
  const ids = ["obs_id", "event_id"].map((name) => numbers(inPlace.columns.get(name)!));
  if (same(ids[0]!, obsIds) && same(ids[1]!, eventIds)) return { rows: obsIds.map((_, row) => row), table: inPlace };
  const index = indexOf(file, path);
  const rows = Int32Array.from(obsIds, (obsId, i) => index.find(obsId, eventIds[i]!));
  const missing = rows.findIndex((row) => row < 0);
  if (missing >= 0) {
    const event = `event ${eventIds[missing]} of observation ${obsIds[missing]}`;
    throw new InputError(`${file.path}:${path} lacks the waveforms of ${event}`, {
      place: `${file.path}:${path}`,
      remedy: "write images and waveforms in one run of ctapipe-process",
    });
  }
  let [first, last] = [rows[0] ?? 0, rows[0] ?? -1];
  for (const row of rows) [first, last] = [Math.min(first, row), Math.max(last, row)];
  const table = reader.read({ columns, start: first, count: last - first + 1 });
  return { rows: rows.map((row) => row - first), table };
}

function checkSequences(channels: readonly Channel[], level: WaveformLevel, samples: number, place: string): void {
  for (const channel of channels) {
    const sample = waveformSample(channel);
    if (!sample || levelOf(sample.name) !== level || sample.length <= samples) continue;
    throw new InputError(`${place} has ${samples} samples a readout, ${sample.length} are wanted`, {
      place,
      remedy: `set sequence_length to ${samples} or less`,
    });
  }
}

function floats({ data, ...column }: Column): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(numbers({ data, ...column }));
}

/**
 * The waveforms of a block of images, found by their keys; mostly in the same rows as the images.
 * @param start row of the first image
 * @throws {InputError} when waveforms are missing, of fewer samples than are wanted, or of two gains without saying which
 */
export function readTraces(
  file: EventFile,
  level: WaveformLevel,
  telescopeId: number,
  channels: readonly Channel[],
  start: number,
  obsIds: Float64Array,
  eventIds: Float64Array,
): { readonly pixels: number; readonly of: (row: number) => Traces } {
  const path = waveformsPath(level, telescopeId);
  const place = `${file.path}:${path}`;
  const { rows, table } = readRows(file, path, start, obsIds, eventIds);
  const column = table.columns.get("waveform")!;
  // Before data model v6 there was no axis of gains.
  const [pixels = 1, samples = 1] = column.itemShape.slice(-2);
  const gains = column.itemShape.length > 2 ? column.itemShape[0]! : 1;
  const selection = table.columns.get("selected_gain_channel");
  const selected = selection ? numbers(selection) : null;
  checkSequences(channels, level, samples, place);
  if (gains > 2 || (gains === 2 && level === "r1" && !selected)) {
    throw new InputError(`${place} has ${gains} gains and does not say which counts`, {
      place,
      remedy: "make the file with a gain selection (ctapipe-process does it by default)",
    });
  }
  const values = floats(column);
  const size = gains * pixels * samples;
  const of = (row: number): Traces => {
    const at = rows[row]!;
    const gain = selected ? selected.subarray(at * pixels, (at + 1) * pixels) : null;
    return selectGain(values.subarray(at * size, (at + 1) * size), gains, samples, gain);
  };
  return { pixels, of };
}
