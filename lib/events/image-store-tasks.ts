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
  readonly places: Uint32Array;
}

/** Images of a task, at most about; a job that is killed loses no more. */
const imagesPerTask = 2048;

/** Values of a column for some rows, in memory that threads share. */
function sharedKeys(column: ArrayLike<number>, rows: Uint32Array): Float64Array {
  const keys = new Float64Array(new SharedArrayBuffer(8 * rows.length));
  for (let i = 0; i < rows.length; i++) keys[i] = column[rows[i]!]!;
  return keys;
}

function sharedPlaces(places: Uint32Array): Uint32Array {
  const values = new Uint32Array(new SharedArrayBuffer(4 * places.length));
  values.set(places);
  return values;
}

/** The table of each image, one telescope of one file, numbered as they come. */
function tableNumbers({ images }: ExampleTable): { readonly tableOf: Uint32Array; readonly tables: number } {
  const [files, telescopes] = [images.column("file_index"), images.column("tel_id")];
  const numbers: number[][] = [];
  const tableOf = new Uint32Array(images.rows);
  let tables = 0;
  for (let image = 0; image < images.rows; image++) {
    const [file, telescope] = [files[image]!, telescopes[image]!];
    numbers[file] ??= [];
    const number = numbers[file][telescope];
    if (number === undefined) numbers[file][telescope] = tables;
    tableOf[image] = number ?? tables++;
  }
  return { tableOf, tables };
}

/**
 * The image at each place of a store: one table of a file after the other. What is read together then lies together, and is
 * written at once; images of one event, in turns from several tables, would take two to three times as long.
 */
export function storeOrder(examples: ExampleTable): Uint32Array {
  const { tableOf, tables } = tableNumbers(examples);
  const next = new Uint32Array(tables + 1);
  for (let image = 0; image < tableOf.length; image++) next[tableOf[image]! + 1]!++;
  for (let table = 1; table <= tables; table++) next[table]! += next[table - 1]!;
  const order = new Uint32Array(tableOf.length);
  for (let image = 0; image < tableOf.length; image++) order[next[tableOf[image]!]!++] = image;
  return order;
}

/** The images of each telescope in each file, in the order of `ExampleTable.images`; one behind the other in `storeOrder`. */
function imagesByTable(examples: ExampleTable): Uint32Array[] {
  const order = storeOrder(examples);
  const { tableOf } = tableNumbers(examples);
  const found: Uint32Array[] = [];
  let begin = 0;
  for (let place = 1; place <= order.length; place++) {
    if (place < order.length && tableOf[order[place]!] === tableOf[order[begin]!]) continue;
    found.push(order.subarray(begin, place));
    begin = place;
  }
  return found;
}

/** The work of filling a store, always in the same pieces, for all of its places or for some. */
export function storeTasks(
  examples: ExampleTable,
  files: Pick<StoreTask, "pixelsFile" | "checksumsFile" | "channels" | "pixels">,
  wanted?: ReadonlySet<number>,
): StoreTask[] {
  const { images } = examples;
  let begin = 0;
  return imagesByTable(examples).flatMap((all): StoreTask[] => {
    const [first, from] = [all[0]!, begin];
    begin += all.length;
    const places = all.map((_, i) => from + i).filter((place) => wanted?.has(place) ?? true);
    if (places.length === 0) return [];
    const rows = places.map((place) => all[place - from]!);
    const table = {
      ...files,
      source: examples.files[images.column("file_index")[first]!]!.path,
      telescope: images.column("tel_id")[first]!,
      obsIds: sharedKeys(images.column("obs_id"), rows),
      eventIds: sharedKeys(images.column("event_id"), rows),
      places: sharedPlaces(places),
    };
    const parts = wanted ? 1 : Math.ceil(places.length / imagesPerTask);
    return Array.from({ length: parts }, (_, part) => ({ ...table, part, parts }));
  });
}
