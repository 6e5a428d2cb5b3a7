import type { CameraGeometry } from "../camera/geometry.js";
import type { ReaderConfig } from "../config/config.js";
import { CherenkitError, ConfigError, InputError } from "../errors.js";
import { type EventFile, openEventFile } from "./event-file.js";
import { type Columns, exampleColumnUnits, stackRows, takeRows } from "./example-columns.js";
import { type ExampleFile, ExampleTable } from "./example-table.js";
import { monoExamples } from "./mono-examples.js";
import { selectTelescopes } from "./select-telescopes.js";
import { cameraDifference, type Subarray, subarrayDifference, type Telescope } from "./subarray.js";

interface FileExamples extends ExampleFile {
  readonly subarray: Subarray;
  readonly columns: Columns;
}

/** Sorted by observation, event and telescope; equal keys of several files keep the order of the files. */
function sortedOrder(columns: Columns): Uint32Array {
  const keys = ["obs_id", "event_id", "tel_id"].map((name) => columns.values.get(name)!);
  const order = Uint32Array.from({ length: columns.rows }, (_, i) => i);
  return order.sort((a, b) => {
    for (const key of keys) if (key[a] !== key[b]) return key[a]! - key[b]!;
    return a - b;
  });
}

function constant(rows: number, value: number): Float64Array {
  return new Float64Array(rows).fill(value);
}

/** Distinct cameras of the telescopes, and which telescope has which. */
function distinctCameras(
  subarray: Subarray,
  telescopes: readonly Telescope[],
): { cameras: CameraGeometry[]; cameraOfTelescope: Map<number, number> } {
  const cameras: CameraGeometry[] = [];
  const cameraOfTelescope = new Map<number, number>();
  for (const { id, cameraIndex } of telescopes) {
    const camera = subarray.cameras.get(cameraIndex)!;
    const known = cameras.findIndex((other) => cameraDifference(other, camera) === null);
    cameraOfTelescope.set(id, known < 0 ? cameras.push(camera) - 1 : known);
  }
  return { cameras, cameraOfTelescope };
}

function examplesOf(
  { path, dataModel, subarray, ...file }: EventFile,
  signal: boolean,
  reader: ReaderConfig,
  reference: Subarray | undefined,
): FileExamples {
  const difference = reference ? subarrayDifference(reference, subarray) : null;
  if (difference !== null) {
    throw new InputError(`${path} holds another array than the first file: ${difference}`, {
      place: path,
      remedy: "give files of one array, or set skip_incompatible_files: true",
    });
  }
  const wanted = { ids: reader.allowedTelescopes, types: reader.allowedTelescopeTypes };
  const telescopes = selectTelescopes(subarray, wanted, path);
  const columns = monoExamples({ path, dataModel, subarray, ...file }, telescopes, reader);
  return { path, signal, dataModel, subarray, columns };
}

async function readFiles(
  files: readonly { path: string; signal: boolean }[],
  reader: ReaderConfig,
): Promise<FileExamples[]> {
  const read: FileExamples[] = [];
  for (const { path, signal } of files) {
    try {
      const file = await openEventFile(path);
      try {
        read.push(examplesOf(file, signal, reader, read[0]?.subarray));
      } finally {
        file.close();
      }
    } catch (error) {
      if (!reader.skipIncompatibleFiles || !(error instanceof InputError)) throw error;
      process.stderr.write(`skipped: ${error.message}\n`);
    }
  }
  return read;
}

/**
 * Reads the events of signal and background files as one table of examples.
 * @throws {ConfigError} for a criterion or a selection that cannot be used, and for a mode that is not there
 * @throws {InputError} for a file that cannot be read or holds another array
 */
export async function openExamples(
  signal: readonly string[],
  background: readonly string[] | null,
  reader: ReaderConfig,
): Promise<ExampleTable> {
  if (reader.mode !== "mono") {
    throw new ConfigError("only mode: mono can be read", { place: "mode", remedy: "set mode: mono" });
  }
  const doubles = (background ?? []).filter((path) => signal.includes(path));
  if (doubles.length > 0) {
    throw new ConfigError(`${doubles[0]} is named as signal and as background`, { place: "file_pattern_background" });
  }
  const files = [
    ...signal.map((path) => ({ path, signal: true })),
    ...(background ?? []).map((path) => ({ path, signal: false })),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
  const read = await readFiles(files, reader);
  if (read.length === 0) throw new CherenkitError("no file could be read", { remedy: "see the messages above" });

  const tables = read.map(({ columns, signal: isSignal }, index): Columns => {
    const { rows } = columns;
    const values = new Map(columns.values);
    values.set("file_index", constant(rows, index));
    values.set("tel_type_id", constant(rows, 0));
    values.set("true_shower_primary_class", constant(rows, isSignal ? 1 : 0));
    return { rows, values };
  });
  const stacked = stackRows(tables);
  const sorted = takeRows(stacked, sortedOrder(stacked));
  const values = new Map(sorted.values).set(
    "index",
    Float64Array.from({ length: sorted.rows }, (_, i) => i),
  );
  const ordered = [...exampleColumnUnits.keys()].filter((name) => values.has(name));
  const { subarray } = read[0]!;
  const telescopes = selectTelescopes(
    subarray,
    { ids: reader.allowedTelescopes, types: reader.allowedTelescopeTypes },
    read[0]!.path,
  );
  return new ExampleTable(
    { rows: sorted.rows, values: new Map(ordered.map((name) => [name, values.get(name)!])) },
    {
      files: read.map(({ path, signal: isSignal, dataModel }) => ({ path, signal: isSignal, dataModel })),
      telescopes,
      ...distinctCameras(subarray, telescopes),
    },
    background !== null,
  );
}
