import { type Task, taskOutputs } from "../config/task.js";
import type { EventFile } from "../events/event-file.js";
import type { ExampleTable } from "../events/example-table.js";
import { openExamples } from "../events/open-examples.js";
import type { Selection } from "../events/selection.js";
import type { Telescope } from "../events/subarray.js";
import { readerFor } from "./fit-model.js";
import { KeyedRows } from "./keyed-rows.js";
import type { Answers, PredictionModel } from "./prediction-model.js";
import type { FileTriggers } from "./triggers.js";

/** What one model is to predict of a file, and what it answered. */
export interface Job {
  readonly model: PredictionModel;
  readonly telescopes: readonly Telescope[];
  /** 1 for each image (in stereo: event) by its number among the triggers that passes the model's quality criteria. */
  readonly wanted: Uint8Array;
  /** `[triggers, outputs]` by task; NaN where nothing was predicted. */
  readonly answers: ReadonlyMap<Task, Float32Array>;
  /** `[triggers, featureLength]`, NaN where nothing was predicted; null when they were not asked for. */
  readonly features: Float32Array | null;
  /** How many telescope images the model's quality criteria let pass. */
  readonly selection: Selection;
  /** In stereo: the events and which images they consist of. */
  readonly events: StereoEvents | null;
}

/** Events of a stereo model. */
export interface StereoEvents {
  /** By id. */
  readonly telescopes: readonly Telescope[];
  /** Number among the triggers of the array, `[events]`. */
  readonly numbers: Int32Array;
  /** Rows in the telescopes' image tables, `[events, telescopes]`; −1 without an image. */
  readonly imageRows: Int32Array;
  /** Where in the stack the image of each telescope stands, `[events, telescopes]`. */
  readonly places: Uint16Array;
}

function wantedImages(examples: ExampleTable, triggers: FileTriggers): Uint8Array {
  const wanted = new Uint8Array(triggers.images);
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

function stereoEvents(examples: ExampleTable, triggers: FileTriggers): StereoEvents {
  const telescopes = [...examples.telescopes].sort((a, b) => a.id - b.id);
  const count = examples.rows * telescopes.length;
  const [imageRows, places] = [new Int32Array(count).fill(-1), new Uint16Array(count)];
  if (examples.rows === 0) return { telescopes, numbers: new Int32Array(), imageRows, places };
  const { events } = triggers;
  const index = new KeyedRows(events.obsIds, events.eventIds);
  const [obsIds, eventIds] = ["obs_id", "event_id"].map((name) => examples.column(name));
  const [tableRows, telIds] = ["table_index", "tel_id"].map((name) => examples.images.column(name));
  const numberOf = new Map(telescopes.map(({ id }, k) => [id, k]));
  for (let first = 0; first < count; first += telescopes.length) {
    const blank = new Set(telescopes.keys());
    const images = examples.imagesOf!.subarray(first, first + telescopes.length);
    for (const [place, image] of images.entries()) {
      if (image < 0) continue;
      const k = numberOf.get(telIds![image]!)!;
      blank.delete(k);
      imageRows[first + k] = tableRows![image]!;
      places[first + k] = place;
    }
    // Telescopes that did not see the event have the places that are left.
    for (const [place, image] of images.entries()) {
      if (image >= 0) continue;
      const [k] = blank;
      blank.delete(k!);
      places[first + k!] = place;
    }
  }
  return {
    telescopes,
    numbers: Int32Array.from({ length: examples.rows }, (_, row) => index.find(obsIds![row]!, eventIds![row]!)),
    imageRows,
    places,
  };
}

/**
 * Selects what a model is to predict of a file.
 * @throws {InputError} when the file cannot be read
 */
export async function openJob(
  model: PredictionModel,
  telescopes: readonly Telescope[],
  file: EventFile,
  triggers: FileTriggers,
): Promise<Job> {
  const examples = await openExamples([file.path], null, readerFor(model));
  const stereo = model.card.reader.mode === "stereo";
  const rows = stereo ? triggers.events.rows : triggers.images;
  const events = stereo ? stereoEvents(examples, triggers) : null;
  const wanted = events ? new Uint8Array(rows) : wantedImages(examples, triggers);
  for (const number of events?.numbers ?? []) wanted[number] = 1;
  const answers = new Map(
    model.tasks.map((task) => [task, new Float32Array(rows * taskOutputs[task]).fill(Number.NaN)]),
  );
  const { featureLength } = model;
  const features = featureLength === null ? null : new Float32Array(rows * featureLength).fill(Number.NaN);
  return { model, telescopes, wanted, answers, features, selection: examples.selection, events };
}

/** Takes over the wanted rows of `from`, `[part, width]`; `rows[first]` is where the first of them goes. */
function keepRows(
  job: Job,
  rows: Int32Array,
  first: number,
  from: Float32Array,
  to: Float32Array,
  width: number,
): void {
  for (let i = 0; i < from.length / width; i++) {
    const row = rows[first + i]!;
    if (job.wanted[row]) to.set(from.subarray(i * width, (i + 1) * width), row * width);
  }
}

/**
 * Keeps a model's answers for the images that it wanted; a batch may hold others for its neighbours.
 * @param rows which images a batch has
 * @param first number of the first of them that the answers are about
 */
export function keepAnswers(job: Job, rows: Int32Array, first: number, { outputs, features }: Answers): void {
  for (const [task, values] of outputs) {
    keepRows(job, rows, first, values, job.answers.get(task)!, taskOutputs[task]);
  }
  if (features) keepRows(job, rows, first, features, job.features!, job.model.featureLength!);
}
