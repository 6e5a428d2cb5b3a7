import { extname } from "node:path";
import type { ReaderConfig } from "../config/config.js";
import { ConfigError } from "../errors.js";
import { AtomicFile } from "../files/atomic-file.js";
import { createHdf5 } from "../hdf5/writer.js";
import { openEventFile } from "./event-file.js";
import type { ExampleTable } from "./example-table.js";
import { openExamples } from "./open-examples.js";
import { selectTelescopes } from "./select-telescopes.js";
import { addExampleColumns, examplesAsCsv } from "./write-examples.js";

/** Which events are exported; the focal length is the effective one where the files know it. */
export interface ExportSelection {
  readonly signal: readonly string[];
  /** Null when there is only one class. */
  readonly background: readonly string[] | null;
  readonly reader: Omit<ReaderConfig, "focalLength"> & { readonly focalLength: ReaderConfig["focalLength"] | null };
}

/** What was written. */
export interface ExportResult {
  readonly files: readonly string[];
  readonly examples: number;
  readonly focalLength: ReaderConfig["focalLength"];
}

/** Ending of a file name that decides its form. @throws {ConfigError} when it is none of `known`. */
export function formOf<Form extends string>(path: string, known: readonly Form[]): Form {
  const ending = extname(path).slice(1).toLowerCase();
  const form = known.find((name) => name === ending);
  if (form) return form;
  throw new ConfigError(`the form of ${path} is unknown`, {
    place: "--output",
    remedy: `end its name with ${known.map((name) => `.${name}`).join(" or ")}`,
  });
}

async function knownFocalLength({ signal, background, reader }: ExportSelection): Promise<ReaderConfig["focalLength"]> {
  if (reader.focalLength !== null) return reader.focalLength;
  const [first] = [...signal, ...(background ?? [])].sort();
  const file = await openEventFile(first!);
  try {
    const wanted = { ids: reader.allowedTelescopes, types: reader.allowedTelescopeTypes };
    const telescopes = selectTelescopes(file.subarray, wanted, file.path);
    return telescopes.every(({ effectiveFocalLengthM }) => Number.isFinite(effectiveFocalLengthM))
      ? "effective"
      : "equivalent";
  } finally {
    file.close();
  }
}

/** The examples of a selection, and the focal length that directions in the camera were made with. */
export async function selectExamples(
  selection: ExportSelection,
): Promise<{ examples: ExampleTable; focalLength: ReaderConfig["focalLength"] }> {
  const { signal, background, reader } = selection;
  const focalLength = await knownFocalLength(selection);
  return { examples: await openExamples(signal, background, { ...reader, focalLength }), focalLength };
}

/**
 * Writes the example table, columns named as in dl1-data-handler: `.csv` with a header, or `.h5` with one dataset a
 * column.
 * @throws {InputError} for files that cannot be read
 * @throws {ConfigError} for a selection that cannot be used
 * @throws {OutputError} when the output cannot be written; nothing is left then
 */
export async function exportExamples(selection: ExportSelection, output: string): Promise<ExportResult> {
  const form = formOf(output, ["csv", "h5"]);
  const { examples, focalLength } = await selectExamples(selection);
  const file = form === "csv" ? new AtomicFile(output) : await createHdf5(output);
  try {
    if (file instanceof AtomicFile) for (const text of examplesAsCsv(examples)) file.write(text);
    else addExampleColumns(examples, file);
    await file.close();
  } catch (error) {
    file.abort();
    throw error;
  }
  return { files: [output], examples: examples.rows, focalLength };
}
