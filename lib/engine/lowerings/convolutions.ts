import type { Value } from "../graph.js";
import { activation } from "../ops/activation.js";
import { biasAdd, conv2d, depthwiseConv2d } from "../ops/convolution.js";
import { type Lowering, padding, pair } from "./lowering.js";

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

/** DepthwiseConv2D: each channel by its own kernels. */
export const lowerDepthwiseConv2D: Lowering = ({ graph, config, weight, has }, [x]) => {
  const window = { strides: pair(config.strides, [1, 1]), padding: padding(config.padding) };
  const y = depthwiseConv2d(graph, x!, weight("depthwise_kernel"), window);
  const biased = has("bias") ? biasAdd(graph, y, weight("bias")) : y;
  return activation(graph, String(config.activation ?? "linear"), biased);
};
