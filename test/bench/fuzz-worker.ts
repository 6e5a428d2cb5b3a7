import { parentPort } from "node:worker_threads";
import type { ReaderConfig } from "../../lib/config/config.js";
import { contentOf, type FileContent, type Outcome, outcomeOf } from "../events/file-outcome.js";

export interface FuzzTask {
  readonly path: string;
  /** The file before it was damaged. */
  readonly good: string;
  readonly reader: ReaderConfig;
}

export type FuzzReply = Outcome | { readonly kind: "crashed"; readonly message: string };

const contents = new Map<string, FileContent>();

async function answer({ path, good, reader }: FuzzTask): Promise<FuzzReply> {
  try {
    const key = JSON.stringify([good, reader]);
    const expected = contents.get(key) ?? (await contentOf(good, reader));
    contents.set(key, expected);
    return await outcomeOf(path, reader, expected);
  } catch (error) {
    return { kind: "crashed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on("message", async (task: FuzzTask) => parentPort!.postMessage(await answer(task)));
