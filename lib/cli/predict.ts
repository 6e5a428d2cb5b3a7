import { Command, InvalidArgumentError, Option } from "commander";
import {
  type CombinationWeights,
  combinationWeights,
  type DirectionCombination,
  directionCombinations,
  type PredictionEngine,
  predictionEngines,
} from "../config/prediction-choices.js";
import { counted } from "../display/counted.js";
import { ConfigError, exitCodes } from "../errors.js";
import { collect } from "./assignments.js";
import { endTidily } from "./end-tidily.js";
import { wholeNumber } from "./whole-number.js";

interface Options {
  readonly model: string[];
  readonly output?: string;
  readonly batchSize?: number;
  readonly workers?: number;
  readonly prefix?: string;
  readonly legacyNames?: true;
  readonly content: "compact" | "parameters" | "images";
  readonly weights: CombinationWeights;
  readonly directions: DirectionCombination;
  readonly engine: PredictionEngine;
  readonly features?: true;
  readonly shard?: { readonly index: number; readonly of: number };
  readonly json?: true;
  readonly stream?: string;
  readonly format?: "json" | "csv";
  readonly array?: string;
  readonly idle?: number;
}

/** `3/8`: the third of eight shares. */
function shard(text: string): { index: number; of: number } {
  const [index, of] = (/^(\d+)\/(\d+)$/.exec(text)?.slice(1) ?? []).map(Number);
  if (!index || !of || index > of) throw new InvalidArgumentError("expected I/N with I from 1 to N, e.g. 3/8");
  return { index, of };
}

const examples = `
Examples:
  cherenkit predict --model models/energy/cnn run1.dl1.h5 --output dl2
  cherenkit predict --model models/type/a --model models/energy/b --model models/cameradirection/c data/*.h5 --output dl2
  in a SLURM array of 8 jobs (--array=1-8):
  cherenkit predict --model models/energy/b data/*.h5 --output dl2 --shard $SLURM_ARRAY_TASK_ID/8
  as events come, a line for each on standard output:
  camera-server | cherenkit predict --model models/energy/b --stream -
  cherenkit predict --model models/energy/b --stream tonight.dl1.h5 --format csv`;

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("expected seconds above 0");
  return value;
}

/** Predicts events as they come, until the source or a signal ends it. */
async function stream(source: string, options: Options): Promise<void> {
  const { predictLive } = await import("../prediction/live/predict-live.js");
  const { installStopHandlers, stopSignal } = await import("../training/stop-signal.js");
  const restore = installStopHandlers();
  const began = performance.now();
  try {
    const { latency, predicted, leftOut } = await predictLive({
      models: options.model,
      source,
      array: options.array,
      format: options.format,
      batchSize: options.batchSize,
      engine: options.engine,
      idleS: options.idle,
      signal: stopSignal(),
      input: process.stdin,
      output: process.stdout,
      tell: (message) => console.error(message),
    });
    const rate = Math.round((1000 * latency.events) / (performance.now() - began));
    const lost = leftOut > 0 ? `, ${leftOut} left out` : "";
    console.error(
      `${counted(latency.events, "event")}, ${predicted} predicted${lost}, ${rate} a second\n${latency.toText()}`,
    );
    if (leftOut > 0) process.exitCode = exitCodes.failed;
  } finally {
    restore();
    process.stdin.destroy();
  }
}

/** `cherenkit predict --model DIR FILE… --output DIR` */
export function predictCommand(): Command {
  return new Command("predict")
    .description("write DL2 files: one to four models (type, energy, direction) in one pass over each DL1 file")
    .argument("[files...]", "DL1 files")
    .option("--model <folder>", "folder of a trained model (may be repeated, one a task)", collect, [])
    .option("--output <folder>", "where <file>.dl2.h5 go")
    .option(
      "--batch-size <n>",
      "images read together, and the most a step of the network may have (default: 64; 8 in a stream)",
      wholeNumber,
    )
    .option("--workers <n>", "threads that read and map images (default: one a core)", wholeNumber)
    .addOption(
      new Option(
        "--weights <how>",
        "how much each telescope counts in the mean of an event: as ctapipe names it, or by the error that the model expects of each image",
      )
        .choices(combinationWeights)
        .default("none"),
    )
    .addOption(
      new Option(
        "--directions <how>",
        "of an event from those of its images: mean; by the images' long axes; auto: axes, but the mean for files without Hillas' parameters",
      )
        .choices(directionCombinations)
        .default("auto"),
    )
    .addOption(
      new Option("--content <what>", "DL1 tables to take over besides truth, triggers, instrument and pointing")
        .choices(["compact", "parameters", "images"])
        .default("parameters"),
    )
    .addOption(
      new Option(
        "--engine <name>",
        "what computes the networks; auto: onnxruntime, or TensorFlow where it must or on a GPU; int8 after cherenkit quantise",
      )
        .choices(predictionEngines)
        .default("auto"),
    )
    .option("--features", "write the feature vectors of the networks' backbones too (4 kB an image for a ResNet)")
    .option("--prefix <name>", "name of the algorithm in groups and columns (default: CTLearn's name for each task)")
    .option("--legacy-names", "the names of CTLearn before 0.10.4: group classification, prefix CTLearn")
    .option("--shard <i/n>", "predict only the i-th of n shares of the files", shard)
    .option(
      "--stream <source>",
      "predict events as they come: - for lines on standard input, a growing DL1 file, or a folder",
    )
    .addOption(new Option("--format <form>", "of the lines of a stream").choices(["json", "csv"]).default("json"))
    .option("--array <file>", "DL1 file that describes the telescopes of lines (default: the SST-1M pair)")
    .option("--idle <seconds>", "end a stream when nothing new has come for so long", seconds)
    .option("--json", "print files, events and timings as JSON")
    .addHelpText("after", examples)
    .action(async (files: string[], options: Options) => {
      if (options.model.length === 0) {
        throw new ConfigError("no model is given", { remedy: "name at least one with --model models/<task>/<name>" });
      }
      if (options.stream !== undefined) {
        if (files.length > 0 || options.output !== undefined) {
          throw new ConfigError("a stream takes no files and no --output", {
            remedy: "name its source after --stream; predictions go to standard output",
          });
        }
        return stream(options.stream, options);
      }
      if (files.length === 0 || options.output === undefined) {
        throw new ConfigError(files.length === 0 ? "no file is given" : "no output folder is given", {
          remedy: "name DL1 files and --output FOLDER, or --stream SOURCE",
        });
      }
      endTidily();
      const { predictFiles } = await import("../prediction/predict-files.js");
      const result = await predictFiles({
        models: options.model,
        files,
        output: options.output,
        batchSize: options.batchSize,
        workers: options.workers,
        prefix: options.prefix ?? (options.legacyNames ? "CTLearn" : null),
        typeGroup: options.legacyNames ? "classification" : "particle_type",
        content: options.content,
        weights: options.weights,
        directions: options.directions,
        engine: options.engine,
        features: options.features,
        shard: options.shard,
      });
      console.log(options.json ? JSON.stringify(result, null, 2) : result.toText());
    });
}
