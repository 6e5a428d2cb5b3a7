import { Command } from "commander";
import { collect } from "./assignments.js";
import { wholeNumber } from "./whole-number.js";

interface Options {
  readonly parameter: string[];
  readonly raw: string[];
  readonly file: string[];
  readonly kernel?: string;
  readonly cwd?: string;
  readonly cellTimeout: number;
  readonly html?: string;
  readonly quiet?: true;
  readonly json?: true;
}

function pairs(items: readonly string[]): [string, string][] {
  return items.map((item) => {
    const at = item.indexOf("=");
    return at < 1 ? [item, ""] : [item.slice(0, at), item.slice(at + 1)];
  });
}

/** `-p name value` takes two words as papermill does; `-p name=value` works as well. */
export function joinParameterWords(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const takesTwo = ["-p", "--parameter", "-r", "--raw"].includes(args[i]!) && !args[i + 1]?.includes("=");
    if (takesTwo && args[i + 2] !== undefined) {
      joined.push(args[i]!, `${args[i + 1]}=${args[i + 2]}`);
      i += 2;
    } else joined.push(args[i]!);
  }
  return joined;
}

/** `cherenkit run IN.ipynb OUT.ipynb -p name value` */
export function runCommand(): Command {
  return new Command("run")
    .description("run a notebook from top to bottom, with parameters; the options are papermill's")
    .argument("<input>", "notebook to run")
    .argument("<output>", "where the executed notebook goes")
    .option(
      "-p, --parameter <name value>",
      "a parameter; the value is read as JSON where it is JSON (may be repeated)",
      collect,
      [],
    )
    .option("-r, --raw <name value>", "a parameter whose value is taken as text (may be repeated)", collect, [])
    .option("-f, --file <yaml>", "parameters from a YAML file (may be repeated)", collect, [])
    .option("-k, --kernel <name>", "kernel to use instead of the notebook's own")
    .option("--cwd <folder>", "working folder of the kernel")
    .option("--cell-timeout <seconds>", "interrupt a cell that takes longer; 0 = never", wholeNumber, 0)
    .option("--html <file>", "also write a self-contained HTML page")
    .option("--quiet", "do not repeat the notebook's output here")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  cherenkit run notebooks/train.ipynb out.ipynb -p configFile configs/demo/energy.yaml --html out.html",
    )
    .action(async (input: string, output: string, options: Options) => {
      const { runNotebook } = await import("../notebooks/execute.js");
      const { notebookOutput } = await import("./notebook-output.js");
      const { parameterFile, parameterValue } = await import("./parameter-value.js");
      const parameters: Record<string, unknown> = {};
      for (const file of options.file) Object.assign(parameters, await parameterFile(file));
      for (const [name, text] of pairs(options.parameter)) parameters[name] = parameterValue(text);
      for (const [name, text] of pairs(options.raw)) parameters[name] = text;
      const result = await runNotebook({
        input,
        output,
        parameters,
        kernel: options.kernel,
        cwd: options.cwd,
        cellTimeoutMs: options.cellTimeout > 0 ? options.cellTimeout * 1000 : undefined,
        html: options.html,
        onOutput: options.quiet || options.json ? undefined : notebookOutput(),
      });
      if (options.json) console.log(JSON.stringify(result, null, 2));
      process.exitCode = result.exitCode;
    });
}
