import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Command } from "commander";
import { InputError } from "../errors.js";
import { cutOption } from "./cut-option.js";

/** `cherenkit compare models/<task>` */
export function compareCommand(): Command {
  return new Command("compare")
    .description("compare all tested models of a task: models/<task>/compare.html")
    .argument("<folder>", "folder of a task, e.g. models/energy")
    .option(...cutOption)
    .option("--json", "print the result as JSON")
    .option("--quiet", "do not repeat the notebook's output here")
    .option("--run-folder <folder>", "where notebook, page and logs of this run go, as jobs give it")
    .addHelpText("after", "\nExample:\n  cherenkit compare models/energy")
    .action(async (folder: string, options: { cut: string[]; json?: true; quiet?: true; runFolder?: string }) => {
      const taskFolder = resolve(folder);
      if (!existsSync(taskFolder)) {
        throw new InputError(`${folder} does not exist`, { place: taskFolder, remedy: "train a model first" });
      }
      const { runStageNotebook } = await import("./run-stage.js");
      const result = await runStageNotebook(
        "compare",
        { taskFolder, cuts: options.cut },
        join(taskFolder, ".compare"),
        {
          quiet: options.quiet === true || options.json === true,
          title: `compare · ${basename(taskFolder)}`,
          publish: join(taskFolder, "compare.html"),
          runFolder: options.runFolder,
        },
      );
      if (options.json) console.log(JSON.stringify(result, null, 2));
      process.exitCode = result.exitCode;
    });
}
