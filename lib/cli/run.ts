import { resolve } from "node:path";
import { Command, Option } from "commander";
import { ConfigError, exitCodes } from "../errors.js";
import { isSpecialFile } from "../files/special-file.js";
import type { RunOptions } from "../notebooks/execute.js";
import { collect, notEmpty } from "./assignments.js";
import { cellNumbers, secretSource } from "./cell-range.js";
import { tellError } from "./tell-error.js";
import { positiveNumber, wholeNumber } from "./whole-number.js";

interface Options {
  readonly parameter: string[];
  readonly raw: string[];
  readonly file: string[];
  readonly yaml: string[];
  readonly base64: string[];
  readonly allowUnknown?: true;
  readonly kernel?: string;
  readonly language?: string;
  readonly injectInputPath?: true;
  readonly injectOutputPath?: true;
  readonly injectPaths?: true;
  readonly stdoutFile?: string;
  readonly stderrFile?: string;
  readonly cwd?: string;
  readonly secret: Record<string, string>;
  readonly from?: number;
  readonly to?: number;
  readonly only?: number[];
  readonly skipTag: string[];
  readonly resume?: true;
  readonly fromFailed?: true;
  readonly startTimeout: number;
  readonly cellTimeout: number;
  readonly runTimeout: number;
  readonly saveEvery: number;
  readonly hideCode?: true;
  readonly html?: string;
  readonly runFolder?: string;
  readonly prepareOnly?: true;
  readonly inspect?: true;
  readonly quiet?: true;
  readonly json?: true;
}

/** @throws {ConfigError} for a name without a value */
function pairs(items: readonly string[]): [string, string][] {
  return items.map((item) => {
    const at = item.indexOf("=");
    if (at < 1)
      throw new ConfigError(`parameter ${item} has no value`, { remedy: "write -p name value, or -p name= for none" });
    return [item.slice(0, at), item.slice(at + 1)];
  });
}

/** What papermill calls some of the options. */
const papermillNames: Readonly<Record<string, string>> = {
  "--parameters": "--parameter",
  "--parameters_raw": "--raw",
  "--parameters_file": "--file",
  "--parameters_yaml": "--yaml",
  "--parameters_base64": "--base64",
  "--autosave-cell-every": "--save-every",
  "--execution-timeout": "--cell-timeout",
  "--report-mode": "--hide-code",
  "--help-notebook": "--inspect",
};

/** The option in its own name; a value may stand after `=`. */
function ownName(word: string): string {
  const [name] = word.split("=", 1);
  return (papermillNames[name!] ?? name!) + word.slice(name!.length);
}

/** `-p name value` takes two words as papermill does; `-p name=value` works as well. */
function joinParameterWords(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = ownName(args[i]!);
    const takesTwo = ["-p", "--parameter", "-r", "--raw"].includes(word) && !args[i + 1]?.includes("=");
    if (takesTwo && args[i + 2] !== undefined) {
      joined.push(word, `${args[i + 1]}=${args[i + 2]}`);
      i += 2;
    } else joined.push(word);
  }
  return joined;
}

/** Parameters in papermill's order: what comes later in this list wins. */
async function givenParameters(options: Options): Promise<Record<string, unknown>> {
  const { parameterBase64, parameterFile, parameterText, parameterValue } = await import("./parameter-value.js");
  // Without a prototype even `__proto__` is a name like another.
  const parameters: Record<string, unknown> = Object.create(null);
  for (const text of options.base64) Object.assign(parameters, parameterBase64(text));
  for (const file of options.file) Object.assign(parameters, await parameterFile(file));
  for (const text of options.yaml) Object.assign(parameters, parameterText(text, "--yaml"));
  for (const [name, text] of pairs(options.parameter)) parameters[name] = parameterValue(text);
  for (const [name, text] of pairs(options.raw)) parameters[name] = text;
  return parameters;
}

async function givenSecrets(sources: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(sources).map(([name, variable]) => {
      const value = process.env[variable];
      if (value === undefined)
        throw new ConfigError(`there is no secret ${name}: the variable ${variable} is not set`, {
          remedy: `export ${variable}=… before this command`,
        });
      return [name, value];
    }),
  );
}

const milliseconds = (seconds: number): number | undefined => (seconds > 0 ? seconds * 1000 : undefined);

/** The variables by which papermill tells a notebook where it comes from and goes to. */
function injectedPaths(input: string, output: string, options: Options): Record<string, string> {
  const { injectInputPath, injectOutputPath, injectPaths } = options;
  return {
    ...(injectInputPath || injectPaths ? { PAPERMILL_INPUT_PATH: input } : {}),
    ...(injectOutputPath || injectPaths ? { PAPERMILL_OUTPUT_PATH: output } : {}),
  };
}

/**
 * Refuses to write one file over another; both streams may share one.
 * @throws {ConfigError}
 */
function keepApart(
  written: Readonly<Record<string, string | undefined>>,
  others: Readonly<Record<string, string | undefined>>,
): void {
  for (const [option, file] of Object.entries(written))
    for (const [what, other] of Object.entries(others)) {
      if (file === undefined || other === undefined || option === what) continue;
      if (resolve(file) === resolve(other) && !isSpecialFile(file))
        throw new ConfigError(`${option} would be written over ${what}`, {
          place: file,
          remedy: `give ${option} another name`,
        });
    }
}

interface Task {
  readonly asked: RunOptions;
  /** Files that get what the cells print. */
  readonly streams: { readonly stdout?: string; readonly stderr?: string };
}

async function taskOf(input: string, output: string | undefined, options: Options): Promise<Task> {
  const { fillPath, pathValues } = await import("../notebooks/path-template.js");
  const { pipe } = await import("./piped-notebook.js");
  const parameters = await givenParameters(options);
  if (!output)
    throw new ConfigError("say where the executed notebook goes", { remedy: `cherenkit run ${input} OUT.ipynb` });
  if (output === pipe && options.json)
    throw new ConfigError("stdout cannot hold both the notebook and the result as JSON", {
      remedy: "leave out --json, or give the notebook a file",
    });
  const values = pathValues(parameters);
  const fill = (path: string): string => fillPath(path, values);
  const fillSome = (path: string | undefined): string | undefined => (path === undefined ? undefined : fill(path));
  const from = fill(input);
  const filled = fill(output);
  const asked: RunOptions = {
    input: from,
    output: filled,
    inputName: from,
    outputName: filled,
    parameters,
    injected: injectedPaths(from, filled, options),
    language: options.language,
    allowUnknown: options.allowUnknown,
    kernel: options.kernel,
    cwd: options.cwd,
    secrets: await givenSecrets(options.secret),
    cells: { from: options.from, to: options.to, only: options.only, skipTags: options.skipTag },
    resume: options.fromFailed ? "from-failed" : options.resume ? "cached" : undefined,
    startTimeoutMs: milliseconds(options.startTimeout),
    cellTimeoutMs: milliseconds(options.cellTimeout),
    runTimeoutMs: milliseconds(options.runTimeout),
    saveEveryMs: milliseconds(options.saveEvery) ?? Number.POSITIVE_INFINITY,
    hideCode: options.hideCode,
    html: fillSome(options.html),
    runFolder: fillSome(options.runFolder),
    log: filled === pipe || isSpecialFile(filled) ? undefined : `${filled.replace(/\.ipynb$/, "")}.run.jsonl`,
  };
  const streams = { stdout: fillSome(options.stdoutFile), stderr: fillSome(options.stderrFile) };
  const { html } = asked;
  keepApart(
    { "--html": html, "--stdout-file": streams.stdout, "--stderr-file": streams.stderr },
    { "the notebook that is run": from, "the executed notebook": filled, "--html": html },
  );
  return { asked, streams };
}

/** Runs a notebook, or only prepares it; returns the exit code. */
async function execute({ asked, streams }: Task, options: Options): Promise<number> {
  const { openStreamFiles } = await import("./stream-files.js");
  const { notebookOutput } = await import("./notebook-output.js");
  if (options.prepareOnly) {
    const { writePrepared } = await import("../notebooks/execute.js");
    await writePrepared(asked);
    return 0;
  }
  const { runNotebook } = await import("../notebooks/execute.js");
  const files = openStreamFiles(streams, ({ message }) =>
    process.stderr.write(`warning: ${message}\n  the run goes on, and this is tried again\n`),
  );
  const quiet = options.quiet || options.json || asked.outputName === "-";
  const show = quiet ? undefined : notebookOutput();
  try {
    const result = await runNotebook({
      ...asked,
      onWarning: (text) => process.stderr.write(`warning: ${text}\n`),
      onOutput: (output) => {
        files.take(output);
        show?.(output);
      },
    });
    if (options.json) console.log(JSON.stringify(result, null, 2));
    try {
      files.finish();
    } catch (error) {
      // How the run ended matters more: a job that was interrupted is put back.
      tellError(error);
      return result.exitCode || exitCodes.failed;
    }
    return result.exitCode;
  } finally {
    files.close();
  }
}

async function act(input: string, output: string | undefined, options: Options): Promise<void> {
  if (options.inspect) {
    const { inspectNotebook, parametersTable } = await import("../notebooks/inspect-notebook.js");
    const { pipe, pipedNotebook } = await import("./piped-notebook.js");
    const file = await pipedNotebook(input, "");
    const place = input === pipe ? "standard input" : input;
    const found = await inspectNotebook(file.input, place).finally(() => file.end());
    console.log(options.json ? JSON.stringify(found, null, 2) : parametersTable(found).toText());
    return;
  }
  const { pipedNotebook } = await import("./piped-notebook.js");
  const { asked, streams } = await taskOf(input, output, options);
  const files = await pipedNotebook(asked.input, asked.output);
  try {
    const task = { asked: { ...asked, input: files.input, output: files.output }, streams };
    process.exitCode = await execute(task, options);
  } finally {
    await files.end();
  }
}

/** `cherenkit run IN.ipynb OUT.ipynb -p name value` */
export function runCommand(): Command {
  const seconds = (flags: string, description: string, value: number): Option =>
    new Option(flags, description).argParser(wholeNumber).default(value);
  const run = new Command("run");
  const parse = run.parseOptions.bind(run);
  run.parseOptions = (args) => parse(joinParameterWords(args));
  return run
    .description("run a notebook from top to bottom, with parameters; the options are papermill's and more")
    .argument("<input>", "notebook to run; - reads it from stdin")
    .argument(
      "[output]",
      "where the executed notebook goes; {name} stands for a parameter, {run_id}, {slurm_job_id}, …; - writes it to stdout",
    )
    .option("-p, --parameter <name value>", "a parameter; read as JSON where it is JSON (may be repeated)", collect, [])
    .option("-r, --raw <name value>", "a parameter whose value is taken as text (may be repeated)", collect, [])
    .option("-f, --file <yaml>", "parameters from a YAML file (may be repeated)", collect, [])
    .option("-y, --yaml <text>", "parameters as YAML text (may be repeated)", collect, [])
    .option("-b, --base64 <text>", "parameters as YAML text in base64 (may be repeated)", collect, [])
    .option("--allow-unknown", "take parameters that the notebook does not declare")
    .option("--inspect", "only list the parameters the notebook takes")
    .option("--prepare-only", "only write the notebook with its parameters; needs no kernel")
    .option("-k, --kernel <name>", "kernel to use instead of the notebook's own", notEmpty)
    .option(
      "-l, --language <name>",
      "language of the cells, where the notebook does not say it: typescript, python",
      notEmpty,
    )
    .option("--inject-input-path", "give the notebook its own path as PAPERMILL_INPUT_PATH")
    .option("--inject-output-path", "give the notebook the executed one's path as PAPERMILL_OUTPUT_PATH")
    .option("--inject-paths", "both of these")
    .option("--stdout-file <file>", "also write what the cells print on stdout to this file", notEmpty)
    .option("--stderr-file <file>", "also write what the cells print on stderr to this file", notEmpty)
    .option("--cwd <folder>", "working folder of the kernel", notEmpty)
    .option("--secret <NAME=env:VAR>", "a variable for the kernel whose value is kept nowhere", secretSource, {})
    .option("--from <n>", "first cell to run, by its number [n] in a full run", positiveNumber)
    .option("--to <n>", "last cell to run", positiveNumber)
    .option("--only <numbers>", "cells to run, such as 2,5-7", cellNumbers)
    .option("--skip-tag <tag>", "leave out cells with this tag (may be repeated)", collect, [])
    .option(
      "--resume",
      "go on after an earlier run: nothing when it completed; cells tagged `cache` that are done are kept",
    )
    .option("--from-failed", "go on at the first cell that did not complete, after those tagged `setup`")
    .addOption(seconds("--start-timeout <seconds>", "the kernel must answer within this", 60).argParser(positiveNumber))
    .addOption(seconds("--cell-timeout <seconds>", "interrupt a cell that takes longer; 0 = never", 0))
    .addOption(seconds("--run-timeout <seconds>", "interrupt a run that takes longer; 0 = never", 0))
    .addOption(
      seconds("--save-every <seconds>", "save at least this often while a cell runs; 0 = only after each cell", 30),
    )
    .option("--hide-code", "hide the code in the executed notebook and on its page")
    .option("--html <file>", "also write a self-contained HTML page", notEmpty)
    .option(
      "--run-folder <folder>",
      "where run.json and run.jsonl go; else OUT.run.jsonl stands beside the notebook",
      notEmpty,
    )
    .option("--quiet", "do not repeat the notebook's output here")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
papermill's long names are taken too: --parameters, --execution-timeout, --report-mode, --autosave-cell-every, …

Exit codes: 0 completed, 1 a cell failed, 2 bad usage, 3 the kernel did not start, 4 a time limit, 75 interrupted and
saved, 137 the kernel died, 143 told to end, but the running cell had to be killed.

Example:
  cherenkit run notebooks/train.ipynb out.ipynb -p configFile configs/demo/energy.yaml --html out.html`,
    )
    .action(act);
}
