import { Command } from "commander";
import { runFolders } from "./status.js";

/** `cherenkit cancel RUN…` */
export function cancelCommand(): Command {
  return new Command("cancel")
    .description("cancel jobs; a training saves itself first and can be continued")
    .argument("<runs...>", "job ids, run folders or model folders")
    .addHelpText("after", "\nExample:\n  cherenkit cancel 4711 models/energy/singlecnn")
    .action(async (words: string[]) => {
      const { cancelRuns } = await import("../slurm/cancel.js");
      const ids = await cancelRuns(await runFolders(words));
      console.log(ids.length > 0 ? `cancelled: ${ids.join(", ")}` : "none of these runs is a job that waits or runs");
    });
}
