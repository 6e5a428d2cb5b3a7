import { parentPort } from "node:worker_threads";
import type { ReaderConfig } from "../config/config.js";
import type { NumberColumn } from "../hdf5/number-column.js";
import { packError, type ThreadError } from "../threads/thread-error.js";
import type { FileExamples } from "./file-examples.js";
import { type ReadFile, readExampleFile } from "./read-example-file.js";

export interface ExampleTask {
  readonly index: number;
  readonly path: string;
  readonly reader: ReaderConfig;
}

export type ExampleReply =
  | { readonly index: number; readonly file: ReadFile }
  | { readonly index: number; readonly error: ThreadError };

/** Memory that can be handed over rather than copied. */
function buffersOf({ images, events }: FileExamples): ArrayBuffer[] {
  const arrays: NumberColumn[] = [images.eventRow, ...images.columns.values(), ...events.columns.values()];
  return [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))];
}

parentPort?.on("message", ({ index, path, reader }: ExampleTask) => {
  readExampleFile(path, reader).then(
    (file) => parentPort!.postMessage({ index, file } satisfies ExampleReply, buffersOf(file.examples)),
    (error: unknown) => parentPort!.postMessage({ index, error: packError(error) } satisfies ExampleReply),
  );
});
