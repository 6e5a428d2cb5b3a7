import { cellsAt, hexagonPlaces } from "../../engine/hexagon.js";
import type { NetworkWeight } from "../network.js";
import { NotInOnnxError } from "./not-in-onnx.js";
import { onnxActivation } from "./onnx-activations.js";
import type { OnnxAttribute, OnnxGraph } from "./onnx-graph.js";
import { channelsFirst, channelsLast, image, type OnnxValue, plain } from "./onnx-value.js";
import { transposed } from "./transposed.js";

/** What is needed to write one layer. */
export interface OnnxLayer {
  readonly graph: OnnxGraph;
  readonly name: string;
  /** Settings as tfjs-layers serialises them. */
  readonly config: Readonly<Record<string, unknown>>;
  /** A weight by its short name. */
  readonly weight: (name: string) => NetworkWeight | undefined;
}

type Write = (context: OnnxLayer, inputs: readonly OnnxValue[]) => OnnxValue;

function pair(value: unknown, otherwise: [number, number]): [number, number] {
  if (typeof value === "number") return [value, value];
  return Array.isArray(value) ? [Number(value[0]), Number(value[1] ?? value[0])] : otherwise;
}

/** A weight of the layer, its dimensions in another order. */
function constant({ graph, name, weight }: OnnxLayer, short: string, order?: number[], shape?: number[]): string {
  const own = weight(short)!;
  const { values, shape: found } = order ? transposed(own, order) : own;
  return graph.floats(`${name}/${short}`, values, shape ?? found);
}

const has = ({ weight }: OnnxLayer, name: string): boolean => weight(name) !== undefined;

/** Zeros before and after each axis by which a sliding window keeps its length, as TensorFlow's `same` adds them. */
function samePads(
  input: readonly number[],
  size: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): number[] {
  const total = size.map((length, i) => {
    const steps = Math.ceil(input[i]! / strides[i]!);
    return Math.max(0, (steps - 1) * strides[i]! + (length - 1) * dilations[i]! + 1 - input[i]!);
  });
  return [...total.map((zeros) => Math.floor(zeros / 2)), ...total.map((zeros) => Math.ceil(zeros / 2))];
}

/** A window that slides over some axes. */
interface Sliding {
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  /** Length of each axis afterwards. */
  readonly lengths: readonly number[];
}

function sliding(
  { config }: OnnxLayer,
  x: OnnxValue,
  size: readonly number[],
  strides: readonly number[],
  dilations: readonly number[] = size.map(() => 1),
): Sliding {
  const attributes = { kernel_shape: size, strides };
  if (config.padding === "same") {
    const lengths = size.map((_, i) => Math.ceil(x.shape[i]! / strides[i]!));
    return { attributes: { ...attributes, pads: samePads(x.shape, size, strides, dilations) }, lengths };
  }
  const lengths = size.map(
    (length, i) => Math.floor((x.shape[i]! - (length - 1) * dilations[i]! - 1) / strides[i]!) + 1,
  );
  return { attributes, lengths };
}

/** Softmax over the channels, else the activation wherever they lie. */
function activated(context: OnnxLayer, name: unknown, y: OnnxValue): OnnxValue {
  const activation = String(name ?? "linear");
  if (activation !== "softmax") {
    return { ...y, name: onnxActivation(context.graph, activation, y.name, context.name) };
  }
  return plain(context.graph.add("Softmax", [channelsLast(context.graph, y)], { axis: -1 }), y.shape);
}

function convolved(context: OnnxLayer, y: string, shape: readonly number[]): OnnxValue {
  return activated(context, context.config.activation, image(y, shape));
}

const kernelOrder = [3, 2, 0, 1];

const writeConv2D: Write = (context, [x]) => {
  const { graph, config } = context;
  const [height, width, , filters] = context.weight("kernel")!.shape as [number, number, number, number];
  const dilations = pair(config.dilationRate, [1, 1]);
  const { attributes, lengths } = sliding(context, x!, [height, width], pair(config.strides, [1, 1]), dilations);
  const bias = has(context, "bias") ? [constant(context, "bias")] : [];
  const inputs = [channelsFirst(graph, x!), constant(context, "kernel", kernelOrder), ...bias];
  return convolved(context, graph.add("Conv", inputs, { ...attributes, dilations }), [...lengths, filters]);
};

/** A convolution of 3 × 3 whose two free corners are zero; only cells with a pixel count. */
const writeHexagonalConv2D: Write = (context, [x]) => {
  const { graph, name, config } = context;
  const [height, width] = x!.shape as [number, number];
  const cells = config.cells as readonly string[] | undefined;
  const { shape, values } = context.weight("kernel")!;
  const [, channels, filters] = shape as [number, number, number];
  const kernel = new Float32Array(filters * channels * 9);
  for (const [k, place] of hexagonPlaces.entries()) {
    for (let c = 0; c < channels; c++) {
      for (let f = 0; f < filters; f++)
        kernel[(f * channels + c) * 9 + place] = values[(k * channels + c) * filters + f]!;
    }
  }
  const mask = cells && graph.floats("cells", Float32Array.from(cellsAt(cells, height, width)!), [1, 1, height, width]);
  const image = channelsFirst(graph, x!);
  const inputs = [
    mask ? graph.add("Mul", [image, mask]) : image,
    graph.floats(`${name}/kernel`, kernel, [filters, channels, 3, 3]),
    ...(has(context, "bias") ? [constant(context, "bias")] : []),
  ];
  const strides = pair(config.strides, [1, 1]);
  const pads = samePads([height, width], [3, 3], strides, [1, 1]);
  const y = graph.add("Conv", inputs, { kernel_shape: [3, 3], strides, pads });
  return convolved(context, y, [Math.ceil(height / strides[0]), Math.ceil(width / strides[1]), filters]);
};

/** Each channel by its own kernels; `bias` only where nothing follows before it. */
function depthwise(context: OnnxLayer, x: OnnxValue, withBias: boolean): { name: string; shape: number[] } {
  const { graph, config } = context;
  const [height, width, channels, multiplier] = context.weight("depthwise_kernel")!.shape as number[];
  const filters = channels! * multiplier!;
  const bias = withBias && has(context, "bias") ? [constant(context, "bias")] : [];
  const dilations = pair(config.dilationRate, [1, 1]);
  const { attributes, lengths } = sliding(context, x, [height!, width!], pair(config.strides, [1, 1]), dilations);
  const kernel = constant(context, "depthwise_kernel", [2, 3, 0, 1], [filters, 1, height!, width!]);
  const inputs = [channelsFirst(graph, x), kernel, ...bias];
  const name = graph.add("Conv", inputs, { ...attributes, dilations, group: channels! });
  return { name, shape: [...lengths, filters] };
}

const writeDepthwiseConv2D: Write = (context, [x]) => {
  const { name, shape } = depthwise(context, x!, true);
  return convolved(context, name, shape);
};

const writeSeparableConv2D: Write = (context, [x]) => {
  const bias = has(context, "bias") ? [constant(context, "bias")] : [];
  const { name, shape } = depthwise(context, x!, false);
  const inputs = [name, constant(context, "pointwise_kernel", kernelOrder), ...bias];
  const filters = context.weight("pointwise_kernel")!.shape.at(-1)!;
  return convolved(context, context.graph.add("Conv", inputs, { kernel_shape: [1, 1] }), [
    ...shape.slice(0, -1),
    filters,
  ]);
};

const writeConv1D: Write = (context, [x]) => {
  const { graph, config } = context;
  const [width, , filters] = context.weight("kernel")!.shape as [number, number, number];
  const [stride] = pair(config.strides, [1, 1]);
  const [dilation] = pair(config.dilationRate, [1, 1]);
  const { attributes, lengths } = sliding(context, x!, [width], [stride], [dilation]);
  const bias = has(context, "bias") ? [constant(context, "bias")] : [];
  const line = graph.add("Transpose", [x!.name], { perm: [0, 2, 1] });
  const inputs = [line, constant(context, "kernel", [2, 1, 0]), ...bias];
  const y = graph.add("Conv", inputs, { ...attributes, dilations: [dilation] });
  const shape = [...lengths, filters];
  return activated(context, config.activation, plain(graph.add("Transpose", [y], { perm: [0, 2, 1] }), shape));
};

const writeDense: Write = (context, [x]) => {
  const { graph } = context;
  const product = graph.add("MatMul", [channelsLast(graph, x!), constant(context, "kernel")]);
  const y = has(context, "bias") ? graph.add("Add", [product, constant(context, "bias")]) : product;
  const shape = [...x!.shape.slice(0, -1), context.weight("kernel")!.shape.at(-1)!];
  return activated(context, context.config.activation, plain(y, shape));
};

const writeBatchNormalization: Write = (context, [x]) => {
  const { graph, config } = context;
  const { shape } = x!;
  const channels = shape.at(-1)!;
  const filled = (name: string, value: number): string =>
    has(context, name)
      ? constant(context, name)
      : graph.floats(name, new Float32Array(channels).fill(value), [channels]);
  const statistics = [constant(context, "moving_mean"), constant(context, "moving_variance")];
  const inputs = [channelsFirst(graph, x!), filled("gamma", 1), filled("beta", 0), ...statistics];
  const y = graph.add("BatchNormalization", inputs, { epsilon: { float: Number(config.epsilon ?? 1e-3) } });
  return shape.length === 3 ? image(y, shape) : plain(y, shape);
};

const writeLayerNormalization: Write = (context, [x]) => {
  const { graph, config } = context;
  const { shape } = x!;
  const channels = shape.at(-1)!;
  const scale = has(context, "gamma")
    ? constant(context, "gamma")
    : graph.floats("ones", new Float32Array(channels).fill(1), [channels]);
  const offset = has(context, "beta") ? [constant(context, "beta")] : [];
  const attributes = { axis: -1, epsilon: { float: Number(config.epsilon ?? 1e-3) } };
  return plain(graph.add("LayerNormalization", [channelsLast(graph, x!), scale, ...offset], attributes), shape);
};

const pooled =
  (operation: "MaxPool" | "AveragePool"): Write =>
  (context, [x]) => {
    const size = pair(context.config.poolSize, [2, 2]);
    const { attributes, lengths } = sliding(context, x!, size, pair(context.config.strides, size));
    const y = context.graph.add(operation, [channelsFirst(context.graph, x!)], attributes);
    return image(y, [...lengths, x!.shape.at(-1)!]);
  };

const globallyPooled =
  (operation: "GlobalAveragePool" | "GlobalMaxPool"): Write =>
  ({ graph }, [x]) => {
    const y = graph.add(operation, [channelsFirst(graph, x!)]);
    return plain(graph.add("Flatten", [y], { axis: 1 }), x!.shape.slice(-1));
  };

/** Values of all inputs, images with channels first when one of them has them so. */
const merged =
  (operation: string): Write =>
  ({ graph }, inputs) => {
    const first = inputs.some((input) => input.channelsFirst);
    const rank = Math.max(...inputs.map((input) => input.shape.length));
    const shape = Array.from({ length: rank }, (_, i) =>
      Math.max(...inputs.map((input) => input.shape.at(i - rank) ?? 1)),
    );
    const names = inputs.map((input) => (first ? channelsFirst(graph, input) : input.name));
    const name = names.reduce((sum, next) => graph.add(operation, [sum, next]));
    return { name, shape, channelsFirst: first };
  };

const writeAverage: Write = (context, inputs) => {
  const sum = merged("Add")(context, inputs);
  const { graph } = context;
  return { ...sum, name: graph.add("Mul", [sum.name, graph.number(1 / inputs.length)]) };
};

const writeConcatenate: Write = ({ graph, config }, inputs) => {
  const axis = Number(config.axis ?? -1);
  const names = inputs.map((input) => channelsLast(graph, input));
  const shape = [...inputs[0]!.shape];
  const joined = axis < 0 ? shape.length + axis : axis - 1;
  shape[joined] = inputs.reduce((sum, input) => sum + input.shape[joined]!, 0);
  return plain(graph.add("Concat", names, { axis }), shape);
};

/** A value in another shape, one of whose lengths may be −1, what is left. */
function reshaped(graph: OnnxGraph, x: OnnxValue, wanted: readonly number[]): OnnxValue {
  const product = (lengths: readonly number[]): number => lengths.reduce((total, length) => total * length, 1);
  const rest = product(x.shape) / product(wanted.filter((length) => length > 0));
  const shape = wanted.map((length) => (length > 0 ? length : rest));
  return plain(graph.add("Reshape", [channelsLast(graph, x), graph.integers([-1, ...shape])]), shape);
}

const writeZeroPadding2D: Write = ({ graph, config }, [x]) => {
  const [rows, columns] = config.padding as [[number, number], [number, number]];
  const [height, width, channels] = x!.shape as [number, number, number];
  const shape = [height + rows[0] + rows[1], width + columns[0] + columns[1], channels];
  const pads = [0, 0, rows[0], columns[0], 0, 0, rows[1], columns[1]];
  return image(graph.add("Pad", [channelsFirst(graph, x!), graph.integers(pads)]), shape);
};

const writeUpSampling2D: Write = (context, [x]) => {
  const { graph, config, name } = context;
  if (config.interpolation === "bilinear") {
    throw new NotInOnnxError(`${name}: bilinear up-sampling is not exported to ONNX`, { place: name });
  }
  const size = pair(config.size, [2, 2]);
  const scales = graph.floats("scales", Float32Array.of(1, 1, ...size), [4]);
  const [height, width, channels] = x!.shape as [number, number, number];
  const shape = [height * size[0], width * size[1], channels];
  const attributes = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
  return image(graph.add("Resize", [channelsFirst(graph, x!), "", scales], attributes), shape);
};

const writeReLU: Write = ({ graph, config }, [x]) => {
  const limit = config.maxValue;
  if (limit == null) return { ...x!, name: graph.add("Relu", [x!.name]) };
  return { ...x!, name: graph.add("Clip", [x!.name, graph.number(0), graph.number(Number(limit))]) };
};

/** How each layer class is written; layers that act only while training are passed through. */
export const onnxLayers: Readonly<Record<string, Write>> = {
  Activation: (context, [x]) => activated(context, context.config.activation, x!),
  Add: merged("Add"),
  Average: writeAverage,
  AveragePooling2D: pooled("AveragePool"),
  BatchNormalization: writeBatchNormalization,
  Concatenate: writeConcatenate,
  Conv1D: writeConv1D,
  Conv2D: writeConv2D,
  Dense: writeDense,
  DepthwiseConv2D: writeDepthwiseConv2D,
  Dropout: (_context, [x]) => x!,
  ELU: ({ graph, config }, [x]) => ({
    ...x!,
    name: graph.add("Elu", [x!.name], { alpha: { float: Number(config.alpha ?? 1) } }),
  }),
  Flatten: ({ graph }, [x]) => reshaped(graph, x!, [-1]),
  GlobalAveragePooling2D: globallyPooled("GlobalAveragePool"),
  GlobalMaxPooling2D: globallyPooled("GlobalMaxPool"),
  HexagonalConv2D: writeHexagonalConv2D,
  LayerNormalization: writeLayerNormalization,
  LeakyReLU: ({ graph, config }, [x]) => ({
    ...x!,
    name: graph.add("LeakyRelu", [x!.name], { alpha: { float: Number(config.alpha ?? 0.3) } }),
  }),
  MaxPooling2D: pooled("MaxPool"),
  Maximum: merged("Max"),
  Minimum: merged("Min"),
  Multiply: merged("Mul"),
  Permute: ({ graph, config }, [x]) => {
    const dims = config.dims as number[];
    const shape = dims.map((axis) => x!.shape[axis - 1]!);
    return plain(graph.add("Transpose", [channelsLast(graph, x!)], { perm: [0, ...dims] }), shape);
  },
  ReLU: writeReLU,
  Reshape: ({ graph, config }, [x]) =>
    reshaped(
      graph,
      x!,
      (config.targetShape as (number | null)[]).map((length) => length ?? -1),
    ),
  SeparableConv2D: writeSeparableConv2D,
  Softmax: (context, [x]) => activated(context, "softmax", x!),
  SpatialDropout2D: (_context, [x]) => x!,
  UpSampling2D: writeUpSampling2D,
  ZeroPadding2D: writeZeroPadding2D,
};
