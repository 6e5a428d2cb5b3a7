import type { ModelCard } from "../config/model-card.js";
import type { Task } from "../config/task.js";
import { degPerRad } from "../coordinates/angle.js";
import type { CompiledModel } from "../engine/compiled-model.js";
import { fitCombination } from "../models/expected-error/fit-combination.js";
import { fitExpectedError } from "../models/expected-error/fit-expected-error.js";
import { imageFactColumns, imageFacts } from "../models/expected-error/image-facts.js";
import type { Head } from "./metrics/head.js";
import type { TrainingSet } from "./training-set.js";

/** Validation images that are looked at, about; more say nothing new about a handful of coefficients. */
const mostImages = 50_000;

/** How far an answer is from the truth, by component and task: share of the probability, dex, deg in the camera. */
const errors: Readonly<
  Record<Exclude<Task, "skydirection">, (answer: Float32Array, label: Float32Array, focalLengthM: number) => number[]>
> = {
  type: (answer, label) => [answer[1]! - label[1]!],
  energy: (answer, label) => [answer[0]! - label[0]!],
  cameradirection: (answer, label, focalLengthM) =>
    [0, 1].map((axis) => ((answer[axis]! - label[axis]!) / focalLengthM) * degPerRad),
};

/** The images of every so many-th event, about `most` of them. */
function drawn(rows: Uint32Array, events: Uint32Array, most: number): number[] {
  const every = Math.ceil(rows.length / most);
  return Array.from(rows.keys()).filter((i) => events[i]! % every === 0);
}

/**
 * Learns from validation images how large the errors of a trained network are, given brightness, shape and truncation of
 * an image, by task and telescope type; where enough events were seen by several telescopes, such that the means of events
 * come nearest to the truth. What prediction weighs telescopes by.
 * @returns undefined for stereo networks, and for files without image parameters
 */
export async function learnExpectedErrors(
  compiled: CompiledModel,
  data: TrainingSet,
  heads: readonly Head[],
  batchSize: number,
): Promise<ModelCard["expectedErrors"]> {
  const eventsOfAll = data.eventsOf?.(data.validation);
  if (!eventsOfAll) return undefined;
  const chosen = drawn(data.validation, eventsOfAll, mostImages);
  const rows = Uint32Array.from(chosen, (i) => data.validation[i]!);
  const images = await data.imagesOf?.(rows, imageFactColumns);
  if (!images || rows.length === 0) return undefined;
  const place = new Map(Array.from(rows, (row, i) => [row, i] as const));
  const facts = Array.from(rows, (_, i) => imageFacts((name) => images.parameters.get(name)![i]!));
  const found = new Map(heads.map(({ task }) => [task, Array.from(rows, (): number[] => [Number.NaN])]));
  for await (const batch of data.batches.epoch(rows, Math.min(batchSize, rows.length), { keepLast: true })) {
    const outputs = compiled.predict(batch.images, batch.size);
    for (const { task, output } of heads) {
      if (task === "skydirection") continue;
      const [answers, labels] = [outputs[output]!, batch.labels[task]!];
      const width = answers.length / batch.size;
      for (const [i, row] of batch.indices.entries()) {
        const part = (values: Float32Array): Float32Array => values.subarray(i * width, (i + 1) * width);
        const at = place.get(row)!;
        found.get(task)![at] = errors[task](part(answers), part(labels), images.focalLengthsM[at]!);
      }
    }
    batch.release();
  }
  const types = [...new Set(images.telescopeTypes)];
  const typeOf = images.telescopeTypes.map((type) => types.indexOf(type));
  const learnt = heads.map(({ task }) => {
    const own = found.get(task)!;
    const single = types.map((_, type) => {
      const of = Array.from(rows.keys()).filter((i) => typeOf[i] === type);
      return fitExpectedError(
        of.map((i) => facts[i]!),
        of.map((i) => Math.hypot(...own[i]!)),
      );
    });
    const eventImages = chosen.map((k, i) => ({
      event: eventsOfAll[k]!,
      type: typeOf[i]!,
      facts: facts[i]!,
      error: own[i]!,
    }));
    const fits = fitCombination(eventImages, single);
    return [task, fits.flatMap((fit, i) => (fit ? [{ telescopeType: types[i]!, ...fit }] : []))] as const;
  });
  return Object.fromEntries(learnt.filter(([, list]) => list.length > 0));
}
