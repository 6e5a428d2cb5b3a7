import { join, resolve } from "node:path";
import type { ICodeCell, INotebookContent, INotebookMetadata } from "@jupyterlab/nbformat";
import { exitCodes } from "../errors.js";
import { writeFileAtomically } from "../files/write-atomically.js";
import type { CellError } from "./cell-error.js";
import type { CellOutputs, Displays } from "./cell-outputs.js";
import type { KernelCommand } from "./kernel-command.js";
import { withFailureMarkers, writeNotebook } from "./notebook-file.js";
import type { RunLog } from "./run-log.js";
import type { RunOptions } from "./run-options.js";
import type { RunPlace, RunRecord, RunStatus } from "./run-record.js";

/** Why and where a run ended before its last cell. */
export interface Ending {
  readonly status: Exclude<RunStatus, "completed">;
  readonly cellIndex: number;
  readonly count: number;
  readonly error: CellError | null;
}

/** A run in progress. */
export interface Run {
  readonly options: RunOptions;
  readonly notebook: INotebookContent;
  readonly command: KernelCommand;
  readonly place: RunPlace;
  readonly startedAt: Date;
  readonly log: RunLog | null;
  readonly collected: Map<ICodeCell, CellOutputs>;
  readonly displays: Displays;
  stopAsked: boolean;
  peakMemoryBytes: number | null;
  /** What went wrong while an output was passed on; told when the cell has ended. */
  failure: unknown;
}

/** What is to be said of the run now. */
export function recordOf(run: Run, status: RunRecord["status"], ending: Ending | null): RunRecord {
  const { options } = run;
  const exitCode = { completed: exitCodes.ok, interrupted: exitCodes.interrupted }[status as string];
  return {
    status,
    exitCode: status === "running" ? null : (exitCode ?? exitCodes.failed),
    input: options.input,
    output: options.output,
    ...(options.html ? { html: options.html } : {}),
    kernel: run.command.displayName,
    cwd: resolve(options.cwd ?? "."),
    parameters: options.parameters ?? {},
    startedAt: run.startedAt.toISOString(),
    endedAt: status === "running" ? null : new Date().toISOString(),
    seconds: (Date.now() - run.startedAt.getTime()) / 1000,
    ...(ending ? { failedCell: ending.count } : {}),
    ...(ending?.error ? { error: { name: ending.error.ename, value: ending.error.evalue } } : {}),
    ...run.place,
    peakMemoryBytes: run.peakMemoryBytes,
  };
}

/** The notebook as it is to be saved now, with what the cells have said so far. */
function snapshot(run: Run, record: RunRecord, ending: Ending | null): INotebookContent {
  for (const [cell, outputs] of run.collected) cell.outputs = outputs.outputs();
  const { name, displayName: display_name, language } = run.command;
  const kernelspec = { name, display_name, language };
  const cherenkit = JSON.parse(JSON.stringify(record)) as INotebookMetadata[string];
  const notebook = { ...run.notebook, metadata: { ...run.notebook.metadata, kernelspec, cherenkit } };
  if (!ending) return notebook;
  const what = ending.error
    ? `${ending.status}, ${ending.error.ename}: ${ending.error.evalue.split("\n")[0]}`
    : ending.status;
  return withFailureMarkers(notebook, ending.cellIndex, what);
}

/**
 * Saves the notebook as it stands, and `run.json`.
 * @returns the notebook as saved
 * @throws {OutputError}
 */
export async function save(run: Run, record: RunRecord, ending: Ending | null): Promise<INotebookContent> {
  const notebook = snapshot(run, record, ending);
  await writeNotebook(run.options.output, notebook);
  if (run.options.runFolder)
    await writeFileAtomically(join(run.options.runFolder, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
  return notebook;
}
