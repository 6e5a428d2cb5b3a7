import { parentPort } from "node:worker_threads";
import { packError, type ThreadError } from "../threads/thread-error.js";
import { BlockSimulator, type BlockTask, type EventBlock } from "./event-block.js";

export interface BlockRequest {
  readonly index: number;
  readonly task: BlockTask;
}

export type BlockReply =
  | { readonly index: number; readonly block: EventBlock }
  | { readonly index: number; readonly error: ThreadError };

/** Memory that can be handed over rather than copied. */
function buffersOf({ tables, thrown }: EventBlock): ArrayBuffer[] {
  const arrays = [...tables.values()].flatMap(({ columns }) => Object.values(columns));
  return [...arrays, thrown.histogram].map(({ buffer }) => buffer as ArrayBuffer);
}

const simulator = new BlockSimulator();

parentPort?.on("message", ({ index, task }: BlockRequest) => {
  try {
    const block = simulator.simulate(task);
    parentPort!.postMessage({ index, block } satisfies BlockReply, buffersOf(block));
  } catch (error) {
    parentPort!.postMessage({ index, error: packError(error) } satisfies BlockReply);
  }
});
