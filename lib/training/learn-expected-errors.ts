import type { ModelCard } from "../config/model-card.js";
import type { Task } from "../config/task.js";
import { type CameraOptics, fieldOffset } from "../coordinates/camera-offset.js";
import type { SkyOffset } from "../coordinates/sky-offset.js";
import type { CompiledModel } from "../engine/compiled-model.js";
import { type AxisExample, fitAxisError } from "../models/expected-error/axis-error.js";
import { fitCombination } from "../models/expected-error/fit-combination.js";
import { fitExpectedError } from "../models/expected-error/fit-expected-error.js";
import { imageAxis, imageAxisColumns, onAxis } from "../models/expected-error/image-axis.js";
import { imageFactColumns, imageFacts } from "../models/expected-error/image-facts.js";
import type { Head } from "./metrics/head.js";
import type { TrainingSet } from "./training-set.js";

/** Validation images that are looked at, about; more say nothing new about a handful of coefficients. */
const mostImages = 50_000;

/** Where an answer, or a label, of a direction lies in the field of view. */
function place(values: Float32Array, optics: CameraOptics): SkyOffset {
  return fieldOffset({ xM: values[0]!, yM: values[1]! }, optics);
}

/** How far an answer is from the truth, by component and task: share of the probability, dex, deg in the field of view. */
const errors: Readonly<
  Record<Exclude<Task, "skydirection">, (answer: Float32Array, label: Float32Array, optics: CameraOptics) => number[]>
> = {
  type: (answer, label) => [answer[1]! - label[1]!],
  energy: (answer, label) => [answer[0]! - label[0]!],
  cameradirection: (answer, label, optics) => {
    const [told, right] = [place(answer, optics), place(label, optics)];
    return [told.fovLonDeg - right.fovLonDeg, told.fovLatDeg - right.fovLatDeg];
  },
};

/** What is learnt; stands in a model's card. */
export type LearntErrors = Pick<ModelCard, "expectedErrors" | "axisErrors">;

/** The images of every so many-th event, about `most` of them. */
function drawn(rows: Uint32Array, events: Uint32Array, most: number): number[] {
  const every = Math.ceil(rows.length / most);
  return Array.from(rows.keys()).filter((i) => events[i]! % every === 0);
}

/**
 * Learns from validation images how large the errors of a trained network are, given brightness, shape and truncation of
 * an image, by task and telescope type; where enough events were seen by several telescopes, such that the means of events
 * come nearest to the truth. What prediction weighs telescopes by. Of directions also what the images' long axes are worth.
 * @returns nothing for stereo networks, and for files without image parameters
 */
export async function learnExpectedErrors(
  compiled: CompiledModel,
  data: TrainingSet,
  heads: readonly Head[],
  batchSize: number,
): Promise<LearntErrors> {
  const eventsOfAll = data.eventsOf?.(data.validation);
  if (!eventsOfAll) return {};
  const chosen = drawn(data.validation, eventsOfAll, mostImages);
  const rows = Uint32Array.from(chosen, (i) => data.validation[i]!);
  const images = await data.imagesOf?.(rows, [...imageFactColumns, ...imageAxisColumns]);
  if (!images || rows.length === 0) return {};
  const indexOf = new Map(Array.from(rows, (row, i) => [row, i] as const));
  const facts = Array.from(rows, (_, i) => imageFacts((name) => images.parameters.get(name)![i]!));
  const axes: (AxisExample | null)[] = Array.from(rows, () => null);
  const found = new Map(heads.map(({ task }) => [task, Array.from(rows, (): number[] => [Number.NaN])]));
  for await (const batch of data.batches.epoch(rows, Math.min(batchSize, rows.length), { keepLast: true })) {
    const outputs = compiled.predict(batch.images, batch.size);
    for (const { task, output } of heads) {
      if (task === "skydirection") continue;
      const [answers, labels] = [outputs[output]!, batch.labels[task]!];
      const width = answers.length / batch.size;
      for (const [i, row] of batch.indices.entries()) {
        const [answer, label] = [answers, labels].map((values) => values.subarray(i * width, (i + 1) * width));
        const at = indexOf.get(row)!;
        const optics = images.optics[at]!;
        found.get(task)![at] = errors[task](answer!, label!, optics);
        if (task !== "cameradirection") continue;
        const axis = imageAxis((name) => images.parameters.get(name)![at]!);
        const told = onAxis(axis, place(answer!, optics)).along;
        axes[at] = { facts: facts[at]!, ...onAxis(axis, place(label!, optics)), told };
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
  const axisErrors = types.flatMap((telescopeType, type) => {
    const fit = fitAxisError(axes.flatMap((example, i) => (example && typeOf[i] === type ? [example] : [])));
    return fit ? [{ telescopeType, ...fit }] : [];
  });
  return {
    expectedErrors: Object.fromEntries(learnt.filter(([, list]) => list.length > 0)),
    ...(axisErrors.length > 0 ? { axisErrors } : {}),
  };
}
