import type { Graph, Value } from "../graph.js";
import { asInt32, attribute, dataTypes, int32 } from "../graph-def.js";
import { batchLength, integerVector } from "./shape.js";

const T = attribute.type(dataTypes.float);

/** Below these sizes the ordinary gradient is as fast; measured with oneDNN on AVX2. */
const [leastChannels, leastPixels] = [48, 24 * 24];
/** Slices that begin at a multiple of 64 bytes are no copies. */
const alignedChannels = 16;

/** True where `tapGradient` gives the gradient of this kernel, and faster. */
export function tapsPay(
  graph: Graph,
  x: Value,
  kernel: Value,
  strides: readonly number[],
  dilations: readonly number[],
): boolean {
  const [kh, kw, ...channels] = kernel.shape as [number, number, number, number];
  const [, height, width] = x.shape as [number, number, number, number];
  return (
    graph.rewrites.productGradients &&
    graph.computeType === dataTypes.float &&
    kh === 3 &&
    kw === 3 &&
    [...strides, ...dilations].every((one) => one === 1) &&
    channels.every((count) => count >= leastChannels && count % alignedChannels === 0) &&
    height * width >= leastPixels
  );
}

/** Images as `[pixels, depth]`. */
function pixelRows(graph: Graph, images: Value, depth: number): Value {
  return graph.add("Reshape", [images, graph.integers([-1, depth])], { T, Tshape: int32 }, [-1, depth]);
}

/** Sum over the pixels, `[pixels, n]` and `[pixels, m]` → `[n, m]`. */
function overPixels(graph: Graph, x: Value, dy: Value): Value {
  const transposed = { T, transpose_a: attribute.boolean(true), transpose_b: attribute.boolean(false) };
  return graph.add("MatMul", [x, dy], transposed, [x.shape[1]!, dy.shape[1]!]);
}

/**
 * Gradient of the kernel of a 3×3 convolution with padding `same`, as nine matrix products, one for each pixel of the
 * kernel. Images and slopes get one row and one column of zeros and lie flat, `[pixels, channels]`: the pixel below or
 * beside another is then a fixed number of rows away, and beyond each edge comes a zero.
 */
export function tapGradient(graph: Graph, x: Value, dy: Value, shape: readonly number[]): Value {
  const [channels, filters] = [shape[2]!, shape[3]!];
  const [height, width] = [x.shape[1]! + 1, x.shape[2]! + 1];
  const flat = (images: Value, depth: number): Value => {
    // One image of zeros at the end, into which the last rows of the last one may reach.
    const amounts = graph.integers([0, 1, 1, 0, 1, 0, 0, 0], [4, 2]);
    const padded = graph.add("Pad", [images, amounts], { T, Tpaddings: int32 }, [-1, height, width, depth]);
    return pixelRows(graph, padded, depth);
  };
  const pixels = graph.add("Mul", [batchLength(graph, x), graph.integers(height * width)], { T: int32 }, [], asInt32);
  const rowsFrom = (values: Value, begin: number, depth: number): Value => {
    const size = integerVector(graph, [pixels, graph.integers(depth)]);
    return graph.add("Slice", [values, graph.integers([begin, 0]), size], { T, Index: int32 }, [-1, depth]);
  };
  const images = flat(x, channels);
  const slopes = rowsFrom(flat(dy, filters), width + 1, filters);
  const taps = Array.from({ length: 9 }, (_, tap) => {
    const shifted = rowsFrom(images, Math.floor(tap / 3) * width + (tap % 3), channels);
    return overPixels(graph, shifted, slopes);
  });
  const pack = { T, N: attribute.integer(9), axis: attribute.integer(0) };
  const stacked = graph.add("Pack", taps, pack, [9, channels, filters]);
  return graph.add("Reshape", [stacked, graph.integers(shape)], { T, Tshape: int32 }, shape);
}

/** True where `pointwiseGradient` is the faster way to the gradient of this kernel. */
export function pointwisePays(graph: Graph, kernel: Value, strides: readonly number[]): boolean {
  const [kh, kw] = kernel.shape as [number, number, number, number];
  return (
    graph.rewrites.productGradients &&
    graph.computeType === dataTypes.float &&
    kh * kw === 1 &&
    strides.every((one) => one === 1)
  );
}

/** Gradient of the kernel of a 1×1 convolution as one matrix product over all pixels. */
export function pointwiseGradient(graph: Graph, x: Value, dy: Value, shape: readonly number[]): Value {
  const [channels, filters] = [shape[2]!, shape[3]!];
  const y = overPixels(graph, pixelRows(graph, x, channels), pixelRows(graph, dy, filters));
  return graph.add("Reshape", [y, graph.integers(shape)], { T, Tshape: int32 }, shape);
}
