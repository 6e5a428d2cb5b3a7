import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { ConfigError } from "../errors.js";
import { openEventFile } from "../events/event-file.js";
import { inDegrees } from "../events/pointing.js";
import { pointingWarning, telescopesFor } from "./fit-model.js";
import type { ImageStream } from "./image-stream.js";
import { type Job, keepAnswers, openJob } from "./job.js";
import type { PredictionModel } from "./prediction-model.js";
import type { FilePrediction } from "./prediction-result.js";
import type { StepSize } from "./step-size.js";
import { streamFile } from "./stream-file.js";
import { readTriggers } from "./triggers.js";
import type { View } from "./views.js";
import { type Dl2Options, triggerPointings, writeDl2 } from "./write-dl2.js";

/** The models, how they look at images, and the threads that read. */
export interface Predicting {
  readonly models: readonly PredictionModel[];
  readonly views: readonly View[];
  readonly steps: ReadonlyMap<PredictionModel, StepSize>;
  readonly stream: ImageStream;
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map((path) => stat(path).catch(() => null)));
  return !!first && !!second && first.dev === second.dev && first.ino === second.ino;
}

/** Images (in stereo: events) that at least one of the jobs wants. */
function wantedBy(jobs: readonly Job[]): number {
  const [first, ...others] = jobs.map(({ wanted }) => wanted);
  let count = 0;
  for (let row = 0; row < (first?.length ?? 0); row++) {
    if (first![row] || others.some((wanted) => wanted[row])) count++;
  }
  return count;
}

/**
 * Predicts one file with all models in one pass and writes its DL2 file.
 * @param onImages is told how many images of how many are done
 * @throws {InputError} when the file cannot be read or does not fit a model
 * @throws {OutputError} when the DL2 file cannot be written
 */
export async function predictFile(
  input: string,
  output: string,
  { models, views, steps, stream }: Predicting,
  options: Dl2Options,
  onImages: (done: number, total: number) => void,
): Promise<FilePrediction> {
  if (await isSameFile(input, output)) {
    throw new ConfigError(`the DL2 file would replace its input ${input}`, { remedy: "choose another output folder" });
  }
  const start = performance.now();
  const file = await openEventFile(input);
  try {
    const fitting = new Map(models.map((model) => [model, telescopesFor(model, file)]));
    const ids = new Set([...fitting.values()].flat().map(({ id }) => id));
    const chosen = file.subarray.telescopes.filter(({ id }) => ids.has(id));
    const triggers = readTriggers(file, chosen);
    const jobs = new Map<PredictionModel, Job>();
    for (const [model, telescopes] of fitting) jobs.set(model, await openJob(model, telescopes, file, triggers));
    const all = [...jobs.values()];
    const mono = wantedBy(all.filter(({ events }) => !events));
    const images = mono > 0 ? mono : wantedBy(all.filter(({ events }) => events));
    const toMap = views.map((view) => wantedBy(view.models.map((model) => jobs.get(model)!)));
    const total = toMap.reduce((sum, count) => sum + count, 0);

    let inferenceMs = 0;
    let done = 0;
    for await (const batch of stream.read(streamFile(views, jobs, file, triggers))) {
      const began = performance.now();
      for (const model of views[batch.view]!.models) {
        const job = jobs.get(model)!;
        await steps.get(model)!.predict(model, batch.images, batch.size, (first, answers) => {
          keepAnswers(job, batch.rows, first, answers);
        });
      }
      inferenceMs += performance.now() - began;
      batch.release();
      done += batch.size;
      onImages(Math.round((done / total) * images), images);
    }

    const written = performance.now();
    const pointings = triggerPointings(file, triggers);
    const seen = pointings.flatMap((list) => (list.length > 0 ? [inDegrees(list[0]!)] : []));
    await writeDl2(output, file, triggers, all, pointings, options);
    const end = performance.now();
    const seconds = {
      reading: (written - start - inferenceMs) / 1000,
      inference: inferenceMs / 1000,
      writing: (end - written) / 1000,
      total: (end - start) / 1000,
    };
    return {
      input: resolve(input),
      output: resolve(output),
      tasks: models.flatMap((model) => model.tasks),
      images,
      triggers: triggers.images,
      events: triggers.events.rows,
      seconds,
      imagesPerSecond: images / seconds.total,
      warnings: models.flatMap((model) => pointingWarning(model, input, seen) ?? []),
    };
  } finally {
    file.close();
  }
}
