import { CherenkitError } from "../errors.js";
import type { CellError } from "./cell-error.js";
import { type KernelClient, KernelDied } from "./client.js";
import type { Message } from "./wire.js";

export interface CellEnd {
  readonly status: "ok" | "error" | "timeout" | "killed";
  readonly seconds: number;
  /** Null when the kernel died before it told. */
  readonly executionCount: number | null;
  /** What the kernel told of an error; of a timeout or death what we know. */
  readonly error: CellError | null;
}

/** Time for a cell to end by itself after it was interrupted for taking too long. */
const graceMs = 10_000;

/**
 * Runs one cell. After `timeoutMs` it is interrupted, and if that does not help the kernel is killed.
 * @throws {CherenkitError} only what is no fault of the cell
 */
export async function runCell(
  kernel: KernelClient,
  code: string,
  onMessage: (message: Message) => void,
  timeoutMs?: number,
): Promise<CellEnd> {
  const began = performance.now();
  let timedOut = false;
  let killTimer: NodeJS.Timeout | undefined;
  const timer =
    timeoutMs &&
    setTimeout(() => {
      timedOut = true;
      kernel.interrupt();
      killTimer = setTimeout(() => kernel.kill(), Math.min(graceMs, Math.max(1000, timeoutMs)));
    }, timeoutMs);
  const seconds = (): number => (performance.now() - began) / 1000;
  const timeoutError = (ending: string): CellError => {
    const evalue = `the cell took longer than ${timeoutMs! / 1000} s ${ending}`;
    return { ename: "CellTimeout", evalue, traceback: [`CellTimeout: ${evalue}`] };
  };
  try {
    const reply = await kernel.execute(code, onMessage);
    const executionCount = typeof reply.execution_count === "number" ? reply.execution_count : null;
    if (timedOut && reply.status !== "ok")
      return { status: "timeout", seconds: seconds(), executionCount, error: timeoutError("and was interrupted") };
    if (reply.status === "ok") return { status: "ok", seconds: seconds(), executionCount, error: null };
    const error = {
      ename: String(reply.ename ?? "Error"),
      evalue: String(reply.evalue ?? reply.status),
      traceback: (reply.traceback as string[] | undefined) ?? [],
    };
    return { status: "error", seconds: seconds(), executionCount, error };
  } catch (thrown) {
    if (!(thrown instanceof KernelDied)) throw thrown instanceof Error ? thrown : new CherenkitError(String(thrown));
    const died = { ename: "KernelDied", evalue: thrown.death.reason, traceback: [thrown.message] };
    const error = timedOut ? timeoutError("and did not heed the interrupt, so the kernel was killed") : died;
    return { status: timedOut ? "timeout" : "killed", seconds: seconds(), executionCount: null, error };
  } finally {
    clearTimeout(timer);
    clearTimeout(killTimer);
  }
}
