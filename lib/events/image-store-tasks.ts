import type { Channel } from "../config/channel.js";
import type { ExampleTable } from "./example-table.js";

/** A share of the images of one telescope in one file, and where they go. */
export interface StoreTask {
  readonly source: string;
  readonly telescope: number;
  /** Of the blocks of the table those with the numbers `part`, `part + parts`, … */
  readonly part: number;
  readonly parts: number;
  /** Files of the store; the checksums are left as they are when null. */
  readonly pixelsFile: string;
  readonly checksumsFile: string | null;
  readonly channels: readonly Channel[];
  readonly pixels: number;
  /** Keys of the telescope's wanted images in this file, and their places in the store; memory shared by all tasks. */
  readonly obsIds: Float64Array;
  readonly eventIds: Float64Array;
  readonly rows: Uint32Array;
}

/** Images of a task, at most about; a job that is killed loses no more. */
const imagesPerTask = 2048;

/** Values of a column for some rows, in memory that threads share. */
function sharedKeys(column: ArrayLike<number>, rows: readonly number[]): Float64Array {
  const keys = new Float64Array(new SharedArrayBuffer(8 * rows.length));
  for (const [i, row] of rows.entries()) keys[i] = column[row]!;
  return keys;
}

function sharedRows(rows: readonly number[]): Uint32Array {
  const values = new Uint32Array(new SharedArrayBuffer(4 * rows.length));
  values.set(rows);
  return values;
}

/** The work of filling a store, always in the same pieces, for all of its images or for some. */
export function storeTasks(
  examples: ExampleTable,
  files: Pick<StoreTask, "pixelsFile" | "checksumsFile" | "channels" | "pixels">,
  wanted?: ReadonlySet<number>,
): StoreTask[] {
  const { images } = examples;
  const [fileIndex, telescopes] = [images.column("file_index"), images.column("tel_id")];
  const [obsIds, eventIds] = [images.column("obs_id"), images.column("event_id")];
  const tables = new Map<string, number[]>();
  for (let row = 0; row < images.rows; row++) {
    if (wanted && !wanted.has(row)) continue;
    const key = `${fileIndex[row]}/${telescopes[row]}`;
    const rows = tables.get(key);
    if (rows) rows.push(row);
    else tables.set(key, [row]);
  }
  return [...tables.values()].flatMap((rows): StoreTask[] => {
    const [first] = rows as [number];
    const table = {
      ...files,
      source: examples.files[fileIndex[first]!]!.path,
      telescope: telescopes[first]!,
      obsIds: sharedKeys(obsIds, rows),
      eventIds: sharedKeys(eventIds, rows),
      rows: sharedRows(rows),
    };
    const parts = wanted ? 1 : Math.ceil(rows.length / imagesPerTask);
    return Array.from({ length: parts }, (_, part) => ({ ...table, part, parts }));
  });
}
