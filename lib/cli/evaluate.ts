import { Command, Option } from "commander";
import { type Task, tasks } from "../config/task.js";

/** `cherenkit evaluate FILE… --task T` */
export function evaluateCommand(): Command {
  return new Command("evaluate")
    .description("metrics of DL2 files, whoever wrote them")
    .argument("<files...>", "DL2 files with simulated truth")
    .addOption(new Option("--task <task>", "what was reconstructed").choices([...tasks]).makeOptionMandatory())
    .addOption(
      new Option("--level <level>", "one row per telescope image, or per event")
        .choices(["telescope", "subarray"])
        .default("telescope"),
    )
    .option("--json", "task, events, metrics with intervals, and curves as JSON")
    .addHelpText("after", "\nExample:\n  cherenkit evaluate models/energy/singlecnn/predict/*.dl2.h5 --task energy")
    .action(async (files: string[], options: { task: Task; level: "telescope" | "subarray"; json?: true }) => {
      const { readPredictions } = await import("../reports/predictions.js");
      const { evaluateTask } = await import("../evaluation/evaluate-task.js");
      const { metricsTable } = await import("../reports/metrics-table.js");
      const evaluation = evaluateTask(await readPredictions(files, options.task, options.level), options.task);
      console.log(options.json ? JSON.stringify(evaluation, null, 2) : metricsTable(evaluation).toText());
    });
}
