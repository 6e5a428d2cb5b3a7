import { Worker } from "node:worker_threads";
import { CherenkitError } from "../errors.js";
import { unpackError } from "../threads/thread-error.js";
import type { BlockReply, BlockRequest } from "./block-worker.js";
import { BlockSimulator, type BlockTask, type EventBlock } from "./event-block.js";

/** Blocks that a thread may be ahead of the one that is written next. */
const ahead = 4;

/** Lets signals, progress bars and replies have their turn. */
const turn = (): Promise<void> => new Promise((proceed) => setImmediate(proceed));

async function* inTurn(tasks: readonly BlockTask[]): AsyncGenerator<EventBlock> {
  const simulator = new BlockSimulator();
  for (const task of tasks) {
    yield simulator.simulate(task);
    await turn();
  }
}

async function* byThreads(tasks: readonly BlockTask[], threads: number): AsyncGenerator<EventBlock> {
  const done = new Map<number, EventBlock>();
  const idle: Worker[] = [];
  let failure: Error | undefined;
  let next = 0;
  let wanted = 0;
  let wake = (): void => {};
  const give = (): void => {
    while (idle.length > 0 && next < tasks.length && next < wanted + ahead * threads) {
      const index = next++;
      idle.pop()!.postMessage({ index, task: tasks[index]! } satisfies BlockRequest);
    }
  };
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL("./block-worker.js", import.meta.url));
    worker.on("message", (reply: BlockReply) => {
      if ("block" in reply) done.set(reply.index, reply.block);
      else failure ??= unpackError(reply.error);
      idle.push(worker);
      give();
      wake();
    });
    worker.on("error", (error) => {
      failure ??= error;
      wake();
    });
    worker.on("exit", (code) => {
      failure ??= new CherenkitError(`a simulating thread ended (${code})`);
      wake();
    });
    idle.push(worker);
    return worker;
  });
  try {
    for (; wanted < tasks.length; wanted++) {
      give();
      while (!done.has(wanted)) {
        if (failure) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const block = done.get(wanted)!;
      done.delete(wanted);
      yield block;
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Blocks of events in the order of their tasks, simulated on so many threads; their number changes nothing in them. */
export function simulatedBlocks(tasks: readonly BlockTask[], threads: number): AsyncGenerator<EventBlock> {
  return threads > 1 ? byThreads(tasks, threads) : inTurn(tasks);
}
