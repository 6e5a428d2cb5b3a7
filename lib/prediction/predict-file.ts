import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type Task, taskOutputs } from "../config/task.js";
import { version } from "../config/version.js";
import { ConfigError } from "../errors.js";
import { type EventFile, openEventFile } from "../events/event-file.js";
import { openExamples } from "../events/open-examples.js";
import { inDegrees, type PointingRad, telescopePointing } from "../events/pointing.js";
import { combineTelescopes } from "./combine-telescopes.js";
import type { Dl2Group } from "./dl2-columns.js";
import { type Content, Dl2File } from "./dl2-file.js";
import { mappersFor, pointingWarning, readerFor, telescopesFor } from "./fit-model.js";
import type { ImageStream } from "./image-stream.js";
import type { StreamTelescope } from "./image-stream-worker.js";
import { KeyedRows } from "./keyed-rows.js";
import type { PredictionModel } from "./prediction-model.js";
import type { FilePrediction } from "./prediction-result.js";
import { reconstructMono } from "./reconstructed.js";
import type { StepSize } from "./step-size.js";
import { telescopeWeights, type Weights } from "./telescope-weights.js";
import { type FileTriggers, readTriggers } from "./triggers.js";
import type { View } from "./views.js";

/** How DL2 files are written. */
export interface Dl2Options {
  readonly content: Content;
  readonly prefixes: Readonly<Record<Task, string>>;
  readonly typeGroup: Dl2Group;
  /** How much each telescope counts in the prediction of the array. */
  readonly weights: Weights;
}

/** What one model is to predict of a file, and what it answered. */
interface Job {
  readonly model: PredictionModel;
  readonly telescopes: ReadonlySet<number>;
  /** 1 for each trigger, by number, whose image passes the model's quality criteria. */
  readonly wanted: Uint8Array;
  /** `[triggers, outputs]` by task; NaN where nothing was predicted. */
  readonly answers: ReadonlyMap<Task, Float32Array>;
}

async function wantedImages(model: PredictionModel, path: string, triggers: FileTriggers): Promise<Uint8Array> {
  const wanted = new Uint8Array(triggers.images);
  const examples = await openExamples([path], null, readerFor(model));
  if (examples.rows === 0) return wanted;
  const [obsIds, eventIds, telIds] = ["obs_id", "event_id", "tel_id"].map((name) => examples.column(name));
  const index = new Map(
    triggers.telescopes.map(({ telescope, firstRow, ...keys }) => [
      telescope.id,
      { firstRow, rows: new KeyedRows(keys.obsIds, keys.eventIds) },
    ]),
  );
  for (let i = 0; i < examples.rows; i++) {
    const telescope = index.get(telIds![i]!)!;
    const row = telescope.rows.find(obsIds![i]!, eventIds![i]!);
    if (row >= 0) wanted[telescope.firstRow + row] = 1;
  }
  return wanted;
}

function emptyAnswers(model: PredictionModel, rows: number): Map<Task, Float32Array> {
  return new Map(model.tasks.map((task) => [task, new Float32Array(rows * taskOutputs[task]).fill(Number.NaN)]));
}

function streamTelescopes(
  views: readonly View[],
  jobs: ReadonlyMap<PredictionModel, Job>,
  file: EventFile,
  triggers: FileTriggers,
): StreamTelescope[] {
  const { telescopes } = triggers;
  const wantedOf = views.map(({ models }) => {
    const wanted = new Uint8Array(new SharedArrayBuffer(triggers.images));
    for (const model of models) {
      for (const [row, value] of jobs.get(model)!.wanted.entries()) if (value) wanted[row] = 1;
    }
    return wanted;
  });
  const all = telescopes.map(({ telescope }) => telescope);
  const mappers = views.map(({ models }) => {
    const used = new Set(models.flatMap((model) => [...jobs.get(model)!.telescopes]));
    return mappersFor(
      models[0]!,
      file,
      all.filter(({ id }) => used.has(id)),
    );
  });
  return telescopes.map(({ telescope, firstRow, rows, obsIds, eventIds }) => ({
    id: telescope.id,
    firstRow,
    pixels: file.subarray.cameras.get(telescope.cameraIndex)!.pixelX.length,
    obsIds,
    eventIds,
    // A view that does not use this telescope wants none of its images.
    mappers: mappers.map((view) => view.get(telescope.id) ?? [...view.values()][0]!),
    wanted: wantedOf.map((wanted) => wanted.subarray(firstRow, firstRow + rows)),
  }));
}

/** Keeps a model's answers for the images that it wanted; a batch may hold others for its neighbours. */
function keepAnswers(job: Job, rows: Int32Array, first: number, outputs: ReadonlyMap<Task, Float32Array>): void {
  for (const [task, values] of outputs) {
    const width = taskOutputs[task];
    const answers = job.answers.get(task)!;
    for (let i = 0; i < values.length / width; i++) {
      const row = rows[first + i]!;
      if (!job.wanted[row]) continue;
      for (let k = 0; k < width; k++) answers[row * width + k] = values[i * width + k]!;
    }
  }
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map((path) => stat(path).catch(() => null)));
  return !!first && !!second && first.dev === second.dev && first.ino === second.ino;
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
  models: readonly PredictionModel[],
  views: readonly View[],
  steps: ReadonlyMap<PredictionModel, StepSize>,
  stream: ImageStream,
  options: Dl2Options,
  onImages: (done: number, total: number) => void,
): Promise<FilePrediction> {
  if (await isSameFile(input, output)) {
    throw new ConfigError(`the DL2 file would replace its input ${input}`, { remedy: "choose another output folder" });
  }
  const start = performance.now();
  const file = await openEventFile(input);
  let writer: Dl2File | undefined;
  try {
    const fitting = new Map(models.map((model) => [model, telescopesFor(model, file)]));
    const ids = new Set([...fitting.values()].flat().map(({ id }) => id));
    const triggers = readTriggers(
      file,
      file.subarray.telescopes.filter(({ id }) => ids.has(id)),
    );
    const jobs = new Map<PredictionModel, Job>();
    for (const [model, telescopes] of fitting) {
      jobs.set(model, {
        model,
        telescopes: new Set(telescopes.map(({ id }) => id)),
        wanted: await wantedImages(model, input, triggers),
        answers: emptyAnswers(model, triggers.images),
      });
    }
    const images = new Uint8Array(triggers.images).map((_, row) =>
      [...jobs.values()].some(({ wanted }) => wanted[row]) ? 1 : 0,
    );
    const total = images.reduce((sum, value) => sum + value, 0);

    let inferenceMs = 0;
    let done = 0;
    onImages(0, total);
    const telescopes = streamTelescopes(views, jobs, file, triggers);
    for await (const batch of stream.read({ path: resolve(input), telescopes })) {
      const began = performance.now();
      for (const model of views[batch.view]!.models) {
        const job = jobs.get(model)!;
        steps.get(model)!.predict(model, batch.images, batch.size, (first, outputs) => {
          keepAnswers(job, batch.rows, first, outputs);
        });
      }
      inferenceMs += performance.now() - began;
      batch.release();
      done += batch.size / views.length;
      onImages(Math.round(done), total);
    }

    const written = performance.now();
    const pointings = triggers.telescopes.map(({ telescope, rows, obsIds, timesS }): PointingRad[] => {
      const at = telescopePointing(file, telescope.id);
      return Array.from({ length: rows }, (_, row) => at(obsIds[row]!, timesS[row]!));
    });
    const weights = triggers.telescopes.map((one) => telescopeWeights(file, one, options.weights));
    const warnings = models.flatMap((model) => {
      const seen = pointings.flatMap((list) => (list.length > 0 ? [inDegrees(list[0]!)] : []));
      return pointingWarning(model, input, seen) ?? [];
    });
    const tasks = models.flatMap((model) => model.tasks);
    writer = await Dl2File.create(output, file, triggers, { ...options, tasks });
    for (const [i, one] of triggers.telescopes.entries()) writer.pointing(file, one, pointings[i]!);
    for (const { model, telescopes: own, answers } of jobs.values()) {
      const attributes = {
        CHERENKIT_VERSION: version,
        CHERENKIT_MODEL: model.name,
        CHERENKIT_TRAINED: model.card.trained,
      };
      for (const [task, all] of answers) {
        if (task === "skydirection") continue;
        const width = taskOutputs[task];
        const predictions = triggers.telescopes.flatMap((one, i) => {
          if (!own.has(one.telescope.id)) return [];
          const part = all.subarray(one.firstRow * width, (one.firstRow + one.rows) * width);
          const values = reconstructMono(task, part, pointings[i]!, file, one.telescope, model.card.reader);
          return [{ triggers: one, values, weights: weights[i]! }];
        });
        for (const { triggers: one, values } of predictions) {
          if (one.rows > 0) writer.telescope(task, one, values, attributes);
        }
        const order = file.subarray.telescopes.map(({ id }) => id);
        writer.array(task, combineTelescopes(task, triggers.events, predictions, order), attributes);
      }
    }
    await writer.close();
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
      tasks,
      images: total,
      triggers: triggers.images,
      events: triggers.events.rows,
      seconds,
      imagesPerSecond: total / seconds.total,
      warnings,
    };
  } catch (error) {
    writer?.abort();
    throw error;
  } finally {
    file.close();
  }
}
