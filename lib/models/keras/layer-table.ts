import { SpatialDropout2D, spatialDropout2d } from "../../engine/spatial-dropout-2d.js";
import { tf } from "../../engine/tensorflow.js";

/** Settings of a layer, as tfjs or Keras writes them. */
export type LayerSettings = Record<string, unknown>;

/** How a layer class of Keras corresponds to one of tfjs. */
export interface LayerEntry {
  /** Settings by their names in tfjs and in Keras. */
  readonly settings: readonly (readonly [tfjs: string, keras: string])[];
  /** Weights in the order in which Keras stores them. */
  readonly weights: readonly string[];
  readonly make: (settings: LayerSettings) => tf.layers.Layer;
  /** Values of Keras settings that tfjs lacks and that must therefore be as here. */
  readonly fixed?: LayerSettings;
}

type Maker = (settings: never) => tf.layers.Layer;
const entry = (
  make: Maker,
  settings: LayerEntry["settings"] = [],
  weights: readonly string[] = [],
  fixed?: LayerSettings,
): LayerEntry => ({ make: make as LayerEntry["make"], settings, weights, fixed });

const bias = ["useBias", "use_bias"] as const;
const activation = ["activation", "activation"] as const;
const window = [
  ["strides", "strides"],
  ["padding", "padding"],
] as const;
const convolution = [
  ["kernelSize", "kernel_size"],
  ...window,
  ["dilationRate", "dilation_rate"],
  activation,
  bias,
] as const;
const filters = ["filters", "filters"] as const;
const multiplier = ["depthMultiplier", "depth_multiplier"] as const;
const pooling = [["poolSize", "pool_size"], ...window] as const;
const normalisation = [
  ["axis", "axis"],
  ["epsilon", "epsilon"],
  ["center", "center"],
  ["scale", "scale"],
] as const;
const dropout = [
  ["rate", "rate"],
  ["seed", "seed"],
] as const;

/** The layer classes that are imported and exported, by their common name. */
export const layerTable: Readonly<Record<string, LayerEntry>> = {
  Activation: entry(tf.layers.activation, [activation]),
  Add: entry(tf.layers.add),
  Average: entry(tf.layers.average),
  AveragePooling2D: entry(tf.layers.averagePooling2d, pooling),
  BatchNormalization: entry(
    tf.layers.batchNormalization,
    [...normalisation, ["momentum", "momentum"]],
    ["gamma", "beta", "moving_mean", "moving_variance"],
  ),
  Concatenate: entry(tf.layers.concatenate, [["axis", "axis"]]),
  Conv1D: entry(tf.layers.conv1d, [filters, ...convolution], ["kernel", "bias"], { groups: 1 }),
  Conv2D: entry(tf.layers.conv2d, [filters, ...convolution], ["kernel", "bias"], { groups: 1 }),
  Dense: entry(tf.layers.dense, [["units", "units"], activation, bias], ["kernel", "bias"]),
  DepthwiseConv2D: entry(tf.layers.depthwiseConv2d, [multiplier, ...convolution], ["depthwise_kernel", "bias"]),
  Dropout: entry(tf.layers.dropout, dropout),
  ELU: entry(tf.layers.elu, [["alpha", "alpha"]]),
  Flatten: entry(tf.layers.flatten),
  GlobalAveragePooling2D: entry(tf.layers.globalAveragePooling2d),
  GlobalMaxPooling2D: entry(tf.layers.globalMaxPooling2d),
  LayerNormalization: entry(tf.layers.layerNormalization, normalisation, ["gamma", "beta"]),
  LeakyReLU: entry(tf.layers.leakyReLU, [["alpha", "negative_slope"]]),
  MaxPooling2D: entry(tf.layers.maxPooling2d, pooling),
  Maximum: entry(tf.layers.maximum),
  Minimum: entry(tf.layers.minimum),
  Multiply: entry(tf.layers.multiply),
  Permute: entry(tf.layers.permute, [["dims", "dims"]]),
  ReLU: entry(tf.layers.reLU, [["maxValue", "max_value"]], [], { negative_slope: 0, threshold: 0 }),
  Reshape: entry(tf.layers.reshape, [["targetShape", "target_shape"]]),
  SeparableConv2D: entry(
    tf.layers.separableConv2d,
    [filters, multiplier, ...convolution],
    ["depthwise_kernel", "pointwise_kernel", "bias"],
  ),
  Softmax: entry(tf.layers.softmax, [["axis", "axis"]]),
  [SpatialDropout2D.className]: entry(spatialDropout2d, dropout),
  UpSampling2D: entry(tf.layers.upSampling2d, [["size", "size"]], [], { interpolation: "nearest" }),
  ZeroPadding2D: entry(tf.layers.zeroPadding2d, [["padding", "padding"]]),
};

const toKeras: Readonly<Record<string, string>> = { swish: "silu", hardSigmoid: "", gelu_new: "" };
const toTfjs: Readonly<Record<string, string>> = { silu: "swish", hard_sigmoid: "" };

/** An activation's name in the other system; "" where the two mean different functions by it. */
export function activationName(name: string, target: "keras" | "tfjs"): string {
  return (target === "keras" ? toKeras : toTfjs)[name] ?? name;
}

/** Name of a class in the paths of a Keras weight file: `Conv2D` → `conv2d`, `ReLU` → `re_lu`. */
export function pathName(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
