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
  // One by one: what the batches were opened for is not known here.
  for await (const batch of batches.epoch(rows, 1)) {
    images.set(batch.images.subarray(0, length), at++ * length);
    batch.release();
  }
  return { images, size };
}
