import { availableParallelism } from "node:os";

/** Threads that read and map images: one a core of this process, at most eight. */
export function workerCount(wanted = 0): number {
  return wanted > 0 ? wanted : Math.min(8, availableParallelism());
}
