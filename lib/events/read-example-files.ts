import { statSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { ReaderConfig } from "../config/config.js";
import { CherenkitError, InputError } from "../errors.js";
import { unpackError } from "../threads/thread-error.js";
import { workerCount } from "../threads/worker-count.js";
import type { ExampleReply, ExampleTask } from "./example-worker.js";
import { type ReadFile, readExampleFile } from "./read-example-file.js";

/** Below this many bytes of files a thread takes longer to start than to read. */
const bytesWorthThreads = 20e6;

type Outcome = ReadFile | Error;

async function readInTurn(paths: readonly string[], reader: ReaderConfig): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const path of paths) {
    const outcome = await readExampleFile(path, reader).catch((error: Error) => error);
    outcomes.push(outcome);
    if (outcome instanceof Error && !isSkipped(outcome, reader)) break;
  }
  return outcomes;
}

async function readByThreads(paths: readonly string[], reader: ReaderConfig, threads: number): Promise<Outcome[]> {
  const outcomes = new Array<Outcome>(paths.length);
  let next = 0;
  let end = paths.length;
  const workers = Array.from({ length: threads }, () => new Worker(new URL("./example-worker.js", import.meta.url)));
  const serve = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const give = (): void => {
        const index = next++;
        if (index < end) worker.postMessage({ index, path: paths[index]!, reader } satisfies ExampleTask);
        else resolve();
      };
      worker.on("message", (reply: ExampleReply) => {
        outcomes[reply.index] = "file" in reply ? reply.file : unpackError(reply.error);
        const outcome = outcomes[reply.index];
        // Files before it are already being read, so that the first failure in their order is told.
        if (outcome instanceof Error && !isSkipped(outcome, reader)) end = Math.min(end, reply.index + 1);
        give();
      });
      worker.on("error", reject);
      worker.on("exit", (code) => reject(new CherenkitError(`a reading thread ended (${code})`)));
      give();
    });
  try {
    await Promise.all(workers.map(serve));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return outcomes.slice(0, end);
}

/** True for a failure that `skip_incompatible_files` turns into a message. */
export function isSkipped(
  error: Error,
  { skipIncompatibleFiles }: Pick<ReaderConfig, "skipIncompatibleFiles">,
): boolean {
  return skipIncompatibleFiles && error instanceof InputError;
}

/** Reads files in their order, large ones on several threads; up to the first failure that is not to be skipped. */
export async function readExampleFiles(paths: readonly string[], reader: ReaderConfig): Promise<Outcome[]> {
  const bytes = paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
  const threads = bytes < bytesWorthThreads ? 1 : Math.min(workerCount(), paths.length);
  return threads > 1 ? readByThreads(paths, reader, threads) : readInTurn(paths, reader);
}
