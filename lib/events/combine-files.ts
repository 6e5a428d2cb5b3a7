import type { ReaderConfig } from "../config/config.js";
import { InputError } from "../errors.js";
import { commonColumn, type NumberColumn, takeRows } from "../hdf5/number-column.js";
import type { ExampleParts, ImageRows } from "./example-table.js";
import { mergeOrder } from "./merge-order.js";
import type { ReadFile } from "./read-example-file.js";
import type { Telescope } from "./subarray.js";

/** Columns of one file; each is made, and let go, when it is taken. */
interface Part {
  readonly rows: number;
  readonly names: Iterable<string>;
  take(name: string): NumberColumn | undefined;
}

/** Columns of several files, one after the other. */
class Stack {
  readonly rows: number;
  /** First row of each file. */
  readonly begins: number[] = [];
  private readonly filled: readonly Part[];

  constructor(parts: readonly Part[]) {
    let at = 0;
    for (const { rows } of parts) {
      this.begins.push(at);
      at += rows;
    }
    this.rows = at;
    this.filled = parts.filter(({ rows }) => rows > 0);
  }

  get names(): Set<string> {
    return new Set(this.filled.flatMap(({ names }) => [...names]));
  }

  /** A column; a file that lacks it has NaN there. */
  take(name: string): NumberColumn {
    const columns = this.filled.map((part) => part.take(name) ?? new Float32Array(part.rows).fill(Number.NaN));
    const stacked = commonColumn(columns, this.rows);
    let at = 0;
    for (const column of columns) {
      stacked.set(column, at);
      at += column.length;
    }
    return stacked;
  }
}

function takeOut(columns: Map<string, NumberColumn>, name: string): NumberColumn | undefined {
  const column = columns.get(name);
  columns.delete(name);
  return column;
}

function partOf({ rows, columns }: { rows: number; columns: Map<string, NumberColumn> }): Part {
  return { rows, names: [...columns.keys()], take: (name) => takeOut(columns, name) };
}

function fileIndices(begins: readonly number[], rows: number): NumberColumn {
  const indices = begins.length < 65_536 ? new Uint16Array(rows) : new Uint32Array(rows);
  for (const [file, begin] of begins.entries()) indices.fill(file, begin, begins[file + 1] ?? rows);
  return indices;
}

function ordered(column: NumberColumn, order: Uint32Array | null): NumberColumn {
  return order ? takeRows(column, order) : column;
}

/** Images of a file with the columns of their events. */
function imagesWithEvents({ examples: { images, events } }: ReadFile): Part {
  return {
    rows: images.rows,
    names: [...images.columns.keys(), ...events.columns.keys()],
    take: (name) => {
      const own = takeOut(images.columns, name);
      if (own) return own;
      const ofEvents = takeOut(events.columns, name);
      return ofEvents && takeRows(ofEvents, images.eventRow);
    },
  };
}

type Combined = Pick<ExampleParts, "rows" | "columns" | "telescopeOf" | "stereo">;

/** The telescope of a row. */
function telescopeFacts(
  files: readonly ReadFile[],
  fileIndex: NumberColumn,
  telescopeOf: (row: number) => number,
): ExampleParts["telescopeOf"] {
  if (!files.some(({ examples }) => examples.optics.size > 0)) return null;
  return (row) => files[fileIndex[row]!]!.examples.optics.get(telescopeOf(row))!;
}

function combineMono(files: readonly ReadFile[]): Combined {
  const stack = new Stack(files.map(imagesWithEvents));
  const { rows, begins } = stack;
  const names = stack.names;
  const columns = new Map<string, NumberColumn>();
  if (rows === 0) return { rows, columns, telescopeOf: null, stereo: null };
  const keys = ["obs_id", "event_id", "tel_id"].map((name) => [name, stack.take(name)] as const);
  const order = mergeOrder(
    keys.map(([, key]) => key),
    rows,
    begins,
  );
  const fileIndex = ordered(fileIndices(begins, rows), order);
  columns.set("file_index", fileIndex);
  for (const [name, key] of keys) columns.set(name, ordered(key, order));
  for (const name of names) if (!columns.has(name)) columns.set(name, ordered(stack.take(name), order));
  const telId = columns.get("tel_id")!;
  return { rows, columns, telescopeOf: telescopeFacts(files, fileIndex, (row) => telId[row]!), stereo: null };
}

/** Where each image stands when its event moves to another place. */
function imageOrder(order: Uint32Array | null, begins: Uint32Array, images: number): Uint32Array | null {
  if (!order) return null;
  const moved = new Uint32Array(images);
  let at = 0;
  for (const event of order) for (let image = begins[event]!; image < begins[event + 1]!; image++) moved[at++] = image;
  return moved;
}

/** The images of each event by falling intensity, blanks last; telescopes of equal intensity keep their order. */
function sortByIntensity(imagesOf: Int32Array, slots: number, intensity: NumberColumn | undefined): void {
  if (!intensity) {
    throw new InputError("the images cannot be sorted by intensity: a file has no image parameters", {
      place: "sort_by_intensity",
      remedy: "set sort_by_intensity: false, or write parameters with ctapipe-process",
    });
  }
  // An image without surviving pixels has no intensity: it comes after the others, and before blanks.
  const brightness = (image: number): number => {
    if (image < 0) return Number.NEGATIVE_INFINITY;
    return Number.isNaN(intensity[image]!) ? -1 : intensity[image]!;
  };
  for (let begin = 0; begin < imagesOf.length; begin += slots) {
    const event = imagesOf.subarray(begin, begin + slots);
    event.set([...event].sort((a, b) => (brightness(a) === brightness(b) ? 0 : brightness(b) - brightness(a))));
  }
}

function combineStereo(files: readonly ReadFile[], telescopes: readonly Telescope[], byIntensity: boolean): Combined {
  const events = new Stack(files.map(({ examples }) => partOf(examples.events)));
  const images = new Stack(files.map(({ examples }) => partOf(examples.images)));
  const { rows } = events;
  const columns = new Map<string, NumberColumn>();
  // Images of event e before it is moved: from imageBegins[e] to imageBegins[e + 1].
  const imageBegins = new Uint32Array(rows + 1);
  for (const [file, { examples }] of files.entries()) {
    for (const event of examples.images.eventRow) imageBegins[events.begins[file]! + event + 1]!++;
  }
  for (let event = 0; event < rows; event++) imageBegins[event + 1]! += imageBegins[event]!;
  const eventNames = events.names;
  const imageNames = images.names;
  const keys = ["obs_id", "event_id"].map((name) => [name, events.take(name)] as const);
  const order = mergeOrder(
    keys.map(([, key]) => key),
    rows,
    events.begins,
  );
  const moved = imageOrder(order, imageBegins, images.rows);
  const fileIndex = ordered(fileIndices(events.begins, rows), order);
  columns.set("file_index", fileIndex);
  for (const [name, key] of keys) columns.set(name, ordered(key, order));
  for (const name of eventNames) if (!columns.has(name)) columns.set(name, ordered(events.take(name), order));

  const imageColumns = new Map<string, NumberColumn>();
  for (const name of imageNames) imageColumns.set(name, ordered(images.take(name), moved));
  const first = new Uint32Array(rows);
  const eventOf = new Uint32Array(images.rows);
  for (let event = 0, image = 0; event < rows; event++) {
    const before = order ? order[event]! : event;
    const count = imageBegins[before + 1]! - imageBegins[before]!;
    first[event] = image;
    eventOf.fill(event, image, image + count);
    image += count;
  }
  for (const name of ["file_index", "obs_id", "event_id"]) {
    imageColumns.set(name, takeRows(columns.get(name)!, eventOf));
  }
  const telId = imageColumns.get("tel_id") ?? new Uint16Array();
  const slots = [...telescopes].map(({ id }) => id).sort((a, b) => a - b);
  const slotOf = new Map(slots.map((id, slot) => [id, slot]));
  const imagesOf = new Int32Array(rows * slots.length).fill(-1);
  for (let image = 0; image < images.rows; image++) {
    imagesOf[eventOf[image]! * slots.length + slotOf.get(telId[image]!)!] = image;
  }
  if (byIntensity && images.rows > 0) sortByIntensity(imagesOf, slots.length, imageColumns.get("hillas_intensity"));
  // What depends on the telescope is that of the first one, as in dl1-data-handler's list of events.
  for (const name of ["telescope_pointing_azimuth", "telescope_pointing_altitude"]) {
    const column = imageColumns.get(name);
    if (column) columns.set(name, takeRows(column, first));
  }
  const rowsOfImages: ImageRows = {
    rows: images.rows,
    has: (name) => imageColumns.has(name),
    column: (name) => imageColumns.get(name)!,
  };
  const telescopeOf = telescopeFacts(files, fileIndex, (row) => telId[first[row]!]!);
  return { rows, columns, telescopeOf, stereo: { images: rowsOfImages, imagesOf } };
}

/**
 * The examples of all files in one order: by observation, event and telescope, then by file. The columns of the files are
 * moved, so that memory holds them once.
 */
export function combineFiles(
  files: readonly ReadFile[],
  telescopes: readonly Telescope[],
  reader: Pick<ReaderConfig, "mode" | "sortByIntensity">,
): Combined {
  return reader.mode === "mono" ? combineMono(files) : combineStereo(files, telescopes, reader.sortByIntensity);
}
