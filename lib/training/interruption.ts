import { environmentDeadline, stopReason } from "./stop-signal.js";

/**
 * Tells, asked after each step, why training must save itself and end now; null while it may go on.
 * @param signal an `AbortSignal` of the caller
 * @param deadline ms since 1970 by which everything must be saved; by default `CHERENKIT_DEADLINE`
 * @param saveMs how long a checkpoint takes
 */
export function watchInterruption(
  signal: AbortSignal | undefined,
  deadline: number | undefined,
  saveMs: () => number,
): () => string | null {
  const end = deadline ?? environmentDeadline();
  return () => {
    if (signal?.aborted) return "aborted";
    const reason = stopReason();
    if (reason !== null) return reason;
    // Enough for the checkpoint on a slow disk, and for a step that has just begun.
    if (end !== null && Date.now() + 3 * saveMs() + 2000 > end) return "the deadline is near";
    return null;
  };
}
