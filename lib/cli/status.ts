import { Command } from "commander";
import { exitCodes } from "../errors.js";

/** Run folders that some words mean; without words those of all models. */
export async function runFolders(words: readonly string[]): Promise<string[]> {
  const { modelsFolder } = await import("./models-folder.js");
  const { findRunFolders, findRuns } = await import("../slurm/run-folders.js");
  const models = modelsFolder();
  return words.length > 0 ? words.flatMap((word) => findRuns(word, models)) : findRunFolders(models);
}

/** `cherenkit status [RUN…]` */
export function statusCommand(): Command {
  return new Command("status")
    .description("all runs as a table: state, stage, epoch, loss, images/s, time left")
    .argument("[runs...]", "job ids, run folders or model folders; by default everything in models/")
    .option("--active", "only those that wait or run")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExample:\n  cherenkit status models/energy")
    .action(async (words: string[], options: { active?: true; json?: true }) => {
      const { runStatuses } = await import("../slurm/status.js");
      const { statusTable } = await import("../slurm/status-table.js");
      const all = await runStatuses(await runFolders(words), {
        onSilence: ({ message }) => {
          process.stderr.write(`SLURM cannot be asked, these are the states that the runs have noted: ${message}\n`);
          process.exitCode = exitCodes.failed;
        },
      });
      const { isOpen } = await import("../slurm/wait.js");
      const runs = options.active ? all.filter(isOpen) : all;
      if (options.json) console.log(JSON.stringify(runs, null, 2));
      else console.log(runs.length > 0 ? statusTable(runs, process.stdout.columns).toText() : "no runs");
    });
}
