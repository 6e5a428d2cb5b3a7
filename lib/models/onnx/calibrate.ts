import { OnnxGraph } from "./onnx-graph.js";
import { openOnnx } from "./onnx-session.js";
import type { Range } from "./quantise.js";

/** Images that stand for all that the network will see. */
export interface ImageSample {
  /** `[size, height, width, channels]` */
  readonly images: Float32Array;
  readonly size: number;
}

/** Images that go through the network together. */
const batch = 32;

/**
 * The ranges that values of the network take on a sample of images.
 * @param names values of the graph
 */
export async function calibrate(
  source: OnnxGraph,
  names: readonly string[],
  { images, size }: ImageSample,
): Promise<Map<string, Range>> {
  const graph = OnnxGraph.like(source);
  graph.nodes.push(...source.nodes);
  graph.outputs.push(...names.map((name) => ({ name, shape: null })));
  const shape = source.inputs[0]!.shape!;
  const session = await openOnnx(graph.encode("calibration"), shape);
  const ranges = new Map<string, { min: number; max: number }>(
    names.map((name) => [name, { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY }]),
  );
  const length = shape.reduce((product, side) => product * side, 1);
  try {
    for (let start = 0; start < size; start += batch) {
      const count = Math.min(batch, size - start);
      const values = await session.predict(images.subarray(start * length, (start + count) * length), count);
      for (const [name, range] of ranges) {
        for (const value of values[name]!) {
          if (value < range.min) range.min = value;
          if (value > range.max) range.max = value;
        }
      }
    }
  } finally {
    await session.close();
  }
  return ranges;
}
