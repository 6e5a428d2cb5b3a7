import type { ModelCard } from "../config/model-card.js";
import type { Task } from "../config/task.js";
import type { CompiledModel } from "../engine/compiled-model.js";
import { fitExpectedError } from "../models/expected-error/fit-expected-error.js";
import { imageFactColumns, imageFacts } from "../models/expected-error/image-facts.js";
import type { Head } from "./metrics/head.js";
import type { TrainingSet } from "./training-set.js";

/** Validation images that are looked at at most; more say nothing new about a handful of coefficients. */
const mostImages = 50_000;

/** How far an answer is from the truth, by task: wrong share of the probability, dex, m in the camera. */
const errors: Readonly<Record<Exclude<Task, "skydirection">, (answer: Float32Array, label: Float32Array) => number>> = {
  type: (answer, label) => answer[1]! - label[1]!,
  energy: (answer, label) => answer[0]! - label[0]!,
  cameradirection: (answer, label) => Math.hypot(answer[0]! - label[0]!, answer[1]! - label[1]!),
};

/** Rows evenly drawn, at most `most`. */
function drawn(rows: Uint32Array, most: number): Uint32Array {
  if (rows.length <= most) return rows;
  return Uint32Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]!);
}

/**
 * Learns from validation images how large the errors of a trained network are, given brightness, shape and truncation of
 * an image, by task and telescope type. What prediction weighs telescopes by.
 * @returns undefined for stereo networks, and for files without image parameters
 */
export async function learnExpectedErrors(
  compiled: CompiledModel,
  data: TrainingSet,
  heads: readonly Head[],
  batchSize: number,
): Promise<ModelCard["expectedErrors"]> {
  const rows = drawn(data.validation, mostImages);
  const images = await data.imagesOf?.(rows, imageFactColumns);
  if (!images) return undefined;
  const place = new Map(Array.from(rows, (row, i) => [row, i] as const));
  const facts = Array.from(rows, (_, i) => imageFacts((name) => images.parameters.get(name)![i]!));
  const found = new Map(heads.map(({ task }) => [task, new Float64Array(rows.length).fill(Number.NaN)]));
  for await (const batch of data.batches.epoch(rows, Math.min(batchSize, rows.length), { keepLast: true })) {
    const outputs = compiled.predict(batch.images, batch.size);
    for (const { task, output } of heads) {
      if (task === "skydirection") continue;
      const [answers, labels] = [outputs[output]!, batch.labels[task]!];
      const width = answers.length / batch.size;
      for (const [i, row] of batch.indices.entries()) {
        const part = (values: Float32Array): Float32Array => values.subarray(i * width, (i + 1) * width);
        found.get(task)![place.get(row)!] = errors[task](part(answers), part(labels));
      }
    }
    batch.release();
  }
  const types = [...new Set(images.telescopeTypes)];
  const learnt = heads.map(({ task }) => {
    const values = found.get(task)!;
    const list = types.flatMap((telescopeType) => {
      const own = Array.from(rows, (_, i) => i).filter((i) => images.telescopeTypes[i] === telescopeType);
      const fit = fitExpectedError(
        own.map((i) => facts[i]!),
        own.map((i) => values[i]!),
      );
      return fit ? [{ telescopeType, ...fit }] : [];
    });
    return [task, list] as const;
  });
  return Object.fromEntries(learnt.filter(([, list]) => list.length > 0));
}
