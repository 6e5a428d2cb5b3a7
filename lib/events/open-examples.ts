import type { CameraGeometry } from "../camera/geometry.js";
import type { ReaderConfig } from "../config/config.js";
import { CherenkitError, ConfigError, InputError } from "../errors.js";
import { combineFiles } from "./combine-files.js";
import { ExampleTable } from "./example-table.js";
import type { ReadFile } from "./read-example-file.js";
import { isSkipped, readExampleFiles } from "./read-example-files.js";
import { selectTelescopes } from "./select-telescopes.js";
import { sumSelections } from "./selection.js";
import { cameraDifference, type Subarray, subarrayDifference, type Telescope } from "./subarray.js";

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

/** Files of one array, in their order; others end the reading, or are left out with a message. */
function compatible(outcomes: readonly (ReadFile | Error)[], reader: ReaderConfig): ReadFile[] {
  const files: ReadFile[] = [];
  for (const outcome of outcomes) {
    const difference =
      outcome instanceof Error || files.length === 0 ? null : subarrayDifference(files[0]!.subarray, outcome.subarray);
    const error =
      outcome instanceof Error
        ? outcome
        : difference === null
          ? null
          : new InputError(`${outcome.path} holds another array than ${files[0]!.path}: ${difference}`, {
              place: outcome.path,
              remedy: "give files of one array, or set skip_incompatible_files: true",
            });
    if (error === null) files.push(outcome as ReadFile);
    else if (isSkipped(error, reader)) process.stderr.write(`skipped: ${error.message}\n`);
    else throw error;
  }
  return files;
}

/**
 * Reads the events of signal and background files as one table of examples; files come in the order of their paths, as
 * in dl1-data-handler.
 * @throws {ConfigError} for a criterion or a selection that cannot be used
 * @throws {InputError} for a file that cannot be read or holds another array
 */
export async function openExamples(
  signal: readonly string[],
  background: readonly string[] | null,
  reader: ReaderConfig,
): Promise<ExampleTable> {
  const all = [...signal, ...(background ?? [])].sort((a, b) => (a < b ? -1 : 1));
  for (const [i, path] of all.entries()) {
    if (path !== all[i - 1]) continue;
    const both = signal.includes(path) && background?.includes(path);
    throw new ConfigError(`${path} is named ${both ? "as signal and as background" : "twice"}`, {
      place: both ? "file_pattern_background" : "file_pattern_signal",
      remedy: "name each file once",
    });
  }
  const files = compatible(await readExampleFiles(all, reader), reader);
  if (files.length === 0) throw new CherenkitError("no file could be read", { remedy: "see the messages above" });

  const isSignal = new Set(signal);
  const { path, subarray } = files[0]!;
  const wanted = { ids: reader.allowedTelescopes, types: reader.allowedTelescopeTypes };
  const telescopes = selectTelescopes(subarray, wanted, path);
  return new ExampleTable({
    mode: reader.mode,
    ...combineFiles(files, telescopes, reader),
    files: files.map((file) => ({ path: file.path, signal: isSignal.has(file.path), dataModel: file.dataModel })),
    telescopes,
    ...distinctCameras(subarray, telescopes),
    withBackground: background !== null,
    selection: sumSelections(
      files.map(({ examples }) => examples.selection),
      reader.qualityCriteria.length,
    ),
  });
}
