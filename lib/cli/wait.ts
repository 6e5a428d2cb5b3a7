import { Command } from "commander";
import { counted } from "../display/counted.js";
import { exitCodes } from "../errors.js";
import { runFolders } from "./status.js";

/** `cherenkit wait RUN…` */
export function waitCommand(): Command {
  return new Command("wait")
    .description("wait for jobs; exit code 0 when all have succeeded")
    .argument("<runs...>", "job ids, run folders or model folders")
    .option("--json", "print the final states as JSON")
    .addHelpText("after", "\nExample:\n  cherenkit wait 4711 4712 && echo ready")
    .action(async (words: string[], options: { json?: true }) => {
      const { waitForRuns } = await import("../slurm/wait.js");
      const { stateInWords } = await import("../slurm/status-table.js");
      const runs = await waitForRuns(await runFolders(words), {
        onChange: (changed, open) => {
          const lines = changed.map(
            (run) => `${run.jobId ?? "here"} ${run.subject} ${run.stage}: ${stateInWords(run)}\n`,
          );
          process.stderr.write(
            `${lines.join("")}${open > 0 ? `${counted(open, "run")} to wait for` : "all have ended"}\n`,
          );
        },
      });
      if (options.json) console.log(JSON.stringify(runs, null, 2));
      if (runs.some((run) => run.state !== "completed")) process.exitCode = exitCodes.failed;
    });
}
