import { counted } from "../display/counted.js";
import { DataTable } from "../display/data-table.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import { outputNames } from "../engine/output-names.js";
import type { tf } from "../engine/tensorflow.js";
import { layersOf } from "../engine/topology.js";

/** One layer as it stands in the table. */
export interface LayerSummary {
  readonly name: string;
  readonly className: string;
  /** Without the batch. */
  readonly outputShape: readonly number[];
  /** Layers whose outputs it takes. */
  readonly inputs: readonly string[];
  readonly parameters: number;
  /** Floating-point operations for one image. */
  readonly flops: number;
}

const product = (shape: readonly number[]): number => shape.reduce((total, size) => total * size, 1);
const sizes = (shape: unknown): number[] => (shape as (number | null)[]).slice(1).map((size) => size ?? 1);

/**
 * Operations of one layer for one image, counted as TensorFlow's profiler counts a frozen graph: two per multiplication
 * with addition, one per bias, k² per value of a pooling, one per value that is added or multiplied, one per input of a
 * global mean. Activations count nothing.
 */
function layerFlops(layer: tf.layers.Layer, input: readonly number[], output: readonly number[]): number {
  const outputs = product(output);
  const config = layer.getConfig();
  const bias = config.useBias === false ? 0 : outputs;
  const shapeOf = (name: string): number[] =>
    layer.weights.find((weight) => weight.originalName.endsWith(`/${name}`))!.shape as number[];
  switch (layer.getClassName()) {
    case "Conv2D":
      return 2 * outputs * product(shapeOf("kernel").slice(0, 3)) + bias;
    case "HexagonalConv2D":
      // Run as a convolution of 3 × 3.
      return 2 * outputs * 9 * shapeOf("kernel")[1]! + bias;
    case "DepthwiseConv2D":
      return 2 * outputs * product(shapeOf("depthwise_kernel").slice(0, 2)) + bias;
    case "SeparableConv2D": {
      const [height, width, channels, multiplier] = shapeOf("depthwise_kernel") as [number, number, number, number];
      const places = product(output.slice(0, 2));
      return 2 * places * channels * multiplier * (height * width + output[2]!) + bias;
    }
    case "Conv1D":
      return 2 * outputs * product(shapeOf("kernel").slice(0, 2)) + bias;
    case "Dense":
      return 2 * outputs * shapeOf("kernel")[0]! + bias;
    case "MaxPooling2D":
    case "AveragePooling2D":
      return product(config.poolSize as number[]) * outputs;
    case "GlobalAveragePooling2D":
    case "GlobalMaxPooling2D":
      return product(input);
    case "Add":
    case "Multiply":
    case "Maximum":
    case "Minimum":
      return outputs;
    case "BatchNormalization":
      return 2 * outputs;
    case "LayerNormalization":
      // Mean, difference, square, mean of squares, quotient, scale and centre.
      return 7 * outputs;
    default:
      return 0;
  }
}

/** Layers that compute, in order, those of nested models in their place. */
function collect(model: tf.LayersModel, list: LayerSummary[]): void {
  const calls = new Map(layersOf(model).layers.map((item) => [item.name, item.calls]));
  for (const layer of model.layers) {
    if (layer.getClassName() === "InputLayer") continue;
    if ("layers" in layer) {
      collect(layer as tf.LayersModel, list);
      continue;
    }
    const output = sizes(Array.isArray(layer.output) ? layer.output[0]!.shape : layer.output.shape);
    const input = sizes(Array.isArray(layer.input) ? layer.input[0]!.shape : layer.input.shape);
    list.push({
      name: layer.name,
      className: layer.getClassName(),
      outputShape: output,
      inputs: [...new Set((calls.get(layer.name) ?? []).flat().map(([name]) => name))],
      parameters: layer.countParams(),
      flops: layerFlops(layer, input, output),
    });
  }
}

/** What a network consists of and costs. */
export class ModelSummary implements Displayable {
  readonly name: string;
  readonly rows: readonly LayerSummary[];
  readonly parameters: number;
  readonly trainableParameters: number;
  /** Layers that compute; inputs and nested models are not counted. */
  readonly layers: number;
  /** Floating-point operations for one image. */
  readonly flops: number;
  /** Memory of all layers' outputs for one image, float32, bytes. */
  readonly activationBytes: number;
  readonly inputShape: readonly number[];
  /** Output names with their widths. */
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];

  constructor(model: tf.LayersModel) {
    const rows: LayerSummary[] = [];
    collect(model, rows);
    this.name = model.name;
    this.rows = rows;
    this.parameters = model.countParams();
    this.trainableParameters = model.trainableWeights.reduce(
      (sum, weight) => sum + product(weight.shape as number[]),
      0,
    );
    this.layers = rows.length;
    this.flops = rows.reduce((sum, row) => sum + row.flops, 0);
    this.activationBytes = 4 * rows.reduce((sum, row) => sum + product(row.outputShape), 0);
    this.inputShape = sizes(model.inputs[0]!.shape);
    this.outputs = outputNames(model).map((name, i) => ({ name, shape: sizes(model.outputs[i]!.shape) }));
  }

  private table(): DataTable {
    const rows = this.rows.map((row) => [
      row.name,
      row.className,
      row.outputShape.join(" × "),
      row.parameters,
      Number((row.flops / 1e6).toFixed(3)),
      row.inputs.join(", "),
    ]);
    return new DataTable(["layer", "class", "output", "parameters", "MFLOP", "connected to"], rows);
  }

  /** Parameters by kind with their memory, as Keras tells them. */
  private parameterLines(): string[] {
    const fixed = this.parameters - this.trainableParameters;
    const kinds = { Total: this.parameters, Trainable: this.trainableParameters, "Non-trainable": fixed };
    return Object.entries(kinds).map(
      ([kind, count]) => `${kind} params: ${count.toLocaleString("en-US")} (${((4 * count) / 2 ** 20).toFixed(2)} MB)`,
    );
  }

  private totals(): string {
    const frozen = this.parameters - this.trainableParameters;
    return [
      `${counted(this.parameters, "parameter")}${frozen > 0 ? `, ${frozen.toLocaleString("en-US")} of them fixed` : ""}`,
      counted(this.layers, "layer"),
      `${(this.flops / 1e9).toPrecision(4)} GFLOP an image`,
      `${(this.activationBytes / 1e6).toPrecision(3)} MB of activations an image`,
      `input ${this.inputShape.join(" × ")}`,
    ].join(" · ");
  }

  toText(): string {
    return [this.name, this.table().toText(), ...this.parameterLines(), this.totals()].join("\n");
  }

  toString(): string {
    return this.toText();
  }

  [jupyterDisplay](): MimeBundle {
    const html = `<p><strong>${this.totals()}</strong></p><details><summary>Layers</summary>${this.table().toHtml()}</details>`;
    return { "text/html": html, "text/plain": this.toText() };
  }
}

/** Layers, parameters, operations and memory of a network. */
export function modelSummary(model: tf.LayersModel): ModelSummary {
  return new ModelSummary(model);
}
