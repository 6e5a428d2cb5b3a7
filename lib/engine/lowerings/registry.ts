import { CherenkitError } from "../../errors.js";
import { lowerActivation, lowerElu, lowerLeakyReLU, lowerReLU, lowerSoftmax } from "./activations.js";
import { lowerBatchNormalization } from "./batch-normalization.js";
import { lowerConv1D, lowerConv2D, lowerDepthwiseConv2D, lowerSeparableConv2D } from "./convolutions.js";
import { lowerDense } from "./dense.js";
import { lowerHexagonalConv2D } from "./hexagonal-convolution.js";
import { lowerLayerNormalization } from "./layer-normalization.js";
import type { Lowering } from "./lowering.js";
import { lowerAdd, lowerAverage, lowerConcatenate, lowerMaximum, lowerMinimum, lowerMultiply } from "./merging.js";
import {
  lowerAveragePooling2D,
  lowerGlobalAveragePooling2D,
  lowerGlobalMaxPooling2D,
  lowerMaxPooling2D,
} from "./pooling.js";
import {
  lowerDropout,
  lowerFlatten,
  lowerPermute,
  lowerReshape,
  lowerSpatialDropout2D,
  lowerUpSampling2D,
  lowerZeroPadding2D,
} from "./shaping.js";

const lowerings = new Map<string, Lowering>([
  ["Activation", lowerActivation],
  ["Add", lowerAdd],
  ["Average", lowerAverage],
  ["AveragePooling2D", lowerAveragePooling2D],
  ["BatchNormalization", lowerBatchNormalization],
  ["Concatenate", lowerConcatenate],
  ["Conv1D", lowerConv1D],
  ["Conv2D", lowerConv2D],
  ["Dense", lowerDense],
  ["DepthwiseConv2D", lowerDepthwiseConv2D],
  ["Dropout", lowerDropout],
  ["ELU", lowerElu],
  ["Flatten", lowerFlatten],
  ["GlobalAveragePooling2D", lowerGlobalAveragePooling2D],
  ["GlobalMaxPooling2D", lowerGlobalMaxPooling2D],
  ["HexagonalConv2D", lowerHexagonalConv2D],
  ["LayerNormalization", lowerLayerNormalization],
  ["LeakyReLU", lowerLeakyReLU],
  ["MaxPooling2D", lowerMaxPooling2D],
  ["Maximum", lowerMaximum],
  ["Minimum", lowerMinimum],
  ["Multiply", lowerMultiply],
  ["Permute", lowerPermute],
  ["ReLU", lowerReLU],
  ["Reshape", lowerReshape],
  ["SeparableConv2D", lowerSeparableConv2D],
  ["Softmax", lowerSoftmax],
  ["SpatialDropout2D", lowerSpatialDropout2D],
  ["UpSampling2D", lowerUpSampling2D],
  ["ZeroPadding2D", lowerZeroPadding2D],
]);

/**
 * Tells the engine how to put a layer class of your own into the graph: `lowering` adds TensorFlow's operations by
 * `graph.add`, and with `graph.record` how their gradient is computed. docs/engine.md shows one.
 */
export function registerLowering(className: string, lowering: Lowering): void {
  lowerings.set(className, lowering);
}

/** @throws {CherenkitError} for a layer class that nobody registered. */
export function loweringOf(className: string, layer: string): Lowering {
  const found = lowerings.get(className);
  if (found) return found;
  throw new CherenkitError(`the engine does not know how to compile the layer ${layer} of class ${className}`, {
    place: layer,
    remedy: `register it with registerLowering("${className}", …), or set engine: eager in the configuration`,
  });
}
