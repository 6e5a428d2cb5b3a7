import { Command } from "commander";
import { runFolders } from "./status.js";

/** `cherenkit logs RUN` */
export function logsCommand(): Command {
  return new Command("logs")
    .description("what a run has printed")
    .argument("<run>", "job id, run folder, or model folder (its latest run is meant)")
    .option("-f, --follow", "go on until the run has ended")
    .addHelpText("after", "\nExample:\n  cherenkit logs -f 4711_3")
    .action(async (word: string, options: { follow?: true }) => {
      const { printLog } = await import("../slurm/follow-log.js");
      const folder = (await runFolders([word])).at(-1)!;
      await printLog(folder, (text) => process.stdout.write(text), {
        follow: options.follow === true,
        say: (line) => process.stderr.write(`${line}\n`),
      });
    });
}
