import { Command } from "commander";
import { ConfigError } from "../errors.js";
import { collect } from "./assignments.js";
import { wholeNumber } from "./whole-number.js";

interface Options {
  readonly model: string[];
  readonly output: string;
  readonly batchSize: number;
  readonly json?: true;
}

/** `cherenkit predict --model DIR FILE… --output DIR` */
export function predictCommand(): Command {
  return new Command("predict")
    .description("write DL2 files: one to four models (type, energy, direction) in one pass over each DL1 file")
    .argument("<files...>", "DL1 files")
    .option("--model <folder>", "folder of a trained model (may be repeated, one a task)", collect, [])
    .requiredOption("--output <folder>", "where <file>.dl2.h5 go")
    .option("--batch-size <n>", "images a step", wholeNumber, 64)
    .option("--json", "print files, events and timings as JSON")
    .addHelpText("after", "\nExample:\n  cherenkit predict --model models/energy/singlecnn run1.dl1.h5 --output dl2")
    .action(async (files: string[], options: Options) => {
      if (options.model.length === 0) {
        throw new ConfigError("no model is given", { remedy: "name at least one with --model models/<task>/<name>" });
      }
      const { predictFiles } = await import("../prediction/predict-files.js");
      const result = await predictFiles({
        models: options.model,
        files,
        output: options.output,
        batchSize: options.batchSize,
      });
      console.log(options.json ? JSON.stringify(result, null, 2) : result.toText());
    });
}
