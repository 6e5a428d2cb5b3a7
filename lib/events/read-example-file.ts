import type { ReaderConfig } from "../config/config.js";
import { openEventFile } from "./event-file.js";
import { type FileExamples, readFileExamples } from "./file-examples.js";
import { selectTelescopes } from "./select-telescopes.js";
import type { Subarray } from "./subarray.js";

/** A file's examples, and the array that saw them. */
export interface ReadFile {
  readonly path: string;
  readonly dataModel: string;
  readonly subarray: Subarray;
  readonly examples: FileExamples;
}

/**
 * Reads the examples of one file.
 * @throws {ConfigError} for criteria and a selection of telescopes that cannot be used
 * @throws {InputError} for a file that cannot be read
 */
export async function readExampleFile(path: string, reader: ReaderConfig): Promise<ReadFile> {
  const file = await openEventFile(path);
  try {
    const { dataModel, subarray } = file;
    const wanted = { ids: reader.allowedTelescopes, types: reader.allowedTelescopeTypes };
    const telescopes = selectTelescopes(subarray, wanted, path);
    return { path, dataModel, subarray, examples: readFileExamples(file, telescopes, reader) };
  } finally {
    file.close();
  }
}
