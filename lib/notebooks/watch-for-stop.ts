import { environmentDeadline } from "../training/stop-signal.js";
import { longestTimerMs } from "./longest-timer.js";
import type { Run } from "./run.js";
import { terminationGraceMs } from "./termination-grace.js";
import { watchSignals } from "./watch-signals.js";

/** So long before the deadline a cell is interrupted, and so long the kernel may then take to end it. */
const deadlineMarginMs = 30_000;
const deadlineGraceMs = 20_000;

/**
 * Passes on what asks for an end: signals, and the deadline of the job. While the run is saved and its page written there
 * is nothing to interrupt: that is finished.
 * @returns a function that stops listening
 */
export function watchForStop(run: Run): () => void {
  let killTimer: NodeJS.Timeout | undefined;
  const kill = (): void => {
    if (run.stop) run.stop.killed = true;
    run.kernel?.kill();
  };
  const stop = (by: string, graceMs: number | null): void => {
    if (run.over) return;
    run.stop ??= { by, killed: false };
    run.log?.add({ kind: "signal", signal: by });
    if (run.kernel) run.kernel.interrupt();
    else run.startAbandoned.abort();
    if (graceMs !== null) killTimer ??= setTimeout(kill, graceMs);
  };
  const unwatch = watchSignals((signal, times) => {
    if (times < 3) stop(signal, signal === "SIGTERM" || signal === "SIGHUP" ? terminationGraceMs() : null);
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
