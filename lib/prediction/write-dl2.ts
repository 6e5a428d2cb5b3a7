import type { CombinationWeights, DirectionCombination } from "../config/prediction-choices.js";
import { type Task, taskOutputs } from "../config/task.js";
import { version } from "../config/version.js";
import type { EventFile } from "../events/event-file.js";
import { arrayPointing, meanPointing, type PointingRad, telescopePointing } from "../events/pointing.js";
import type { Attributes } from "../hdf5/writer.js";
import { combineTelescopes } from "./combine-telescopes.js";
import type { Dl2Group } from "./dl2-columns.js";
import { type Content, Dl2File } from "./dl2-file.js";
import { imageAxes } from "./image-axes.js";
import type { Job } from "./job.js";
import { reconstructMono, reconstructStereo } from "./reconstructed.js";
import { telescopeWeights } from "./telescope-weights.js";
import type { FileTriggers } from "./triggers.js";

/** How DL2 files are written. */
export interface Dl2Options {
  readonly content: Content;
  readonly prefixes: Readonly<Record<Task, string>>;
  readonly typeGroup: Dl2Group;
  /** How much each telescope counts in the prediction of the array. */
  readonly weights: CombinationWeights;
  /** How directions of single images become that of an event. */
  readonly directions: DirectionCombination;
  readonly featurePrefix: string;
}

/** Where each telescope looked at each of its triggers. */
export function triggerPointings(file: EventFile, { telescopes }: FileTriggers): PointingRad[][] {
  return telescopes.map(({ telescope, rows, obsIds, timesS }) => {
    const at = telescopePointing(file, telescope.id);
    return Array.from({ length: rows }, (_, row) => at(obsIds[row]!, timesS[row]!));
  });
}

/** Where the array looked at each event: as the file says, else the mean of the telescopes. */
function eventPointings(file: EventFile, { events, telescopes }: FileTriggers): PointingRad[] {
  const ofTelescopes = (): ((obsId: number, timeS: number) => PointingRad) => {
    const all = telescopes.map(({ telescope }) => telescopePointing(file, telescope.id));
    return (obsId, timeS) => meanPointing(all.map((at) => at(obsId, timeS)));
  };
  const at = arrayPointing(file) ?? ofTelescopes();
  return Array.from({ length: events.rows }, (_, row) => at(events.obsIds[row]!, events.timesS[row]!));
}

function writeMono(
  writer: Dl2File,
  job: Job,
  file: EventFile,
  triggers: FileTriggers,
  pointings: readonly (readonly PointingRad[])[],
  { weights, directions }: Pick<Dl2Options, "weights" | "directions">,
  attributes: Attributes,
): void {
  const own = new Set(job.telescopes.map(({ id }) => id));
  const order = file.subarray.telescopes.map(({ id }) => id);
  for (const [task, all] of job.answers) {
    if (task === "skydirection") continue; // always stereo
    const width = taskOutputs[task];
    const predictions = triggers.telescopes.flatMap((one, i) => {
      if (!own.has(one.telescope.id)) return [];
      const part = all.subarray(one.firstRow * width, (one.firstRow + one.rows) * width);
      const values = reconstructMono(task, part, pointings[i]!, file, one.telescope, job.model.card.reader);
      const { card } = job.model;
      const axes = task === "cameradirection" ? imageAxes(file, one, pointings[i]!, card, directions) : null;
      return [{ triggers: one, values, weights: telescopeWeights(file, one, weights, card, task), axes }];
    });
    for (const { triggers: one, values } of predictions) {
      if (one.rows > 0) writer.telescope(task, one, values, attributes);
    }
    // The network errs in the logarithm, and by that its errors are known.
    const logarithmic = weights === "expected-error";
    writer.array(task, combineTelescopes(task, triggers.events, predictions, order, logarithmic), attributes);
  }
}

function writeStereo(
  writer: Dl2File,
  { events, answers }: Job,
  file: EventFile,
  pointings: readonly PointingRad[],
  attributes: Attributes,
): void {
  const order = file.subarray.telescopes.map(({ id }) => id);
  const telescopes = new Uint8Array(pointings.length * order.length);
  const { telescopes: own, numbers, imageRows } = events!;
  for (const [event, number] of numbers.entries()) {
    for (const [k, { id }] of own.entries()) {
      if (imageRows[event * own.length + k]! >= 0) telescopes[number * order.length + order.indexOf(id)] = 1;
    }
  }
  for (const [task, values] of answers) {
    if (task === "cameradirection") continue; // always mono
    writer.array(task, { values: reconstructStereo(task, values, pointings), telescopes }, attributes);
  }
}

/** Feature vectors, where they were asked for: of each telescope's images, and of the events of stereo networks. */
function writeFeatures(writer: Dl2File, jobs: readonly Job[], { telescopes }: FileTriggers, prefix: string): void {
  const vectorsOf = (some: readonly Job[], firstRow: number, rows: number) =>
    some.flatMap(({ model, features }) => {
      const length = model.featureLength!;
      const values = features!.subarray(firstRow * length, (firstRow + rows) * length);
      return model.tasks.map((task) => ({ task, length, values }));
    });
  const withFeatures = jobs.filter(({ features }) => features !== null);
  const stereo = withFeatures.filter(({ events }) => events !== null);
  if (stereo.length > 0) writer.features(prefix, null, vectorsOf(stereo, 0, stereo[0]!.wanted.length));
  for (const one of telescopes) {
    const mono = withFeatures.filter(
      (job) => job.events === null && job.telescopes.some(({ id }) => id === one.telescope.id),
    );
    if (mono.length > 0) writer.features(prefix, one, vectorsOf(mono, one.firstRow, one.rows));
  }
}

/**
 * Writes the DL2 file of an input: what is wanted of its content, where the telescopes looked, and the predictions.
 * @throws {OutputError} when it cannot be written; nothing stands under its name then
 */
export async function writeDl2(
  output: string,
  file: EventFile,
  triggers: FileTriggers,
  jobs: readonly Job[],
  pointings: readonly (readonly PointingRad[])[],
  options: Dl2Options,
): Promise<void> {
  const tasks = jobs.flatMap(({ model }) => model.tasks);
  const writer = await Dl2File.create(output, file, triggers, { ...options, tasks });
  try {
    for (const [i, one] of triggers.telescopes.entries()) writer.pointing(file, one, pointings[i]!);
    const ofArray = jobs.some(({ events }) => events) ? eventPointings(file, triggers) : null;
    if (ofArray) writer.arrayPointing(file, ofArray);
    const written = new Set<string>();
    for (const job of jobs) {
      const { name, card } = job.model;
      const attributes = { CHERENKIT_VERSION: version, CHERENKIT_MODEL: name, CHERENKIT_TRAINED: card.trained };
      // With one name for several tasks, ctapipe has room for one table.
      for (const task of job.model.tasks) {
        if (written.has(options.prefixes[task])) continue;
        written.add(options.prefixes[task]);
        writer.selection(task, card.reader.qualityCriteria, job.selection);
      }
      if (job.events) writeStereo(writer, job, file, ofArray!, attributes);
      else writeMono(writer, job, file, triggers, pointings, options, attributes);
    }
    writeFeatures(writer, jobs, triggers, options.featurePrefix);
    await writer.close();
  } catch (error) {
    writer.abort();
    throw error;
  }
}
