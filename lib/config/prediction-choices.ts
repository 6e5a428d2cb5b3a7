/**
 * What may compute a network in prediction; `auto`: onnxruntime, but TensorFlow on a GPU and for layers that ONNX lacks.
 * `onnxruntime-int8` takes the 8-bit network that `cherenkit quantise` wrote.
 */
export const predictionEngines = ["auto", "onnxruntime", "onnxruntime-int8", "tensorflow"] as const;
export type PredictionEngine = (typeof predictionEngines)[number];

/**
 * How much each telescope counts in the mean of an event: the names and formulas of ctapipe's StereoMeanCombiner, and
 * `expected-error`, the inverse square of the error that the model's card expects of each image.
 */
export const combinationWeights = [
  "none",
  "intensity",
  "aspect-weighted-intensity",
  "containment-weighted-intensity",
  "expected-error",
] as const;
export type CombinationWeights = (typeof combinationWeights)[number];
