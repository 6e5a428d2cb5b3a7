import type { ImageSample } from "../models/onnx/calibrate.js";
import type { TrainingSet } from "./training-set.js";

/**
 * Training images that stand for all of them, evenly drawn; e.g. for `exportOnnx(…, { precision: "int8", sample })`.
 * @returns at most `count` images
 */
export async function sampleImages(data: Pick<TrainingSet, "batches" | "training">, count = 256): Promise<ImageSample> {
  const { batches, training } = data;
  const size = Math.min(count, training.length);
  const rows = Uint32Array.from({ length: size }, (_, i) => training[Math.floor((i * training.length) / size)]!);
  const length = batches.imageShape.reduce((product, side) => product * side, 1);
  const images = new Float32Array(size * length);
  let at = 0;
  for await (const batch of batches.epoch(rows, Math.min(32, size), { keepLast: true })) {
    images.set(batch.images.subarray(0, batch.size * length), at * length);
    at += batch.size;
    batch.release();
  }
  return { images, size };
}
