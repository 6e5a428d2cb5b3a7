import { resolve } from "node:path";
import type { INotebookMetadata } from "@jupyterlab/nbformat";
import { duration } from "../display/duration.js";
import { withoutNativeLog } from "../engine/native-log.js";
import { KernelNotStarted, startKernel } from "./client.js";
import { watchGpuMemory } from "./gpu-memory.js";
import { newLineFeed } from "./line-feed.js";
import type { CellListener } from "./listen-to-cell.js";
import { longestTimerMs } from "./longest-timer.js";
import { peakMemory } from "./process-memory.js";
import type { Ending, Run } from "./run.js";
import { runCells, saveNowAndThen } from "./run-cells.js";

const saveEveryMs = 30_000;
const heartbeatMs = 60_000;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

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

/** Where a run stands that was asked to end before its first cell. */
function endedBefore(run: Run): Ending | null {
  const first = run.plan.find((planned) => planned.runs && !run.reused.has(planned));
  return first ? { status: "interrupted", cellIndex: first.index, count: first.count, error: null } : null;
}

/** Starts the kernel, runs the cells and saves now and then, until all have run or `run.stop` is set. */
export async function runInKernel(run: Run): Promise<Ending | null> {
  const { options } = run;
  let listener: CellListener | null = null;
  let cellBegan = 0;
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
    if (!run.kernel || !listener || performance.now() - listener.lastHeard() < silenceMs) return;
    const memory = peakMemory(run.kernel.pid);
    const gpu = run.gpuMemory?.peak();
    const onGpu = gpu ? ` and ${gigabytes(gpu)} of GPU memory` : "";
    const used = memory === null ? "" : `, at most ${gigabytes(memory)} of memory${onGpu} so far`;
    const line = listener.unfinished().trim();
    const progress = line === "" ? "" : `: ${line}`;
    listener.onHeartbeat(`still running after ${duration((performance.now() - cellBegan) / 1000)}${used}${progress}`);
  });
  try {
    const kernel = await startKernel({
      command: run.command,
      cwd: resolve(options.cwd ?? "."),
      environment: options.secrets,
      startTimeoutMs: options.startTimeoutMs,
      abandoned: run.startAbandoned.signal,
      onStrayOutput: stray.add,
    });
    run.kernel = kernel;
    run.gpuMemory = watchGpuMemory(kernel.pid);
    if (kernel.info.language_info)
      run.notebook.metadata.language_info = kernel.info.language_info as INotebookMetadata["language_info"];
    return await runCells(run, kernel, (next) => {
      listener = next;
      cellBegan = performance.now();
    });
  } catch (error) {
    if (run.stop && error instanceof KernelNotStarted) return endedBefore(run);
    throw error;
  } finally {
    run.gpuMemory?.stop();
    await Promise.all([stopSaving(), stopBeating()]);
    await run.kernel?.shutDown();
    stray.flush();
  }
}
