import { accessSync, constants } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { INotebookContent } from "@jupyterlab/nbformat";
import { CherenkitError, ConfigError, OutputError } from "../errors.js";
import { lockOutput } from "../files/output-lock.js";
import { prepareOutput } from "../files/prepare-output.js";
import { systemReason } from "../files/system-reason.js";
import { checkChoice, planCells } from "./cell-plan.js";
import { writeCellRecord } from "./cell-record.js";
import { type KernelCommand, kernelCommand } from "./kernel-command.js";
import { isCodeCell } from "./notebook-cell.js";
import { readNotebook, withoutOutputs, writeNotebook } from "./notebook-file.js";
import { papermillMetadata } from "./papermill-metadata.js";
import { injectParameters } from "./parameters.js";
import { cellKeys, completedCells, earlierRun, reusableCells } from "./resume.js";
import { type Run, recordOf, save, saveFinally, saveRecord, warn } from "./run.js";
import { leave } from "./run-cells.js";
import { runInKernel } from "./run-in-kernel.js";
import { openRunLog } from "./run-log.js";
import type * as asked from "./run-options.js";
import { type RunRecord, type RunStatus, runPlace, tellable } from "./run-record.js";
import { scrubber } from "./secrets.js";
import { watchForStop } from "./watch-for-stop.js";

export type RunOptions = asked.RunOptions;
export type CellOutput = asked.CellOutput;

export interface RunResult {
  readonly status: RunStatus;
  /**
   * 0 completed, 1 a cell failed, 4 a time limit ended it, 75 interrupted with everything saved, 137 the kernel died,
   * 143 told to end but the running cell had to be killed.
   */
  readonly exitCode: number;
  readonly input: string;
  readonly output: string;
  readonly html?: string;
  readonly seconds: number;
  /** `[failedCell]` of the cell that ended the run. */
  readonly failedCell?: number;
  readonly error?: { readonly name: string; readonly value: string };
}

/**
 * The kernel a notebook asks for: TypeScript ones all run in this project's.
 * @param asked language to go by instead of the notebook's own
 */
export function kernelName(notebook: INotebookContent, asked?: string): string {
  const { kernelspec, language_info } = notebook.metadata;
  const language = asked?.toLowerCase() ?? language_info?.name ?? kernelspec?.language;
  if (language === "typescript") return "cherenkit";
  const name = String(kernelspec?.name ?? (language === "python" ? "python3" : "cherenkit"));
  // As Jupyter does: both names mean the Python at hand.
  return name === "python" ? "python3" : name;
}

/** What errors call the input. */
function inputPlace({ input, inputName = input }: Pick<RunOptions, "input" | "inputName">): string {
  return inputName === "-" ? "standard input" : inputName;
}

/**
 * The notebook as it would run: without outputs, with its parameters. Needs no kernel.
 * @throws {InputError} when the input is no notebook
 * @throws {ConfigError} for parameters the notebook does not take
 */
export async function prepareNotebook(
  options: Pick<
    RunOptions,
    "input" | "inputName" | "parameters" | "injected" | "allowUnknown" | "kernel" | "language" | "hideCode"
  >,
  command?: KernelCommand,
): Promise<INotebookContent> {
  const place = inputPlace(options);
  const input = await readNotebook(options.input, place);
  const parameters = { ...options.injected, ...options.parameters };
  const name = options.kernel ?? kernelName(input, options.language);
  const language =
    options.language?.toLowerCase() ??
    command?.language ??
    input.metadata.language_info?.name ??
    input.metadata.kernelspec?.language;
  const known = language ?? (name === "cherenkit" ? "typescript" : name);
  if (known !== "typescript" && known !== "python" && Object.keys(parameters).length > 0) {
    throw new ConfigError(`parameters cannot be written in ${String(known)}`, {
      place,
      remedy: "run it without parameters, or use a TypeScript or Python notebook",
    });
  }
  const notebook = injectParameters(withoutOutputs(input), parameters, known === "python" ? "python" : "typescript", {
    place,
    allowUnknown: options.allowUnknown === true || Object.keys(options.injected ?? {}),
  });
  if (options.hideCode)
    for (const cell of notebook.cells)
      if (isCodeCell(cell)) cell.metadata.jupyter = { ...(cell.metadata.jupyter as object), source_hidden: true };
  return notebook;
}

/**
 * Writes the notebook as it would run, with what papermill's tools want to know of it.
 * @throws {InputError}, {ConfigError} as `prepareNotebook`; {OutputError} when it cannot be written, or a run writes it
 */
export async function writePrepared(options: RunOptions): Promise<void> {
  const notebook = await prepareNotebook(options);
  const { inputName: input = options.input, outputName: output = options.output } = options;
  const parameters = tellable({ ...options.injected, ...options.parameters }) as RunRecord["parameters"];
  const papermill = papermillMetadata({ parameters, input, output }, null);
  prepareOutput(options.output);
  const unlock = lockOutput(options.output, "notebook");
  try {
    await writeNotebook(options.output, { ...notebook, metadata: { ...notebook.metadata, papermill } });
  } finally {
    unlock();
  }
}

async function newRun(options: RunOptions, command: KernelCommand, notebook: INotebookContent): Promise<Run> {
  const plan = planCells(notebook, options.cells);
  checkChoice(plan, options.cells ?? {});
  const keys = cellKeys(plan, command.name);
  const cwd = resolve(options.cwd ?? ".");
  const earlier = options.resume ? await earlierRun(options.output) : null;
  const reused =
    earlier && options.resume
      ? (completedCells(earlier, plan, keys) ?? reusableCells(options.resume, earlier, plan, keys, cwd))
      : new Map();
  for (const cell of notebook.cells.filter(isCodeCell)) writeCellRecord(cell, { status: "skipped" });
  for (const { cell } of plan) writeCellRecord(cell, { status: "pending" });
  const logFile = options.runFolder ? join(options.runFolder, "run.jsonl") : options.log;
  const log = logFile
    ? openRunLog(logFile, (error) => warn(run, `${error.message}\n  the run goes on, and the log is tried again`))
    : null;
  const run: Run = {
    options,
    notebook,
    command,
    plan,
    keys,
    reused,
    place: await runPlace(cwd),
    startedAt: new Date(),
    began: performance.now(),
    log,
    logName: logFile ? basename(logFile) : null,
    scrub: scrubber(Object.values(options.secrets ?? {})),
    collected: new Map(),
    displays: new Map(),
    kernel: null,
    startAbandoned: new AbortController(),
    stop: null,
    over: false,
    exited: false,
    peakMemoryBytes: null,
    peakGpuMemoryBytes: null,
    gpuMemory: null,
    savingMs: 0,
    savedAt: Number.NEGATIVE_INFINITY,
    failure: null,
    current: 0,
    unsaved: false,
  };
  return run;
}

/**
 * Runs a notebook from top to bottom and saves it after each cell, so that a run that fails, or is killed, leaves a
 * notebook to read. A cell tagged `raises-exception` may fail; one tagged `skip-execution` is left out.
 * SIGTERM, SIGINT, SIGUSR1 and the deadline in `CHERENKIT_DEADLINE` interrupt the running cell; the run is saved and
 * ends as `interrupted`.
 * @throws {InputError} when the input is no notebook, or its kernel is not installed
 * @throws {ConfigError} for parameters the notebook does not take
 * @throws {OutputError} when an output cannot be written, or another run writes it
 * @throws {KernelNotStarted}
 */
export async function runNotebook(options: RunOptions): Promise<RunResult> {
  const input = await readNotebook(options.input, inputPlace(options));
  const command = kernelCommand(options.kernel ?? kernelName(input, options.language));
  const notebook = await prepareNotebook(options, command);
  checkFolder(options.cwd);
  for (const file of [options.output, options.html]) if (file) prepareOutput(file);
  const unlock = lockOutput(options.output, "notebook");
  try {
    const run = await newRun(options, command, notebook);
    const unwatch = watchForStop(run);
    try {
      return await saved(run);
    } finally {
      unwatch();
      run.log?.close();
    }
  } finally {
    unlock();
  }
}

/** @throws {ConfigError} when the kernel cannot work in this folder */
function checkFolder(cwd: string | undefined): void {
  if (cwd === undefined) return;
  try {
    accessSync(`${resolve(cwd)}/.`, constants.X_OK);
  } catch (cause) {
    const words = { ENOENT: "there is none", ENOTDIR: "it is a file", EACCES: "no permission" };
    throw new ConfigError(`the kernel cannot work in this folder: ${systemReason(cause, words)}`, {
      place: cwd,
      remedy: "give --cwd a folder that you may use",
      cause,
    });
  }
}

/** Takes over a run that is complete. */
function keepAll(run: Run): null {
  for (const planned of run.plan) leave(run, planned);
  return null;
}

/** Runs it to its end and saves it. */
async function saved(run: Run): Promise<RunResult> {
  let record: RunRecord;
  let notebook: INotebookContent;
  try {
    await save(run, recordOf(run, "running", null), null);
    const nothingLeft = run.reused.size > 0 && run.plan.every(({ runs }, i) => !runs || run.reused.has(run.plan[i]!));
    const ending = await (nothingLeft ? keepAll(run) : runInKernel(run));
    run.over = true;
    record = recordOf(run, ending?.status ?? "completed", ending);
    notebook = await saveFinally(run, record, ending);
  } catch (error) {
    await noteFailure(run, error);
    throw error;
  }
  await writeBeside(run, record, notebook);
  return resultOf(record);
}

/**
 * Writes what stands beside the notebook: the page, and what of the log waits for room on the disk. The run is over and
 * saved, so trouble with it takes nothing from how it ended.
 * @throws {OutputError} for a run that completed; of another one how it ended is the thing to tell
 */
async function writeBeside(run: Run, record: RunRecord, notebook: INotebookContent): Promise<void> {
  const { input, output, html, title, onWarning } = run.options;
  try {
    if (html) {
      const { writePage } = await import("./html.js");
      await writePage(html, notebook, {
        title: title ?? basename(output, ".ipynb"),
        run: record,
        folders: [dirname(input), dirname(output)],
        onWarning: (text) => onWarning?.(`${html}: ${text}`),
      });
    }
    run.log?.finish();
  } catch (error) {
    if (record.status === "completed" || !(error instanceof OutputError)) throw error;
    warn(run, error.message);
  }
}

function resultOf({ status, exitCode, input, output, html, seconds, failedCell, error }: RunRecord): RunResult {
  return {
    status: status as RunStatus,
    exitCode: exitCode!,
    input,
    output,
    ...(html ? { html } : {}),
    seconds,
    ...(failedCell === undefined ? {} : { failedCell }),
    ...(error ? { error } : {}),
  };
}

/** When the runner itself fails, neither the notebook nor `run.json` shall say for ever that it runs. */
async function noteFailure(run: Run, error: unknown): Promise<void> {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const exitCode = error instanceof CherenkitError ? error.exitCode : 1;
  const record = { ...recordOf(run, "failed", null), exitCode, error: run.scrub({ name, value: message }) };
  // The first error is the one to tell.
  await save(run, record, null).catch(() => saveRecord(run, record).catch(() => {}));
}
