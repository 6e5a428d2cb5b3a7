import { basename, dirname, join, resolve } from "node:path";
import type { INotebookContent } from "@jupyterlab/nbformat";
import { CherenkitError, ConfigError } from "../errors.js";
import { lockOutput } from "../files/output-lock.js";
import { planCells } from "./cell-plan.js";
import { writeCellRecord } from "./cell-record.js";
import { type KernelCommand, kernelCommand } from "./kernel-command.js";
import { isCodeCell } from "./notebook-cell.js";
import { readNotebook, withoutOutputs, writeNotebook } from "./notebook-file.js";
import { papermillMetadata } from "./papermill-metadata.js";
import { injectParameters } from "./parameters.js";
import { cellKeys, completedCells, earlierRun, reusableCells } from "./resume.js";
import { type Ending, type Run, recordOf, save } from "./run.js";
import { leave } from "./run-cells.js";
import { runInKernel } from "./run-in-kernel.js";
import { openRunLog } from "./run-log.js";
import type * as asked from "./run-options.js";
import { type RunRecord, type RunStatus, runPlace, tellable } from "./run-record.js";
import { scrubber } from "./secrets.js";

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
  const unlock = lockOutput(options.output, "notebook");
  try {
    await writeNotebook(options.output, { ...notebook, metadata: { ...notebook.metadata, papermill } });
  } finally {
    unlock();
  }
}

async function newRun(options: RunOptions, command: KernelCommand, notebook: INotebookContent): Promise<Run> {
  const plan = planCells(notebook, options.cells);
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
  return {
    options,
    notebook,
    command,
    plan,
    keys,
    reused,
    place: await runPlace(cwd),
    startedAt: new Date(),
    began: performance.now(),
    log: logFile ? openRunLog(logFile) : null,
    logName: logFile ? basename(logFile) : null,
    scrub: scrubber(Object.values(options.secrets ?? {})),
    collected: new Map(),
    displays: new Map(),
    stop: null,
    exited: false,
    peakMemoryBytes: null,
    savingMs: 0,
    savedAt: Number.NEGATIVE_INFINITY,
    failure: null,
  };
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
  const unlock = lockOutput(options.output, "notebook");
  try {
    const run = await newRun(options, command, notebook);
    try {
      await save(run, recordOf(run, "running", null), null);
      const nothingLeft = run.reused.size > 0 && run.plan.every(({ runs }, i) => !runs || run.reused.has(run.plan[i]!));
      return await finish(run, await (nothingLeft ? keepAll(run) : runInKernel(run)));
    } catch (error) {
      await noteFailure(run, error);
      throw error;
    } finally {
      run.log?.close();
    }
  } finally {
    unlock();
  }
}

/** Takes over a run that is complete. */
function keepAll(run: Run): null {
  for (const planned of run.plan) leave(run, planned);
  return null;
}

async function finish(run: Run, ending: Ending | null): Promise<RunResult> {
  const { options } = run;
  const record = recordOf(run, ending?.status ?? "completed", ending);
  const notebook = await save(run, record, ending);
  if (options.html) {
    const { writePage } = await import("./html.js");
    await writePage(options.html, notebook, {
      title: options.title ?? basename(options.output, ".ipynb"),
      run: record,
      folders: [dirname(options.input), dirname(options.output)],
      onWarning: (text) => options.onWarning?.(`${options.html}: ${text}`),
    });
  }
  return {
    status: record.status as RunStatus,
    exitCode: record.exitCode!,
    input: record.input,
    output: record.output,
    ...(options.html ? { html: options.html } : {}),
    seconds: record.seconds,
    ...(record.failedCell === undefined ? {} : { failedCell: record.failedCell }),
    ...(record.error ? { error: record.error } : {}),
  };
}

/** When the runner itself fails, `run.json` shall not say for ever that it runs. */
async function noteFailure(run: Run, error: unknown): Promise<void> {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const exitCode = error instanceof CherenkitError ? error.exitCode : 1;
  const record = { ...recordOf(run, "failed", null), exitCode, error: run.scrub({ name, value: message }) };
  await save(run, record, null).catch(() => {}); // the first error is the one to tell
}
