import { environmentDeadline, stopReason } from "./stop-signal.js";

/**
 * Tells, asked before and after each step, why training must save itself and end now; null while it may go on.
 * @param signal an `AbortSignal` of the caller
 * @param deadline ms since 1970 by which everything must be saved; by default `CHERENKIT_DEADLINE`
 * @param saveMs how long a checkpoint takes
 * @param stepMs how long the last step took
 */
export function watchInterruption(
  signal: AbortSignal | undefined,
  deadline: number | undefined,
  saveMs: () => number,
  stepMs: () => number = () => 0,
): () => string | null {
  const end = deadline ?? environmentDeadline();
  return () => {
    if (signal?.aborted) return "aborted";
    const reason = stopReason();
    if (reason !== null) return reason;
    // Enough for the checkpoint on a slow disk, and for another step.
    if (end !== null && Date.now() + 3 * saveMs() + 1.5 * stepMs() + 2000 > end) return "the deadline is near";
    return null;
  };
}
