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

/**
 * How the directions that several telescopes' images tell become that of an event. `mean`: the mean of the unit vectors, as
 * CTLearn does. `axes`: where the long axes of the images and the distances along them agree. `auto`: axes, but the mean
 * for files without the parameters that tell them.
 */
export const directionCombinations = ["auto", "axes", "mean"] as const;
export type DirectionCombination = (typeof directionCombinations)[number];
