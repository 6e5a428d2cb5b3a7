import { Command, Option } from "commander";
import { type Task, tasks } from "../config/task.js";
import { exitCodes } from "../errors.js";
import { cutOption } from "./cut-option.js";

interface Options {
  readonly task: Task;
  readonly level: "telescope" | "subarray";
  readonly prefix?: string;
  readonly cut: string[];
  readonly json?: true;
}

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
    .option("--prefix <name>", "algorithm, where a file has several")
    .option(...cutOption)
    .option("--json", "task, events, metrics with intervals, and curves as JSON")
    .addHelpText("after", "\nExample:\n  cherenkit evaluate models/energy/cnn/predict/*.dl2.h5 --task energy")
    .action(async (files: string[], options: Options) => {
      const { readPredictions } = await import("../reports/predictions.js");
      const { evaluateTask, taskMetrics } = await import("../evaluation/evaluate-task.js");
      const { cutParameters, withCuts } = await import("../reports/cuts.js");
      const { guess } = await import("../reports/guess.js");
      const { metricsTable } = await import("../reports/metrics-table.js");
      const { qualityNotices } = await import("../reports/model-notices.js");
      const { task, level, prefix } = options;
      const read = await readPredictions(files, task, level, { prefix, parameters: cutParameters(options.cut) });
      const predictions = withCuts(read, options.cut);
      const evaluation = evaluateTask(predictions, task);
      const guessed = taskMetrics(guess(predictions), task);
      if (options.json) console.log(JSON.stringify(evaluation, null, 2));
      else console.log(metricsTable(evaluation, guessed).toText());
      for (const note of predictions.notes) process.stderr.write(`note: ${note}\n`);
      for (const { kind, text } of qualityNotices({ evaluation, guessed })) process.stderr.write(`${kind}: ${text}\n`);
      if (evaluation.events === 0) process.exitCode = exitCodes.failed;
    });
}
