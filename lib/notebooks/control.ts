import { executionAsyncId } from "node:async_hooks";
import { performance } from "node:perf_hooks";
import { Worker } from "node:worker_threads";
import { codeOwner, currentFrames, kernelWork, patienceWithMs } from "./running-code.js";
import type { ConnectionInfo } from "./wire.js";

/** Places in the memory that both threads of a kernel share. */
export const board = {
  /** How many interrupts there were. */
  told: 0,
  /** The last that the main thread has heard. */
  heard: 1,
  /** What the main thread answers to the question whether its code may be ended. */
  answer: 2,
  /** 1 when the control thread has done what was answered. */
  done: 3,
  /** 1 when the control thread has closed its sockets. */
  closed: 4,
} as const;

export const answers = { none: 0, end: 1, no: 2, tooLate: 3 } as const;

/** Name of the function that the control thread calls in the main thread: (interrupt, waited ms). */
export const questionName = "cherenkit.kernel.mayEnd";

/** What has run so long, and was met so often, since it was first asked about is not about to end. */
const stuckMs = 50;
const stuckQuestions = 5;
/** Code that runs so soon after other code was ended, before the interrupt is heard, does not keep it waiting. */
const hearingMs = 1000;

const closingMs = 2000;

export interface ControlThreadData {
  readonly connection: ConnectionInfo;
  readonly board: Int32Array;
  readonly kernelWork: Int32Array;
}

/** The thread that hears Jupyter's control channel, the heartbeats and the interrupts whatever a cell does. */
export interface ControlThread {
  /** Fulfilled when it hears its ports, rejected when it cannot have them. */
  readonly listening: Promise<void>;
  send(frames: readonly (string | Uint8Array)[]): void;
  /**
   * Tells that the interrupts up to now are heard.
   * @returns whether the code that ran had to be ended for it
   */
  hear(): boolean;
}

type Forget = (error: Error) => boolean;

/**
 * What lets Node forget the callbacks that run, as it does after an error that nobody catches: it would end the process
 * when one of them did not return. Null where that is not possible.
 */
function callbackForgetter(): (() => void) | null {
  const { _fatalException: forget } = process as typeof process & { _fatalException?: Forget };
  if (!forget || process.hasUncaughtExceptionCaptureCallback()) return null;
  return () => {
    process.setUncaughtExceptionCaptureCallback(() => {});
    try {
      forget(new Error("code was ended"));
    } finally {
      process.setUncaughtExceptionCaptureCallback(null);
    }
  };
}

/**
 * Starts it, which takes some tenths of a second beside what the main thread does.
 * @param onRequest gets the frames of messages that are no interrupts, which it turns into SIGINT
 * @param savesItself whether what runs is to be left to end by itself, asked when it is busy
 */
export function startControlThread(
  connection: ConnectionInfo,
  onRequest: (frames: Buffer[]) => void,
  savesItself: () => boolean,
): ControlThread {
  const shared = new Int32Array(new SharedArrayBuffer(4 * Object.keys(board).length));
  const workerData: ControlThreadData = { connection, board: shared, kernelWork };
  /** When code was ended for an interrupt that is not heard yet. */
  let endedAt: number | null = null;

  let asked = { callback: "", times: 0, since: 0 };

  /** Whether it is one and the same callback that runs: a short one may be over before it is ended, and the next would be. */
  function isStuck(interrupt: number): boolean {
    const { loopCount } = performance.nodeTiming.uvMetricsInfo;
    const callback = `${interrupt} ${loopCount} ${executionAsyncId()}`;
    const now = performance.now();
    if (asked.callback !== callback) asked = { callback, times: 0, since: now };
    return ++asked.times >= stuckQuestions && now - asked.since >= stuckMs;
  }

  function mayEnd(interrupt: number, waitedMs: number): boolean {
    if (Atomics.load(shared, board.heard) >= interrupt) return false;
    if (endedAt !== null && performance.now() - endedAt < hearingMs) return false;
    if (savesItself()) {
      Atomics.store(shared, board.heard, interrupt);
      return false;
    }
    if (!isStuck(interrupt)) return false;
    const owner = codeOwner(currentFrames().slice(2));
    const patienceMs = owner ? patienceWithMs[owner] : undefined;
    return patienceMs !== undefined && waitedMs >= patienceMs;
  }

  function question(interrupt: number, waitedMs: number): void {
    const forgetCallbacks = callbackForgetter();
    const answer = forgetCallbacks && mayEnd(interrupt, waitedMs) ? answers.end : answers.no;
    Atomics.store(shared, board.done, 0);
    if (Atomics.compareExchange(shared, board.answer, answers.none, answer) !== answers.none) return;
    Atomics.notify(shared, board.answer);
    if (answer !== answers.end) return;
    endedAt = performance.now();
    forgetCallbacks!();
    // What is asked for meanwhile is done before the code goes on. (Waiting by Atomics would disturb code that does.)
    while (Atomics.load(shared, board.done) === 0);
  }
  Object.defineProperty(globalThis, Symbol.for(questionName), { value: question });

  const thread = new Worker(new URL("./control-thread.js", import.meta.url), { workerData });
  const listening = new Promise<void>((resolve, reject) => {
    thread.once("error", reject);
    thread.on("message", (message: "listening" | Uint8Array[]) => {
      if (message === "listening") {
        thread.off("error", reject);
        resolve();
      } else onRequest(message.map((frame) => Buffer.from(frame)));
    });
  });
  // Sockets that are open when their thread ends would take the process with them.
  process.once("exit", () => {
    thread.postMessage("close");
    Atomics.wait(shared, board.closed, 0, closingMs);
  });
  return {
    listening,
    send: (frames) => thread.postMessage(frames),
    hear() {
      Atomics.store(shared, board.heard, Atomics.load(shared, board.told));
      const codeWasEnded = endedAt !== null;
      endedAt = null;
      return codeWasEnded;
    },
  };
}
