import { basename, join, resolve } from "node:path";
import type { ICodeCell, INotebookContent, INotebookMetadata } from "@jupyterlab/nbformat";
import { ConfigError, exitCodes } from "../errors.js";
import { writeFileAtomically } from "../files/write-atomically.js";
import type { CellError } from "./cell-error.js";
import { type CellOutputs, type Displays, newCellOutputs } from "./cell-outputs.js";
import { type KernelClient, startKernel } from "./client.js";
import { renderNotebook } from "./html.js";
import { type KernelCommand, kernelCommand } from "./kernel-command.js";
import { newLineFeed } from "./line-feed.js";
import { cellTags, isCodeCell, joinedText } from "./notebook-cell.js";
import { readNotebook, withFailureMarkers, withoutOutputs, writeNotebook } from "./notebook-file.js";
import { injectParameters } from "./parameters.js";
import { type CellEnd, runCell } from "./run-cell.js";
import { openRunLog, type RunLog } from "./run-log.js";
import { type RunPlace, type RunRecord, type RunStatus, runPlace } from "./run-record.js";
import { watchSignals } from "./watch-signals.js";
import type { Message } from "./wire.js";

export interface RunOptions {
  /** Notebook to run. */
  readonly input: string;
  /** Executed notebook, written anew after each cell; may be the input. */
  readonly output: string;
  /** Values for names that the cell tagged `parameters` declares. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Kernel to use instead of the notebook's own. */
  readonly kernel?: string;
  /** Working folder of the kernel; by default this process's. */
  readonly cwd?: string;
  /** A cell that takes longer is interrupted, and the run ends. */
  readonly cellTimeoutMs?: number;
  /** Page to write at the end, also of a run that failed. */
  readonly html?: string;
  /** Gets `run.jsonl` (every output as it came) and `run.json`. */
  readonly runFolder?: string;
  readonly onOutput?: (output: CellOutput) => void;
}

/** What a running cell says. */
export interface CellOutput {
  /** `In [cell]` of the notebook. */
  readonly cell: number;
  readonly kind: "stdout" | "stderr" | "display" | "result" | "error";
  readonly text: string;
}

export interface RunResult {
  readonly status: RunStatus;
  /** 0 completed, 75 interrupted with everything saved, 1 otherwise. */
  readonly exitCode: number;
  readonly input: string;
  readonly output: string;
  readonly html?: string;
  readonly seconds: number;
  /** `In [failedCell]` of the cell that ended the run. */
  readonly failedCell?: number;
  readonly error?: { readonly name: string; readonly value: string };
}

const saveEveryMs = 30_000;
/** Between SIGTERM and SIGKILL SLURM leaves 30 s; what is left after this is for saving the notebook. */
const terminationGraceMs = 20_000;

/** Why and where a run ended before its last cell. */
interface Ending {
  readonly status: Exclude<RunStatus, "completed">;
  readonly cellIndex: number;
  readonly count: number;
  readonly error: CellError | null;
}

/** A run in progress. */
interface Run {
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

function kernelName(notebook: INotebookContent): string {
  const { kernelspec, language_info } = notebook.metadata;
  const language = language_info?.name ?? kernelspec?.language;
  return language === "typescript" ? "cherenkit" : String(kernelspec?.name ?? "cherenkit");
}

function plainText(data: Readonly<Record<string, unknown>>): string {
  const text = data["text/plain"];
  if (text === undefined) return `<${Object.keys(data).join(", ")}>`;
  return Array.isArray(text) ? text.join("") : String(text);
}

function recordOf(run: Run, status: RunRecord["status"], ending: Ending | null): RunRecord {
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

async function save(run: Run, record: RunRecord, ending: Ending | null): Promise<INotebookContent> {
  const notebook = snapshot(run, record, ending);
  await writeNotebook(run.options.output, notebook);
  if (run.options.runFolder)
    await writeFileAtomically(join(run.options.runFolder, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
  return notebook;
}

/** Passes a cell's messages to the notebook, the log and the caller. */
function newCellListener(run: Run, cell: ICodeCell, count: number) {
  const outputs = newCellOutputs(run.displays);
  run.collected.set(cell, outputs);
  const tell = (kind: CellOutput["kind"], text: string): void => run.options.onOutput?.({ cell: count, kind, text });
  const lines = newLineFeed((name, text) => tell(name, text));
  const guarded = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      run.failure ??= error;
    }
  };
  const stream = (name: "stdout" | "stderr", text: string): void => {
    run.log?.add({ cell: count, kind: name, text });
    lines.add(name, text);
  };
  const other = (kind: CellOutput["kind"], text: string, more: Readonly<Record<string, unknown>>): void => {
    lines.flush();
    run.log?.add({ cell: count, kind, text, ...more });
    tell(kind, text);
  };
  return {
    onMessage: (message: Message): void =>
      guarded(() => {
        outputs.add(message);
        const { content } = message;
        switch (message.header.msg_type) {
          case "stream":
            return stream(content.name === "stderr" ? "stderr" : "stdout", String(content.text));
          case "display_data":
          case "execute_result": {
            const data = (content.data ?? {}) as Record<string, unknown>;
            const kind = message.header.msg_type === "display_data" ? "display" : "result";
            return other(kind, plainText(data), { data });
          }
          case "error":
            return other("error", (content.traceback as string[]).join("\n"), { name: content.ename });
        }
      }),
    onStream: (name: "stdout" | "stderr", text: string): void =>
      guarded(() => {
        outputs.addStream(name, text);
        stream(name, text);
      }),
    onError: (error: CellError): void =>
      guarded(() => {
        outputs.addError(error);
        other("error", error.traceback.join("\n"), { name: error.ename });
      }),
    flush: (): void => guarded(() => lines.flush()),
  };
}

/** What a cell's end means for the run; null when it goes on. */
function endingOf(run: Run, cell: ICodeCell, cellIndex: number, count: number, end: CellEnd): Ending | null {
  const place = { cellIndex, count, error: end.error };
  if (end.status === "timeout") return { status: "timeout", ...place };
  if (end.status !== "ok" && (run.stopAsked || end.error?.ename === "InterruptedError"))
    return { status: "interrupted", ...place };
  if (end.status === "killed") return { status: "killed", ...place };
  if (end.status === "error" && !cellTags(cell).includes("raises-exception")) return { status: "failed", ...place };
  return null;
}

/** Runs the cells one after the other until one ends the run; null when all have run. */
async function runCells(
  run: Run,
  kernel: KernelClient,
  onCell: (listener: ReturnType<typeof newCellListener>) => void,
): Promise<Ending | null> {
  const { cells } = run.notebook;
  let count = 0;
  for (const [cellIndex, cell] of cells.entries()) {
    if (!isCodeCell(cell) || joinedText(cell.source).trim() === "") continue;
    if (cellTags(cell).includes("skip-execution")) continue;
    if (run.stopAsked) return { status: "interrupted", cellIndex, count: count + 1, error: null };
    count++;
    const listener = newCellListener(run, cell, count);
    onCell(listener);
    run.log?.add({ cell: count, kind: "begin" });
    const end = await runCell(kernel, joinedText(cell.source), listener.onMessage, run.options.cellTimeoutMs);
    cell.execution_count = end.executionCount ?? count;
    cell.metadata.cherenkit = { status: end.status, seconds: Number(end.seconds.toFixed(3)) };
    if (end.status === "timeout" || end.status === "killed") listener.onError(end.error!);
    listener.flush();
    run.log?.add({ cell: count, kind: "end", status: end.status, seconds: end.seconds });
    run.peakMemoryBytes = kernel.peakMemoryBytes() ?? run.peakMemoryBytes;
    if (run.failure) throw run.failure;
    const ending = endingOf(run, cell, cellIndex, count, end);
    if (ending) return ending;
    await save(run, recordOf(run, "running", null), null);
  }
  return null;
}

/** Starts the kernel, runs the cells, and passes on the signals that ask for an end. */
async function runInKernel(run: Run): Promise<Ending | null> {
  let kernel: KernelClient | null = null;
  let listener: ReturnType<typeof newCellListener> | null = null;
  let killTimer: NodeJS.Timeout | undefined;
  const unwatch = watchSignals((signal, times) => {
    run.stopAsked = true;
    run.log?.add({ kind: "signal", signal });
    if (times < 3) kernel?.interrupt();
    else kernel?.kill();
    if (signal === "SIGTERM") killTimer ??= setTimeout(() => kernel?.kill(), terminationGraceMs);
  });
  let saving: Promise<unknown> = Promise.resolve();
  const saver = setInterval(() => {
    run.peakMemoryBytes = kernel?.peakMemoryBytes() ?? run.peakMemoryBytes;
    saving = save(run, recordOf(run, "running", null), null).catch((error: unknown) => {
      run.failure ??= error;
    });
  }, saveEveryMs);
  try {
    kernel = await startKernel({
      command: run.command,
      cwd: resolve(run.options.cwd ?? "."),
      onStrayOutput: (name, text) => listener?.onStream(name, text),
    });
    if (kernel.info.language_info) run.notebook.metadata.language_info = kernel.info.language_info as never;
    return await runCells(run, kernel, (next) => {
      listener = next;
    });
  } finally {
    clearInterval(saver);
    clearTimeout(killTimer);
    await saving;
    await kernel?.shutDown();
    unwatch();
  }
}

/**
 * Runs a notebook from top to bottom and saves it after each cell, so that a run that fails, or is killed, leaves a
 * notebook to read. A cell tagged `raises-exception` may fail; one tagged `skip-execution` is left out.
 * SIGTERM, SIGINT and SIGUSR1 interrupt the running cell; the run is saved and ends as `interrupted`.
 * @throws {InputError} when the input is no notebook, or its kernel is not installed
 * @throws {ConfigError} for parameters the notebook does not take
 * @throws {OutputError} when an output cannot be written
 */
export async function runNotebook(options: RunOptions): Promise<RunResult> {
  const input = await readNotebook(options.input);
  const command = kernelCommand(options.kernel ?? kernelName(input));
  const parameters = options.parameters ?? {};
  const language = command.language;
  if (language !== "typescript" && language !== "python" && Object.keys(parameters).length > 0) {
    throw new ConfigError(`parameters cannot be written in ${language}`, {
      place: options.input,
      remedy: "run it without parameters, or use a TypeScript or Python notebook",
    });
  }
  const own = language === "python" ? "python" : "typescript";
  const run: Run = {
    options,
    notebook: injectParameters(withoutOutputs(input), parameters, own, options.input),
    command,
    place: await runPlace(resolve(options.cwd ?? ".")),
    startedAt: new Date(),
    log: options.runFolder ? openRunLog(join(options.runFolder, "run.jsonl")) : null,
    collected: new Map(),
    displays: new Map(),
    stopAsked: false,
    peakMemoryBytes: null,
    failure: null,
  };
  try {
    await save(run, recordOf(run, "running", null), null);
    const ending = await runInKernel(run);
    return await finish(run, ending);
  } catch (error) {
    await noteFailure(run, error);
    throw error;
  } finally {
    run.log?.close();
  }
}

async function finish(run: Run, ending: Ending | null): Promise<RunResult> {
  const { options } = run;
  const record = recordOf(run, ending?.status ?? "completed", ending);
  const notebook = await save(run, record, ending);
  if (options.html) {
    const title = basename(options.output, ".ipynb");
    await writeFileAtomically(options.html, renderNotebook(notebook, { title, run: record }));
  }
  return {
    status: record.status as RunStatus,
    exitCode: record.exitCode!,
    input: options.input,
    output: options.output,
    ...(options.html ? { html: options.html } : {}),
    seconds: record.seconds,
    ...(record.failedCell === undefined ? {} : { failedCell: record.failedCell }),
    ...(record.error ? { error: record.error } : {}),
  };
}

/** When the runner itself fails, `run.json` shall not say for ever that it runs. */
async function noteFailure(run: Run, error: unknown): Promise<void> {
  const { ename, evalue } =
    error instanceof Error ? { ename: error.name, evalue: error.message } : { ename: "Error", evalue: String(error) };
  const record = { ...recordOf(run, "failed", null), error: { name: ename, value: evalue } };
  await save(run, record, null).catch(() => {}); // the first error is the one to tell
}
