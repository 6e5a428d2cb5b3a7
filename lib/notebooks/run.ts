import { basename, join, resolve } from "node:path";
import type { ICodeCell, INotebookContent, INotebookMetadata } from "@jupyterlab/nbformat";
import { exitCodes, OutputError } from "../errors.js";
import { makeTemporaryFolder } from "../files/temporary-folder.js";
import { writeFileAtomically } from "../files/write-atomically.js";
import type { CellError } from "./cell-error.js";
import type { CellOutputs, Displays } from "./cell-outputs.js";
import type { PlannedCell } from "./cell-plan.js";
import type { KernelClient, KernelDeath } from "./client.js";
import type { GpuMemory } from "./gpu-memory.js";
import type { KernelCommand } from "./kernel-command.js";
import { withFailureMarkers, writeNotebook } from "./notebook-file.js";
import { papermillMetadata } from "./papermill-metadata.js";
import type { RunLog } from "./run-log.js";
import type { RunOptions } from "./run-options.js";
import { type RunPlace, type RunRecord, type RunStatus, tellable } from "./run-record.js";
import type { Scrub } from "./secrets.js";

/** Why and where a run ended before its last cell. */
export interface Ending {
  readonly status: Exclude<RunStatus, "completed">;
  readonly cellIndex: number;
  readonly count: number;
  readonly error: CellError | null;
  readonly death?: KernelDeath;
}

/** Who asked for the end of the run, and whether the running cell had to be killed for it. */
export interface StopRequest {
  readonly by: string;
  killed: boolean;
}

/** A run in progress. */
export interface Run {
  readonly options: RunOptions;
  readonly notebook: INotebookContent;
  readonly command: KernelCommand;
  readonly plan: readonly PlannedCell[];
  readonly keys: readonly string[];
  /** Cells that need not run, with what they left in an earlier run. */
  readonly reused: ReadonlyMap<PlannedCell, ICodeCell>;
  readonly place: RunPlace;
  readonly startedAt: Date;
  /** As `performance.now()`: a clock that never goes back. */
  readonly began: number;
  readonly log: RunLog | null;
  /** File with every output, for notes about what the notebook leaves out. */
  readonly logName: string | null;
  readonly scrub: Scrub;
  readonly collected: Map<ICodeCell, CellOutputs>;
  readonly displays: Displays;
  /** Null before it has started. */
  kernel: KernelClient | null;
  /** Aborted when the run is to end before its kernel has started. */
  readonly startAbandoned: AbortController;
  stop: StopRequest | null;
  /** All cells that were to run have run; what is left is to save. */
  over: boolean;
  /** The kernel ended itself with exit code 0: the notebook asked for an early end. */
  exited: boolean;
  peakMemoryBytes: number | null;
  peakGpuMemoryBytes: number | null;
  /** Null before the kernel has started. */
  gpuMemory: GpuMemory | null;
  /** How long the last saving took, and when it was, in ms. */
  savingMs: number;
  savedAt: number;
  /** What went wrong while an output was passed on; told when the cell has ended. */
  failure: unknown;
  /** Cell that runs or ran last, 0 before the first. */
  current: number;
  /** The last try to save did not succeed. */
  unsaved: boolean;
}

/** Tells the caller of something that does not end the run. */
export function warn(run: Pick<Run, "options" | "current" | "scrub">, text: string): void {
  run.options.onOutput?.({ cell: run.current, kind: "warning", text: run.scrub(`warning: ${text}`) });
}

export function secondsOf(run: Run): number {
  return Number(((performance.now() - run.began) / 1000).toFixed(3));
}

/** What time it is, on a clock that nobody sets: a moment of a run is never before an earlier one. */
export function momentOf(run: Run): Date {
  return new Date(run.startedAt.getTime() + performance.now() - run.began);
}

function exitCodeOf(run: Run, status: RunRecord["status"]): number | null {
  switch (status) {
    case "running":
      return null;
    case "interrupted":
      return run.stop?.killed ? exitCodes.terminated : exitCodes.interrupted;
    case "completed":
      return exitCodes.ok;
    case "timeout":
      return exitCodes.timeout;
    case "killed":
      return exitCodes.killed;
    case "failed":
      return exitCodes.failed;
  }
}

/** What is to be said of the run now. */
export function recordOf(run: Run, status: RunRecord["status"], ending: Ending | null): RunRecord {
  const { options } = run;
  const seconds = secondsOf(run);
  const { exitCode, signal, outOfMemory } = ending?.death ?? {};
  return {
    status,
    exitCode: exitCodeOf(run, status),
    input: options.inputName ?? options.input,
    output: options.outputName ?? options.output,
    ...(options.html ? { html: options.html } : {}),
    kernel: run.command.displayName,
    cwd: resolve(options.cwd ?? "."),
    parameters: run.scrub(tellable({ ...options.injected, ...options.parameters }) as RunRecord["parameters"]),
    startedAt: run.startedAt.toISOString(),
    endedAt: status === "running" ? null : new Date(run.startedAt.getTime() + seconds * 1000).toISOString(),
    seconds,
    ...(options.earlier?.length ? { earlier: options.earlier } : {}),
    ...(ending ? { failedCell: ending.count } : {}),
    ...(ending?.error ? { error: run.scrub({ name: ending.error.ename, value: ending.error.evalue }) } : {}),
    ...(ending?.death
      ? { kernelDeath: { exitCode: exitCode ?? null, signal: signal ?? null, outOfMemory: outOfMemory ?? null } }
      : {}),
    ...(run.stop ? { stoppedBy: run.stop.by } : {}),
    ...run.place,
    peakMemoryBytes: run.peakMemoryBytes,
    ...(run.peakGpuMemoryBytes ? { peakGpuMemoryBytes: run.peakGpuMemoryBytes } : {}),
  };
}

/** The notebook as it is to be saved now, with what the cells have said so far. */
function snapshot(run: Run, record: RunRecord, ending: Ending | null): INotebookContent {
  for (const [cell, outputs] of run.collected) cell.outputs = outputs.outputs();
  const { name, displayName: display_name, language } = run.command;
  const kernelspec = { name, display_name, language };
  const cherenkit = JSON.parse(JSON.stringify(record)) as INotebookMetadata[string];
  const papermill = papermillMetadata(record, record);
  const notebook = { ...run.notebook, metadata: { ...run.notebook.metadata, kernelspec, papermill, cherenkit } };
  if (!ending) return notebook;
  const what = record.error
    ? `${ending.status}, ${record.error.name}: ${record.error.value.split("\n")[0]}`
    : ending.status;
  return withFailureMarkers(notebook, ending.cellIndex, what);
}

/** Writes `run.json` where there is a folder for it. @throws {OutputError} */
export async function saveRecord(run: Run, record: RunRecord): Promise<void> {
  if (run.options.runFolder)
    await writeFileAtomically(join(run.options.runFolder, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Saves the notebook as it stands, and `run.json`.
 * @returns the notebook as saved
 * @throws {OutputError}
 */
export async function save(run: Run, record: RunRecord, ending: Ending | null): Promise<INotebookContent> {
  const began = performance.now();
  const notebook = snapshot(run, record, ending);
  await writeNotebook(run.options.output, notebook);
  await saveRecord(run, record);
  run.savedAt = performance.now();
  run.savingMs = run.savedAt - began;
  return notebook;
}

/**
 * Saves what ran where temporary files go, because it cannot be saved where it should be.
 * @returns the file; null when that cannot be written either
 */
async function rescue(run: Run, record: RunRecord, ending: Ending | null): Promise<string | null> {
  try {
    const file = join(await makeTemporaryFolder("cherenkit-rescued-"), basename(run.options.output));
    await writeNotebook(file, snapshot(run, record, ending));
    return file;
  } catch {
    return null;
  }
}

/**
 * Saves the notebook at the end of the run.
 * @throws {OutputError} that tells where what ran is kept instead
 */
export async function saveFinally(run: Run, record: RunRecord, ending: Ending | null): Promise<INotebookContent> {
  try {
    return await save(run, record, ending);
  } catch (error) {
    const file = await rescue(run, record, ending);
    if (file === null) throw error;
    const { output } = run.options;
    throw new OutputError(`${(error as Error).message.split("\n")[0]}; the notebook as it ran is in ${file}`, {
      place: output,
      remedy: `make room for it, then: mv ${file} ${output}`,
      cause: error,
    });
  }
}
