import { readFile } from "node:fs/promises";
import * as z from "zod";
import { InputError } from "../errors.js";

const count = z.number().nullish();

const schema = z.looseObject({
  num_params: count,
  layers: count,
  /** In units of 1e9. */
  estimated_flops: count,
  training_ms: count,
  training_events: count,
  testing_ms: count,
  testing_events: count,
  /** Time from one image, or 64, to its answer; median. */
  latency_ms_1: count,
  latency_ms_64: count,
  trainable_params: count,
  validation_events: count,
  epochs: count,
  epochs_planned: count,
  best_epoch: count,
  best_val_loss: count,
  images_per_second: count,
  wait_share: count,
  stopped: z.string().nullish(),
  complete: z.boolean().nullish(),
});

/** metrics.json: the former system's keys and ours; all may be missing. */
export type ModelMetrics = z.infer<typeof schema>;

/** @throws {InputError} when it is missing, not JSON, or holds something else than numbers */
export async function readModelMetrics(path: string): Promise<ModelMetrics> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new InputError(`${path} cannot be read: ${(cause as Error).message}`, { place: path, cause });
  }
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new InputError(`${path}: ${issue!.path.join(".")}: ${issue!.message}`, { place: path });
}
