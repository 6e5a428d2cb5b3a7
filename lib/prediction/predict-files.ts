import { basename, join, resolve } from "node:path";
import type { CombinationWeights, DirectionCombination, PredictionEngine } from "../config/prediction-choices.js";
import { type Task, tasks } from "../config/task.js";
import { Progress } from "../display/progress.js";
import { ConfigError } from "../errors.js";
import { workerCount } from "../threads/worker-count.js";
import { ctlearnFeaturePrefix, ctlearnPrefixes, type Dl2Group } from "./dl2-columns.js";
import type { Content } from "./dl2-file.js";
import { ImageStream } from "./image-stream.js";
import { predictFile } from "./predict-file.js";
import { openPredictionModels } from "./prediction-model.js";
import { type FilePrediction, PredictionResult } from "./prediction-result.js";
import { largestStep, StepSize } from "./step-size.js";
import { viewsOf } from "./views.js";
import type { Dl2Options } from "./write-dl2.js";

/** What is predicted with what, and where it goes. */
export interface PredictOptions {
  /** One to four folders `models/<task>/<name>`, each of other tasks. */
  readonly models: readonly string[];
  /** DL1 files. */
  readonly files: readonly string[];
  /** Folder of the DL2 files. */
  readonly output: string;
  /** Images that are read together, and the most a step of a network may have; 64 by default. */
  readonly batchSize?: number;
  /** Threads that read and map images; 0 or none = one a core. */
  readonly workers?: number;
  /** Name of the algorithm in groups and columns of the DL2 files; by default CTLearn's name for each task. */
  readonly prefix?: string | null;
  /** Group of gammaness: `particle_type` (ctapipe 0.29 and newer, the default) or `classification`. */
  readonly typeGroup?: Extract<Dl2Group, "particle_type" | "classification">;
  /** DL1 tables to take over: `parameters` (the default), `images` too, or neither with `compact`. */
  readonly content?: Content;
  /** Write the vectors that the networks' backbones make of the images, `/dl1/event/telescope/features/CTLearn`. */
  readonly features?: boolean;
  /** What computes the networks; `auto`, the default: onnxruntime, but on a GPU and where it cannot, TensorFlow. */
  readonly engine?: PredictionEngine;
  /** How much each telescope counts in the mean of an event; `none`: all the same. */
  readonly weights?: CombinationWeights;
  /** How the directions of single images become that of an event; `auto`, the default: by the images' axes where the file has them. */
  readonly directions?: DirectionCombination;
  /** Only every `of`-th file, from file number `index` (from 1) on: the share of one job of an array. */
  readonly shard?: { readonly index: number; readonly of: number };
  /** Is told how many images of a file are done. By default a progress bar on standard error. */
  readonly onProgress?: (file: string, done: number, total: number) => void;
}

/** `<folder>/run1.dl2.h5` of `run1.dl1.h5`; the file's folder joins the name where two files have the same. */
export function outputPaths(files: readonly string[], folder: string): string[] {
  const name = (path: string): string =>
    basename(path)
      .replace(/\.(h5|hdf5|hdf)$/i, "")
      .replace(/\.dl[12]$/i, "");
  const parts = files.map((path) => resolve(path).split("/").slice(0, -1));
  const names = files.map(name);
  for (let depth = 1; new Set(names).size < names.length && parts.some((list) => list.length >= depth); depth++) {
    const counts = new Map<string, number>();
    for (const one of names) counts.set(one, (counts.get(one) ?? 0) + 1);
    for (const [i, one] of names.entries()) {
      const parent = parts[i]!.at(-depth);
      if (counts.get(one)! > 1 && parent) names[i] = `${parent}_${one}`;
    }
  }
  return names.map((one) => join(folder, `${one}.dl2.h5`));
}

function checkFiles(files: readonly string[]): void {
  if (files.length === 0) throw new ConfigError("no file is given", { remedy: "name at least one DL1 file" });
  const double = files.find((path, i) => files.findIndex((other) => resolve(other) === resolve(path)) < i);
  if (double) throw new ConfigError(`${double} is given twice`, { remedy: "name each file once" });
}

/** A bar for each file in turn. */
function progressBars(): { show: (file: string, done: number, total: number) => void; stop: () => void } {
  let bar: { readonly file: string; readonly progress: Progress } | undefined;
  const stop = (): void => {
    bar?.progress.stop();
    bar = undefined;
  };
  return {
    show(file, done, total): void {
      if (bar?.file !== file) {
        stop();
        bar = { file, progress: new Progress(basename(file), total, "images") };
      }
      bar.progress.update(done);
    },
    stop,
  };
}

/**
 * Predicts DL1 files with one to four models in one pass over each file and writes a DL2 file of ctapipe's layout for
 * each: predictions of telescopes and of the array, one row for every trigger, with NaN where there is no prediction.
 * @throws {ConfigError} when models or files are named wrongly
 * @throws {InputError} when a model or a file cannot be read, or does not fit
 * @throws {OutputError} when a DL2 file cannot be written; files that were finished before stay
 */
export async function predictFiles(options: PredictOptions): Promise<PredictionResult> {
  const { files, output, batchSize = 64, prefix, shard = { index: 1, of: 1 } } = options;
  checkFiles(files);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ConfigError(`a batch of ${batchSize} images is not possible`, {
      remedy: "give a batch size of 1 or more",
    });
  }
  const { engine, features } = options;
  const models = await openPredictionModels(options.models, { engine, features });
  const views = viewsOf(models);
  const steps = new Map(models.map((model) => [model, new StepSize(largestStep(model.engine, batchSize))]));
  const stream = await ImageStream.open(views, batchSize, workerCount(options.workers));
  const bars = options.onProgress ? null : progressBars();
  const show = options.onProgress ?? bars!.show;
  const prefixes = Object.fromEntries(tasks.map((task) => [task, prefix ?? ctlearnPrefixes[task]])) as Record<
    Task,
    string
  >;
  const dl2: Dl2Options = {
    content: options.content ?? "parameters",
    typeGroup: options.typeGroup ?? "particle_type",
    weights: options.weights ?? "none",
    directions: options.directions ?? "auto",
    featurePrefix: prefix ?? ctlearnFeaturePrefix,
    prefixes,
  };
  const paths = outputPaths(files, resolve(output));
  const done: FilePrediction[] = [];
  try {
    for (const [i, file] of files.entries()) {
      if (i % shard.of !== shard.index - 1) continue;
      const onImages = (images: number, total: number): void => show(file, images, total);
      done.push(await predictFile(file, paths[i]!, { models, views, steps, stream }, dl2, onImages));
    }
  } finally {
    bars?.stop();
    await stream.close();
    for (const model of models) await model.close();
  }
  return new PredictionResult(
    models.map(({ folder, tasks, engine }) => ({ folder, tasks, engine })),
    done,
  );
}
