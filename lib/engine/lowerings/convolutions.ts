import { CherenkitError } from "../../errors.js";
import type { Value } from "../graph.js";
import { activation } from "../ops/activation.js";
import { biasAdd, conv2d, depthwiseConv2d } from "../ops/convolution.js";
import { reshape } from "../ops/shape.js";
import { type Lowering, type LoweringContext, padding, pair } from "./lowering.js";

/** Activations that keep the order of their inputs, so that a maximum may be taken before them. */
const rising = new Set(["linear", "relu", "relu6", "elu", "selu", "tanh", "sigmoid", "softplus", "softsign"]);

/** Conv2D: `[n, h, w, in]` → `[n, h', w', filters]`. */
export const lowerConv2D: Lowering = ({ graph, config, weight, has }, [x]) => {
  const window = { strides: pair(config.strides, [1, 1]), padding: padding(config.padding) };
  const y = conv2d(graph, x!, weight("kernel"), window, pair(config.dilationRate, [1, 1]));
  const name = String(config.activation ?? "linear");
  const finish = (value: Value): Value =>
    activation(graph, name, has("bias") ? biasAdd(graph, value, weight("bias")) : value);
  const finished = finish(y);
  return rising.has(name) ? { ...finished, unactivated: { value: y, finish } } : finished;
};

/** The convolution of each channel by its own kernels, without bias. */
function depthwise({ graph, config, weight, path }: LoweringContext, x: Value): Value {
  const window = { strides: pair(config.strides, [1, 1]), padding: padding(config.padding) };
  if (pair(config.dilationRate, [1, 1]).some((rate) => rate !== 1)) {
    throw new CherenkitError(`${path}: depthwise convolutions with dilation are not compiled`, {
      place: path,
      remedy: "use dilationRate 1, or set engine: eager",
    });
  }
  return depthwiseConv2d(graph, x, weight("depthwise_kernel"), window);
}

function finished({ graph, config, weight, has }: LoweringContext, y: Value): Value {
  return activation(graph, String(config.activation ?? "linear"), has("bias") ? biasAdd(graph, y, weight("bias")) : y);
}

/** DepthwiseConv2D: each channel by its own kernels. */
export const lowerDepthwiseConv2D: Lowering = (context, [x]) => finished(context, depthwise(context, x!));

/** SeparableConv2D: each channel by its own kernels, then a 1×1 convolution over all. */
export const lowerSeparableConv2D: Lowering = (context, [x]) => {
  const window = { strides: [1, 1], padding: "valid" } as const;
  const spread = depthwise(context, x!);
  return finished(context, conv2d(context.graph, spread, context.weight("pointwise_kernel"), window, [1, 1]));
};

/** Conv1D: `[n, steps, in]` → `[n, steps', filters]`, as a convolution of images one pixel high. */
export const lowerConv1D: Lowering = (context, [x]) => {
  const { graph, config, weight } = context;
  const single = (value: unknown): number => pair(Array.isArray(value) ? value[0] : value, [1, 1])[0];
  const kernel = weight("kernel");
  const [width, channels, filters] = kernel.shape as [number, number, number];
  const dilation = single(config.dilationRate);
  const line = reshape(graph, x!, [-1, 1, x!.shape[1]!, channels]);
  const window = { strides: [1, single(config.strides)], padding: padding(config.padding) } as const;
  const y = conv2d(graph, line, reshape(graph, kernel, [1, width, channels, filters]), window, [1, dilation]);
  return finished(context, reshape(graph, y, [-1, y.shape[2]!, filters]));
};
