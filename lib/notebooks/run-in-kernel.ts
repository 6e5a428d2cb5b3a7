import { resolve } from "node:path";
import type { INotebookMetadata } from "@jupyterlab/nbformat";
import { duration } from "../display/duration.js";
import { withoutNativeLog } from "../engine/native-log.js";
import { environmentDeadline } from "../training/stop-signal.js";
import { type KernelClient, startKernel } from "./client.js";
import { newLineFeed } from "./line-feed.js";
import type { CellListener } from "./listen-to-cell.js";
import { longestTimerMs } from "./longest-timer.js";
import { peakMemory } from "./process-memory.js";
import type { Ending, Run } from "./run.js";
import { runCells, saveNowAndThen } from "./run-cells.js";
import { terminationGraceMs } from "./termination-grace.js";
import { watchSignals } from "./watch-signals.js";

const saveEveryMs = 30_000;
const heartbeatMs = 60_000;
/** So long before the deadline a cell is interrupted, and so long the kernel may then take to end it. */
const deadlineMarginMs = 30_000;
const deadlineGraceMs = 20_000;

/** Calls `action` again and again, with pauses of `everyMs` between; returns a function that ends it. */
function regularly(everyMs: number, action: () => Promise<void> | void): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const next = (): void => {
    timer = setTimeout(
      () => {
        running = Promise.resolve(action()).then(next);
      },
      Math.min(everyMs, longestTimerMs),
    );
  };
  next();
  return async () => {
    clearTimeout(timer);
    await running;
    clearTimeout(timer);
  };
}

/** Passes on what asks for an end: signals, and the deadline of the job. */
function watchForStop(run: Run, kernel: () => KernelClient | null): () => void {
  let killTimer: NodeJS.Timeout | undefined;
  const kill = (): void => {
    if (run.stop) run.stop.killed = true;
    kernel()?.kill();
  };
  const stop = (by: string, graceMs: number | null): void => {
    run.stop ??= { by, killed: false };
    run.log?.add({ kind: "signal", signal: by });
    kernel()?.interrupt();
    if (graceMs !== null) killTimer ??= setTimeout(kill, graceMs);
  };
  const unwatch = watchSignals((signal, times) => {
    if (times < 3) stop(signal, signal === "SIGTERM" ? terminationGraceMs() : null);
    else kill();
  });
  const deadline = environmentDeadline();
  const leftMs = deadline === null ? null : deadline - deadlineMarginMs - Date.now();
  const deadlineTimer =
    leftMs !== null && leftMs <= longestTimerMs
      ? setTimeout(() => stop("deadline", deadlineGraceMs), Math.max(0, leftMs))
      : undefined;
  return () => {
    unwatch();
    clearTimeout(killTimer);
    clearTimeout(deadlineTimer);
  };
}

/** Starts the kernel, runs the cells, saves now and then, and ends both when a signal or the deadline asks for it. */
export async function runInKernel(run: Run): Promise<Ending | null> {
  const { options } = run;
  let kernel: KernelClient | null = null;
  let listener: CellListener | null = null;
  let cellBegan = 0;
  const unwatch = watchForStop(run, () => kernel);
  const stray = newLineFeed((name, text) => {
    const rest = withoutNativeLog(text);
    if (rest !== "") listener?.onStream(name, rest);
  });
  const stopSaving = regularly(options.saveEveryMs ?? saveEveryMs, async () => {
    try {
      await saveNowAndThen(run);
    } catch (error) {
      run.failure ??= error;
    }
  });
  const silenceMs = options.heartbeatMs ?? heartbeatMs;
  const stopBeating = regularly(silenceMs, () => {
    if (!kernel || !listener || performance.now() - listener.lastHeard() < silenceMs) return;
    const memory = peakMemory(kernel.pid);
    const used = memory === null ? "" : `, at most ${(memory / 1e9).toFixed(1)} GB of memory so far`;
    const line = listener.unfinished().trim();
    const progress = line === "" ? "" : `: ${line}`;
    listener.onHeartbeat(`still running after ${duration((performance.now() - cellBegan) / 1000)}${used}${progress}`);
  });
  try {
    kernel = await startKernel({
      command: run.command,
      cwd: resolve(options.cwd ?? "."),
      environment: options.secrets,
      startTimeoutMs: options.startTimeoutMs,
      onStrayOutput: stray.add,
    });
    if (kernel.info.language_info)
      run.notebook.metadata.language_info = kernel.info.language_info as INotebookMetadata["language_info"];
    return await runCells(run, kernel, (next) => {
      listener = next;
      cellBegan = performance.now();
    });
  } finally {
    await Promise.all([stopSaving(), stopBeating()]);
    await kernel?.shutDown();
    stray.flush();
    unwatch();
  }
}
