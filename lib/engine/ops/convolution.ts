import type { Graph, Value } from "../graph.js";
import { attribute, dataTypes, type Message } from "../graph-def.js";
import { everyNth } from "./every-nth.js";
import { pointwiseGradient, pointwisePays, tapGradient, tapsPay } from "./filter-gradient.js";
import { heavy, lowered } from "./precision.js";

const T = attribute.type(dataTypes.float);
const nhwc = attribute.text("NHWC");

export interface Window {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: "same" | "valid";
}

/** Length of an axis after a sliding window. */
export function slidLength(length: number, size: number, stride: number, padding: "same" | "valid"): number {
  return padding === "same" ? Math.ceil(length / stride) : Math.floor((length - size) / stride) + 1;
}

function slidShape(x: Value, { size, strides, padding }: Window, channels: number): number[] {
  const [n, h, w] = x.shape as [number, number, number];
  return [n, slidLength(h, size[0], strides[0], padding), slidLength(w, size[1], strides[1], padding), channels];
}

/** Conv2D, `x [n, h, w, in]`, `kernel [kh, kw, in, out]`. */
export function conv2d(
  graph: Graph,
  x: Value,
  kernel: Value,
  window: Omit<Window, "size">,
  dilations: readonly [number, number],
): Value {
  const [kh, kw, , out] = kernel.shape as [number, number, number, number];
  const { strides } = window;
  if (graph.rewrites.thinFirst && kh * kw === 1 && strides[0] * strides[1] > 1) {
    return conv2d(graph, everyNth(graph, x, strides), kernel, { ...window, strides: [1, 1] }, dilations);
  }
  const size: [number, number] = [(kh - 1) * dilations[0] + 1, (kw - 1) * dilations[1] + 1];
  const attributes = {
    data_format: nhwc,
    strides: attribute.integers([1, ...window.strides, 1]),
    dilations: attribute.integers([1, ...dilations, 1]),
    padding: attribute.text(window.padding.toUpperCase()),
  };
  const [image, filter] = [lowered(graph, x), lowered(graph, kernel)];
  const y = heavy(graph, "Conv2D", [image, filter], attributes, slidShape(x, { ...window, size }, out));
  return graph.record(y, [x, kernel], (dy) => {
    const slope = lowered(graph, dy);
    return [
      () => heavy(graph, "Conv2DBackpropInput", [graph.shapeOf(x), filter, slope], attributes, x.shape),
      () => {
        if (pointwisePays(graph, kernel, strides)) return pointwiseGradient(graph, x, dy, kernel.shape);
        if (window.padding === "same" && tapsPay(graph, x, kernel, strides, dilations))
          return tapGradient(graph, x, dy, kernel.shape);
        const sizes = graph.integers(kernel.shape);
        return heavy(graph, "Conv2DBackpropFilter", [image, sizes, slope], attributes, kernel.shape);
      },
    ];
  });
}

/** DepthwiseConv2dNative, `kernel [kh, kw, in, multiplier]`. */
export function depthwiseConv2d(graph: Graph, x: Value, kernel: Value, window: Omit<Window, "size">): Value {
  const [kh, kw, channels, multiplier] = kernel.shape as [number, number, number, number];
  const attributes = {
    data_format: nhwc,
    strides: attribute.integers([1, ...window.strides, 1]),
    padding: attribute.text(window.padding.toUpperCase()),
  };
  const shape = slidShape(x, { ...window, size: [kh, kw] }, channels * multiplier);
  const [image, filter] = [lowered(graph, x), lowered(graph, kernel)];
  const y = heavy(graph, "DepthwiseConv2dNative", [image, filter], attributes, shape);
  return graph.record(y, [x, kernel], (dy) => {
    const slope = lowered(graph, dy);
    const sizes = graph.integers(kernel.shape);
    return [
      () => heavy(graph, "DepthwiseConv2dNativeBackpropInput", [graph.shapeOf(x), filter, slope], attributes, x.shape),
      () => heavy(graph, "DepthwiseConv2dNativeBackpropFilter", [image, sizes, slope], attributes, kernel.shape),
    ];
  });
}

/** Adds one bias per channel, the last dimension. */
export function biasAdd(graph: Graph, x: Value, bias: Value): Value {
  const attributes = { T, data_format: nhwc };
  return graph.record(graph.add("BiasAdd", [x, bias], attributes, x.shape), [x, bias], (dy) => [
    () => dy,
    () => graph.add("BiasAddGrad", [dy], attributes, bias.shape),
  ]);
}

function pool(
  graph: Graph,
  operation: string,
  x: Value,
  window: Window,
): { y: Value; attributes: Record<string, Message> } {
  const attributes = {
    T,
    data_format: nhwc,
    ksize: attribute.integers([1, ...window.size, 1]),
    strides: attribute.integers([1, ...window.strides, 1]),
    padding: attribute.text(window.padding.toUpperCase()),
  };
  return { y: graph.add(operation, [x], attributes, slidShape(x, window, x.shape[3]!)), attributes };
}

export function maxPool(graph: Graph, x: Value, window: Window): Value {
  const { y, attributes } = pool(graph, "MaxPool", x, window);
  return graph.record(y, [x], (dy) => [() => graph.add("MaxPoolGrad", [x, y, dy], attributes, x.shape)]);
}

export function averagePool(graph: Graph, x: Value, window: Window): Value {
  const { y, attributes } = pool(graph, "AvgPool", x, window);
  return graph.record(y, [x], (dy) => [() => graph.add("AvgPoolGrad", [graph.shapeOf(x), dy], attributes, x.shape)]);
}
