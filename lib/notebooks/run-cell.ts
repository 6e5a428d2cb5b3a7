import { CherenkitError } from "../errors.js";
import { type CellError, errorOf } from "./cell-error.js";
import { type KernelClient, type KernelDeath, KernelDied } from "./client.js";
import { longestTimerMs } from "./longest-timer.js";
import type { Message } from "./wire.js";

export interface CellEnd {
  readonly status: "ok" | "error" | "timeout" | "killed";
  readonly seconds: number;
  /** Null when the kernel died before it told. */
  readonly executionCount: number | null;
  /** What the kernel told of an error; of a timeout or death what we know. */
  readonly error: CellError | null;
  readonly death?: KernelDeath;
}

/** Time for a cell to end by itself after it was interrupted for taking too long. */
const graceMs = 10_000;

/** A limit that came to an end. */
export interface TimeLimit {
  readonly ms: number;
  /** `the cell took longer than 5 s` */
  readonly what: string;
}

/** @param limits null for those that do not apply; what is further than any timer goes does not apply either */
export function nearestLimit(limits: readonly (TimeLimit | null)[]): TimeLimit | null {
  const near = limits.filter((limit) => limit !== null && limit.ms <= longestTimerMs);
  return near.reduce((nearest, limit) => (!nearest || limit!.ms < nearest.ms ? limit : nearest), null);
}

/**
 * Runs one cell. After the time limit it is interrupted, and if that does not help the kernel is killed.
 * @throws {CherenkitError} only what is no fault of the cell
 */
export async function runCell(
  kernel: KernelClient,
  code: string,
  onMessage: (message: Message) => void,
  limit: TimeLimit | null,
): Promise<CellEnd> {
  const began = performance.now();
  let timedOut = false;
  let killTimer: NodeJS.Timeout | undefined;
  const timer =
    limit &&
    setTimeout(
      () => {
        timedOut = true;
        kernel.interrupt();
        killTimer = setTimeout(() => kernel.kill(), Math.min(graceMs, Math.max(1000, limit.ms)));
      },
      Math.max(0, limit.ms),
    );
  const seconds = (): number => (performance.now() - began) / 1000;
  const timeoutError = (ending: string): CellError => {
    const evalue = `${limit!.what} ${ending}`;
    return { ename: "CellTimeout", evalue, traceback: [`CellTimeout: ${evalue}`] };
  };
  try {
    const reply = await kernel.execute(code, onMessage);
    const executionCount = typeof reply.execution_count === "number" ? reply.execution_count : null;
    if (timedOut && reply.status !== "ok")
      return { status: "timeout", seconds: seconds(), executionCount, error: timeoutError("and was interrupted") };
    if (reply.status === "ok") return { status: "ok", seconds: seconds(), executionCount, error: null };
    const error = errorOf(reply, `the kernel replied ${String(reply.status ?? "without a status")}`);
    return { status: "error", seconds: seconds(), executionCount, error };
  } catch (thrown) {
    if (!(thrown instanceof KernelDied)) throw thrown instanceof Error ? thrown : new CherenkitError(String(thrown));
    const { death } = thrown;
    const died = { ename: "KernelDied", evalue: death.reason, traceback: [thrown.message] };
    const error = timedOut ? timeoutError("and did not heed the interrupt, so the kernel was killed") : died;
    const status = timedOut ? "timeout" : "killed";
    return { status, seconds: seconds(), executionCount: null, error, ...(timedOut ? {} : { death }) };
  } finally {
    clearTimeout(timer ?? undefined);
    clearTimeout(killTimer);
  }
}
