import { basename, join, resolve } from "node:path";
import type { ICodeCell, INotebookContent, INotebookMetadata } from "@jupyterlab/nbformat";
import { ConfigError } from "../errors.js";
import { writeFileAtomically } from "../files/write-atomically.js";
import { type KernelClient, startKernel } from "./client.js";
import { renderNotebook } from "./html.js";
import { kernelCommand } from "./kernel-command.js";
import { newLineFeed } from "./line-feed.js";
import { type CellListener, listenToCell } from "./listen-to-cell.js";
import { withoutNativeLog } from "./native-log.js";
import { cellTags, isCodeCell, joinedText } from "./notebook-cell.js";
import { readNotebook, withoutOutputs } from "./notebook-file.js";
import { injectParameters } from "./parameters.js";
import { type Ending, type Run, recordOf, save } from "./run.js";
import { type CellEnd, runCell } from "./run-cell.js";
import { openRunLog } from "./run-log.js";
import type * as asked from "./run-options.js";
import { type RunStatus, runPlace } from "./run-record.js";
import { watchSignals } from "./watch-signals.js";

export type RunOptions = asked.RunOptions;
export type CellOutput = asked.CellOutput;

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

function kernelName(notebook: INotebookContent): string {
  const { kernelspec, language_info } = notebook.metadata;
  const language = language_info?.name ?? kernelspec?.language;
  return language === "typescript" ? "cherenkit" : String(kernelspec?.name ?? "cherenkit");
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
  onCell: (listener: CellListener) => void,
): Promise<Ending | null> {
  const { cells } = run.notebook;
  let count = 0;
  for (const [cellIndex, cell] of cells.entries()) {
    if (!isCodeCell(cell) || joinedText(cell.source).trim() === "") continue;
    if (cellTags(cell).includes("skip-execution")) continue;
    if (run.stopAsked) return { status: "interrupted", cellIndex, count: count + 1, error: null };
    count++;
    const listener = listenToCell(run, cell, count);
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
  let listener: CellListener | null = null;
  let killTimer: NodeJS.Timeout | undefined;
  const unwatch = watchSignals((signal, times) => {
    run.stopAsked = true;
    run.log?.add({ kind: "signal", signal });
    if (times < 3) kernel?.interrupt();
    else kernel?.kill();
    if (signal === "SIGTERM") killTimer ??= setTimeout(() => kernel?.kill(), terminationGraceMs);
  });
  const stray = newLineFeed((name, text) => {
    const rest = withoutNativeLog(text);
    if (rest !== "") listener?.onStream(name, rest);
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
      onStrayOutput: stray.add,
    });
    if (kernel.info.language_info)
      run.notebook.metadata.language_info = kernel.info.language_info as INotebookMetadata["language_info"];
    return await runCells(run, kernel, (next) => {
      listener = next;
    });
  } finally {
    clearInterval(saver);
    clearTimeout(killTimer);
    await saving;
    await kernel?.shutDown();
    stray.flush();
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
