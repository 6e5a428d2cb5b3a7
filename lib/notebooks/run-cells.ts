import type { ICodeCell } from "@jupyterlab/nbformat";
import { OutputError } from "../errors.js";
import type { CellError } from "./cell-error.js";
import { cellTimeoutMs, type PlannedCell } from "./cell-plan.js";
import { type CellStatus, type CellTimes, readCellRecord, writeCellRecord } from "./cell-record.js";
import type { KernelClient } from "./client.js";
import { type CellListener, listenToCell } from "./listen-to-cell.js";
import { cellTags, joinedText } from "./notebook-cell.js";
import { peakMemory, resetPeakMemory } from "./process-memory.js";
import { type Ending, momentOf, type Run, recordOf, save, secondsOf, warn } from "./run.js";
import { type CellEnd, nearestLimit, runCell, type TimeLimit } from "./run-cell.js";

/** Saving may take this share of the time, so that a notebook with huge outputs is not written all the while. */
const savingShare = 0.05;

/**
 * Saves the run as it stands, unless saving takes so long that it must wait. Where that is not possible, as on a full
 * disk, the cells go on: room may be made, and the end of the run tries again.
 */
export async function saveNowAndThen(run: Run): Promise<void> {
  if (performance.now() - run.savedAt < run.savingMs / savingShare) return;
  try {
    await save(run, recordOf(run, "running", null), null);
    run.unsaved = false;
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    if (!run.unsaved) warn(run, `${error.message}\n  the run goes on, and saving is tried again`);
    run.unsaved = true;
  }
}

function limitOf(run: Run, cell: ICodeCell): TimeLimit | null {
  const cellMs = cellTimeoutMs(cell, run.options.cellTimeoutMs);
  const runMs = run.options.runTimeoutMs;
  return nearestLimit([
    cellMs ? { ms: cellMs, what: `the cell took longer than ${cellMs / 1000} s` } : null,
    runMs ? { ms: runMs - secondsOf(run) * 1000, what: `the run took longer than ${runMs / 1000} s` } : null,
  ]);
}

/** Python's `sys.exit()` arrives as an error; without a code it asks for nothing but an early end. */
function isQuietExit(end: CellEnd): boolean {
  if (end.error?.ename === "SystemExit") return ["", "0", "None"].includes(end.error.evalue);
  return end.status === "killed" && end.death?.exitCode === 0 && end.death.signal === null;
}

/** What a cell's end means for the run; null when it goes on. */
function endingOf(run: Run, { cell, index, count }: PlannedCell, end: CellEnd): Ending | null {
  const place = { cellIndex: index, count, error: end.error, ...(end.death ? { death: end.death } : {}) };
  if (end.status === "timeout") return { status: "timeout", ...place };
  if (end.status !== "ok" && (run.stop || end.error?.ename === "InterruptedError"))
    return { status: "interrupted", ...place };
  // An exit code means that the notebook ended its kernel itself; a signal that somebody else did.
  if (end.status === "killed") return { status: end.death?.signal ? "killed" : "failed", ...place };
  if (end.status === "error" && !cellTags(cell).includes("raises-exception")) return { status: "failed", ...place };
  return null;
}

/** The kernel was killed by us. */
function unheeded(by: string): CellError {
  const evalue = `the cell did not heed ${by}, so the kernel was killed`;
  return { ename: "Interrupted", evalue, traceback: [`Interrupted: ${evalue}`] };
}

/** When a message was sent, as ISO text; when it came, if the kernel's clock was set meanwhile. */
function momentWithin(from: Date, told: string, to: Date): string {
  const time = Date.parse(told);
  return new Date(time >= from.getTime() && time <= to.getTime() ? time : to.getTime()).toISOString();
}

const statusOfEnding: Readonly<Record<Ending["status"], CellStatus>> = {
  failed: "failed",
  interrupted: "interrupted",
  timeout: "timeout",
  killed: "killed",
};

async function runOne(
  run: Run,
  kernel: KernelClient,
  planned: PlannedCell,
  key: string,
  listener: CellListener,
): Promise<Ending | null> {
  const { cell, count } = planned;
  const startedAt = momentOf(run);
  const times: CellTimes = {};
  run.log?.add({ cell: count, kind: "begin" });
  writeCellRecord(cell, { status: "running", startedAt });
  resetPeakMemory(kernel.pid);
  run.gpuMemory?.begin();
  let end = await runCell(
    kernel,
    joinedText(cell.source),
    (message) => {
      const { msg_type } = message.header;
      const date = momentWithin(startedAt, message.header.date, momentOf(run));
      if (msg_type === "execute_input") times.input ??= date;
      if (msg_type === "status" && message.content.execution_state === "busy") times.busy ??= date;
      if (msg_type === "status" && message.content.execution_state === "idle") times.idle = date;
      listener.onMessage(message);
    },
    limitOf(run, cell),
  );
  if (end.status === "killed" && run.stop?.killed) end = { ...end, error: unheeded(run.stop.by) };
  times.reply = new Date(startedAt.getTime() + end.seconds * 1000).toISOString();
  const peakMemoryBytes = peakMemory(kernel.pid);
  const peakGpuMemoryBytes = run.gpuMemory?.end() ?? null;
  if (peakGpuMemoryBytes !== null) run.peakGpuMemoryBytes = Math.max(run.peakGpuMemoryBytes ?? 0, peakGpuMemoryBytes);
  if (peakMemoryBytes !== null) run.peakMemoryBytes = Math.max(run.peakMemoryBytes ?? 0, peakMemoryBytes);
  cell.execution_count = end.executionCount ?? count;
  const quiet = isQuietExit(end);
  const untold =
    end.status === "timeout" || end.status === "killed" || (end.status === "error" && !listener.hasError());
  if (!quiet && untold) listener.onError(end.error!);
  if (end.status === "ok" && cellTags(cell).includes("raises-exception"))
    listener.onWarning("the cell is tagged raises-exception, but it raised none");
  listener.flush();
  const ending = quiet ? null : endingOf(run, planned, end);
  run.exited = quiet;
  const peaks = {
    ...(peakMemoryBytes === null ? {} : { peakMemoryBytes }),
    ...(peakGpuMemoryBytes === null ? {} : { peakGpuMemoryBytes }),
  };
  const status = ending ? statusOfEnding[ending.status] : "completed";
  writeCellRecord(cell, { status, startedAt, seconds: end.seconds, times, key, ...peaks });
  run.log?.add({ cell: count, kind: "end", status: end.status, seconds: end.seconds, ...peaks });
  return ending;
}

/** Marks a cell that does not run, and keeps what an earlier run left of it. */
export function leave(run: Run, planned: PlannedCell): void {
  const { cell } = planned;
  const earlier = run.reused.get(planned);
  if (!earlier) {
    writeCellRecord(cell, { status: "skipped" });
    return;
  }
  cell.outputs = earlier.outputs;
  cell.execution_count = earlier.execution_count;
  cell.metadata.execution = earlier.metadata.execution;
  writeCellRecord(cell, { status: "cached", key: readCellRecord(earlier).key });
}

/**
 * Runs the planned cells one after the other until one ends the run.
 * @param onCell told of each cell before it runs
 * @returns null when all have run
 */
export async function runCells(
  run: Run,
  kernel: KernelClient,
  onCell: (listener: CellListener) => void,
): Promise<Ending | null> {
  for (const [i, planned] of run.plan.entries()) {
    const { cell, index, count } = planned;
    if (run.reused.has(planned) || !planned.runs || run.exited) leave(run, planned);
    else {
      if (run.stop) return { status: "interrupted", cellIndex: index, count, error: null };
      run.current = count;
      const listener = listenToCell(run, cell, count);
      onCell(listener);
      const ending = await runOne(run, kernel, planned, run.keys[i]!, listener);
      if (run.failure) throw run.failure;
      if (ending) return ending;
      await saveNowAndThen(run);
    }
  }
  return null;
}
