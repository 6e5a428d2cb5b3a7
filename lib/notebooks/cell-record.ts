import type { ICodeCell } from "@jupyterlab/nbformat";

/** How far a cell came. */
export type CellStatus =
  | "pending"
  | "running"
  | "completed"
  | "failed"
  | "skipped"
  | "cached"
  | "timeout"
  | "killed"
  | "interrupted";

/** Moments of a cell as the kernel told them, ISO times. */
export interface CellTimes {
  busy?: string;
  input?: string;
  reply?: string;
  idle?: string;
}

/** What a cell's metadata say about its run. */
export interface CellRecord {
  readonly status: CellStatus;
  readonly startedAt?: Date;
  readonly seconds?: number;
  readonly times?: CellTimes;
  /** Hash of this cell's code and all before it. */
  readonly key?: string;
  readonly peakMemoryBytes?: number | null;
  readonly peakGpuMemoryBytes?: number | null;
}

/** Writes it under `cherenkit`, and under the keys that papermill and nbclient use, for the tools that read those. */
export function writeCellRecord(cell: ICodeCell, record: CellRecord): void {
  const { status, startedAt, seconds, times, key, peakMemoryBytes, peakGpuMemoryBytes } = record;
  const end = startedAt && seconds !== undefined ? new Date(startedAt.getTime() + seconds * 1000) : null;
  const failed = ["failed", "timeout", "killed", "interrupted"].includes(status);
  cell.metadata.papermill = {
    exception: status === "pending" ? null : failed,
    start_time: startedAt?.toISOString() ?? null,
    end_time: end?.toISOString() ?? null,
    duration: seconds ?? null,
    status,
  };
  cell.metadata.cherenkit = {
    status,
    ...(seconds === undefined ? {} : { seconds: Number(seconds.toFixed(3)) }),
    ...(key ? { key } : {}),
    ...(peakMemoryBytes ? { peakMemoryBytes } : {}),
    ...(peakGpuMemoryBytes ? { peakGpuMemoryBytes } : {}),
  };
  if (!times) return;
  const { busy, input, reply, idle } = times;
  cell.metadata.execution = {
    ...(busy ? { "iopub.status.busy": busy } : {}),
    ...(input ? { "iopub.execute_input": input } : {}),
    ...(reply ? { "shell.execute_reply": reply } : {}),
    ...(idle ? { "iopub.status.idle": idle } : {}),
  };
}

/** What an executed notebook says about a cell. */
export function readCellRecord(cell: ICodeCell): { status?: CellStatus; key?: string } {
  return (cell.metadata.cherenkit ?? {}) as { status?: CellStatus; key?: string };
}
