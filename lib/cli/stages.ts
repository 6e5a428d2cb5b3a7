import { Command } from "commander";
import { collect, parseAssignments } from "./assignments.js";
import { cutOption } from "./cut-option.js";
import type { Stage } from "./run-stage.js";
import { withVariation } from "./variants.js";

const descriptions: Readonly<Record<Stage, string>> = {
  prepare: "read the events once, write the image store, build the model and show both",
  train: "train the model; goes on from its checkpoint when it was interrupted",
  test: "predict the test files: one DL2 file each, with timings",
  report: "write models/<task>/<name>/report.html",
};

interface Options {
  readonly set: string[];
  readonly anew?: true;
  readonly cut?: string[];
  readonly seeds?: string;
  readonly folds?: number;
  readonly sweep?: string[];
  readonly json?: true;
  readonly quiet?: true;
  readonly runFolder?: string;
}

/** Trains the models of a sweep, of several seeds or of a cross-validation, one after the other. */
async function trainAll(config: string, options: Options, quiet: boolean): Promise<number> {
  const { configVariants } = await import("./variants.js");
  const { trainVariants } = await import("./train-variants.js");
  const variation = { ...options, sweep: options.sweep ?? [] };
  const variants = await configVariants(config, parseAssignments(options.set), variation);
  const { exitCode, table } = await trainVariants(variants, { quiet });
  if (table) console.log(options.json ? JSON.stringify(table, null, 2) : table.toText());
  return exitCode;
}

/** `cherenkit prepare|train|test|report CONFIG`: each runs the notebook of its name from top to bottom. */
export function stageCommand(name: Stage): Command {
  const command = new Command(name)
    .description(descriptions[name])
    .argument("<config>", "YAML file")
    .option(
      "--set <key=value>",
      "replace a value of the configuration, e.g. --set n_epochs=5 (may be repeated)",
      collect,
      [],
    )
    .option("--json", "print the result as JSON")
    .option("--quiet", "do not repeat the notebook's output here")
    .option("--run-folder <folder>", "where notebook, page and logs of this run go, as jobs give it")
    .addHelpText("after", `\nExample:\n  cherenkit ${name} configs/demo/energy.yaml`)
    .action(async (config: string, options: Options) => {
      const quiet = options.quiet === true || options.json === true;
      if (options.seeds !== undefined || options.folds !== undefined || options.sweep?.length) {
        process.exitCode = await trainAll(config, options, quiet);
        return;
      }
      const { runStage } = await import("./run-stage.js");
      const result = await runStage(name, config, {
        overrides: parseAssignments(options.set),
        quiet,
        runFolder: options.runFolder,
        parameters: { ...(options.anew ? { resume: "never" } : {}), ...(options.cut ? { cuts: options.cut } : {}) },
      });
      if (options.json) console.log(JSON.stringify(result, null, 2));
      process.exitCode = result.exitCode;
    });
  if (name === "report") command.option(...cutOption);
  if (name === "train") {
    withVariation(command).option(
      "--anew",
      "do not continue an unfinished training: set it aside in .previous/ and start again",
    );
  }
  return command;
}
