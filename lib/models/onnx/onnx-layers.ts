import { cellsAt, hexagonPlaces } from "../../engine/hexagonal-conv-2d.js";
import type { tf } from "../../engine/tensorflow.js";
import { CherenkitError } from "../../errors.js";
import { onnxActivation } from "./onnx-activations.js";
import type { OnnxAttribute, OnnxGraph } from "./onnx-graph.js";
import { channelsFirst, channelsLast, image, type OnnxValue, plain } from "./onnx-value.js";

/** What is needed to write one layer. */
export interface OnnxLayer {
  readonly graph: OnnxGraph;
  readonly layer: tf.layers.Layer;
  /** Settings as tfjs-layers serialises them. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Output's shape without the batch. */
  readonly shape: readonly number[];
}

type Write = (context: OnnxLayer, inputs: readonly OnnxValue[]) => OnnxValue;

function pair(value: unknown, otherwise: [number, number]): [number, number] {
  if (typeof value === "number") return [value, value];
  return Array.isArray(value) ? [Number(value[0]), Number(value[1] ?? value[0])] : otherwise;
}

function weight({ layer }: OnnxLayer, name: string): tf.Tensor | undefined {
  const found = (layer.weights as tf.LayerVariable[]).find(
    ({ originalName }) => originalName.split("/").at(-1) === name,
  );
  return found?.read();
}

/** A weight of the layer, its dimensions in another order. */
function constant(context: OnnxLayer, name: string, order?: number[], shape?: number[]): string {
  const tensor = weight(context, name)!;
  const moved = order ? tensor.transpose(order) : tensor;
  const values = moved.dataSync<"float32">() as Float32Array;
  const result = context.graph.floats(`${context.layer.name}/${name}`, values, shape ?? moved.shape);
  if (moved !== tensor) moved.dispose();
  return result;
}

const has = (context: OnnxLayer, name: string): boolean => weight(context, name) !== undefined;

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

function window(
  { config }: OnnxLayer,
  x: OnnxValue,
  size: readonly number[],
  strides: readonly number[],
  dilations: readonly number[] = size.map(() => 1),
): Record<string, OnnxAttribute> {
  const pads: Record<string, OnnxAttribute> =
    config.padding === "same" ? { pads: samePads(x.shape, size, strides, dilations) } : {};
  return { kernel_shape: size, strides, ...pads };
}

/** Softmax over the channels, else the activation wherever they lie. */
function activated(context: OnnxLayer, name: unknown, y: OnnxValue): OnnxValue {
  const activation = String(name ?? "linear");
  if (activation !== "softmax") {
    return { ...y, name: onnxActivation(context.graph, activation, y.name, context.layer.name) };
  }
  return plain(context.graph.add("Softmax", [channelsLast(context.graph, y)], { axis: -1 }), y.shape);
}

function convolved(context: OnnxLayer, y: string): OnnxValue {
  return activated(context, context.config.activation, image(y, context.shape));
}

const kernelOrder = [3, 2, 0, 1];

const writeConv2D: Write = (context, [x]) => {
  const { graph, config } = context;
  const [height, width] = weight(context, "kernel")!.shape as [number, number];
  const dilations = pair(config.dilationRate, [1, 1]);
  const attributes = { ...window(context, x!, [height, width], pair(config.strides, [1, 1]), dilations), dilations };
  const bias = has(context, "bias") ? [constant(context, "bias")] : [];
  const inputs = [channelsFirst(graph, x!), constant(context, "kernel", kernelOrder), ...bias];
  return convolved(context, graph.add("Conv", inputs, attributes));
};

/** A convolution of 3 × 3 whose two free corners are zero; only cells with a pixel count. */
const writeHexagonalConv2D: Write = (context, [x]) => {
  const { graph, layer, config } = context;
  const [height, width] = x!.shape as [number, number];
  const cells = config.cells as readonly string[] | undefined;
  const own = weight(context, "kernel")!;
  const [, channels, filters] = own.shape as [number, number, number];
  const values = own.dataSync<"float32">() as Float32Array;
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
    graph.floats(`${layer.name}/kernel`, kernel, [filters, channels, 3, 3]),
    ...(has(context, "bias") ? [constant(context, "bias")] : []),
  ];
  const strides = pair(config.strides, [1, 1]);
  const pads = samePads([height, width], [3, 3], strides, [1, 1]);
  return convolved(context, graph.add("Conv", inputs, { kernel_shape: [3, 3], strides, pads }));
};

/** Each channel by its own kernels; `bias` only where nothing follows before it. */
function depthwise(context: OnnxLayer, x: OnnxValue, withBias: boolean): string {
  const { graph, config } = context;
  const [height, width, channels, multiplier] = weight(context, "depthwise_kernel")!.shape as number[];
  const shape = [channels! * multiplier!, 1, height!, width!];
  const bias = withBias && has(context, "bias") ? [constant(context, "bias")] : [];
  const dilations = pair(config.dilationRate, [1, 1]);
  const sliding = window(context, x, [height!, width!], pair(config.strides, [1, 1]), dilations);
  const attributes = { ...sliding, dilations, group: channels! };
  const kernel = constant(context, "depthwise_kernel", [2, 3, 0, 1], shape);
  return graph.add("Conv", [channelsFirst(graph, x), kernel, ...bias], attributes);
}

const writeSeparableConv2D: Write = (context, [x]) => {
  const bias = has(context, "bias") ? [constant(context, "bias")] : [];
  const inputs = [depthwise(context, x!, false), constant(context, "pointwise_kernel", kernelOrder), ...bias];
  return convolved(context, context.graph.add("Conv", inputs, { kernel_shape: [1, 1] }));
};

const writeConv1D: Write = (context, [x]) => {
  const { graph, config } = context;
  const [width] = weight(context, "kernel")!.shape as [number];
  const [stride] = pair(config.strides, [1, 1]);
  const [dilation] = pair(config.dilationRate, [1, 1]);
  const attributes = { ...window(context, x!, [width], [stride], [dilation]), dilations: [dilation] };
  const bias = has(context, "bias") ? [constant(context, "bias")] : [];
  const line = graph.add("Transpose", [x!.name], { perm: [0, 2, 1] });
  const y = graph.add("Conv", [line, constant(context, "kernel", [2, 1, 0]), ...bias], attributes);
  return activated(context, config.activation, plain(graph.add("Transpose", [y], { perm: [0, 2, 1] }), context.shape));
};

const writeDense: Write = (context, [x]) => {
  const { graph } = context;
  const product = graph.add("MatMul", [channelsLast(graph, x!), constant(context, "kernel")]);
  const y = has(context, "bias") ? graph.add("Add", [product, constant(context, "bias")]) : product;
  return activated(context, context.config.activation, plain(y, context.shape));
};

const writeBatchNormalization: Write = (context, [x]) => {
  const { graph, config, shape } = context;
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
  const { graph, config, shape } = context;
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
    const attributes = window(context, x!, size, pair(context.config.strides, size));
    return image(context.graph.add(operation, [channelsFirst(context.graph, x!)], attributes), context.shape);
  };

const globallyPooled =
  (operation: "GlobalAveragePool" | "GlobalMaxPool"): Write =>
  ({ graph, shape }, [x]) =>
    plain(graph.add("Flatten", [graph.add(operation, [channelsFirst(graph, x!)])], { axis: 1 }), shape);

/** Values of all inputs, images with channels first when one of them has them so. */
const merged =
  (operation: string): Write =>
  ({ graph, shape }, inputs) => {
    const first = inputs.some((input) => input.channelsFirst);
    const names = inputs.map((input) => (first ? channelsFirst(graph, input) : input.name));
    const name = names.reduce((sum, next) => graph.add(operation, [sum, next]));
    return { name, shape, channelsFirst: first };
  };

const writeAverage: Write = (context, inputs) => {
  const sum = merged("Add")(context, inputs);
  const { graph } = context;
  return { ...sum, name: graph.add("Mul", [sum.name, graph.number(1 / inputs.length)]) };
};

const writeConcatenate: Write = ({ graph, config, shape }, inputs) => {
  const axis = Number(config.axis ?? -1);
  const names = inputs.map((input) => channelsLast(graph, input));
  return plain(graph.add("Concat", names, { axis }), shape);
};

const reshaped: Write = ({ graph, shape }, [x]) =>
  plain(graph.add("Reshape", [channelsLast(graph, x!), graph.integers([-1, ...shape])]), shape);

const writeZeroPadding2D: Write = ({ graph, config, shape }, [x]) => {
  const [rows, columns] = config.padding as [[number, number], [number, number]];
  const pads = [0, 0, rows[0], columns[0], 0, 0, rows[1], columns[1]];
  return image(graph.add("Pad", [channelsFirst(graph, x!), graph.integers(pads)]), shape);
};

const writeUpSampling2D: Write = (context, [x]) => {
  const { graph, config, layer, shape } = context;
  if (config.interpolation === "bilinear") {
    throw new CherenkitError(`${layer.name}: bilinear up-sampling is not exported to ONNX`, { place: layer.name });
  }
  const scales = graph.floats("scales", Float32Array.of(1, 1, ...pair(config.size, [2, 2])), [4]);
  const attributes = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
  return image(graph.add("Resize", [channelsFirst(graph, x!), "", scales], attributes), shape);
};

const writeReLU: Write = ({ graph, config }, [x]) => {
  const limit = config.maxValue;
  const inputs = [x!.name, graph.number(0), graph.number(Number(limit))];
  return { ...x!, name: limit == null ? graph.add("Relu", [x!.name]) : graph.add("Clip", inputs) };
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
  DepthwiseConv2D: (context, [x]) => convolved(context, depthwise(context, x!, true)),
  Dropout: (_context, [x]) => x!,
  ELU: ({ graph, config }, [x]) => ({
    ...x!,
    name: graph.add("Elu", [x!.name], { alpha: { float: Number(config.alpha ?? 1) } }),
  }),
  Flatten: reshaped,
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
  Permute: ({ graph, config, shape }, [x]) =>
    plain(graph.add("Transpose", [channelsLast(graph, x!)], { perm: [0, ...(config.dims as number[])] }), shape),
  ReLU: writeReLU,
  Reshape: reshaped,
  SeparableConv2D: writeSeparableConv2D,
  Softmax: (context, [x]) => activated(context, "softmax", x!),
  SpatialDropout2D: (_context, [x]) => x!,
  UpSampling2D: writeUpSampling2D,
  ZeroPadding2D: writeZeroPadding2D,
};
