import { DataTable } from "../display/data-table.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import { outputNames } from "../engine/output-names.js";
import type { tf } from "../engine/tensorflow.js";

/** One layer as it stands in the table. */
export interface LayerSummary {
  readonly name: string;
  readonly className: string;
  /** Without the batch. */
  readonly outputShape: readonly number[];
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
  const kernel = layer.weights.find((weight) => /kernel/.test(weight.originalName))?.shape as number[] | undefined;
  switch (layer.getClassName()) {
    case "Conv2D":
      return 2 * outputs * product(kernel!.slice(0, 3)) + bias;
    case "DepthwiseConv2D":
      return 2 * outputs * product(kernel!.slice(0, 2)) + bias;
    case "Dense":
      return 2 * outputs * kernel![0]! + bias;
    case "MaxPooling2D":
    case "AveragePooling2D":
      return product(config.poolSize as number[]) * outputs;
    case "GlobalAveragePooling2D":
      return product(input);
    case "Add":
    case "Multiply":
      return outputs;
    case "BatchNormalization":
      return 2 * outputs;
    default:
      return 0;
  }
}

/** Layers that compute, in order, those of nested models in their place. */
function collect(model: tf.LayersModel, list: LayerSummary[]): void {
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
    ]);
    return new DataTable(["layer", "class", "output", "parameters", "MFLOP"], rows);
  }

  private totals(): string {
    const frozen = this.parameters - this.trainableParameters;
    return [
      `${this.parameters.toLocaleString("en-US")} parameters${frozen > 0 ? `, ${frozen.toLocaleString("en-US")} of them fixed` : ""}`,
      `${this.layers} layers`,
      `${(this.flops / 1e9).toPrecision(4)} GFLOP an image`,
      `${(this.activationBytes / 1e6).toPrecision(3)} MB of activations an image`,
      `input ${this.inputShape.join(" × ")}`,
    ].join(" · ");
  }

  toText(): string {
    return `${this.name}\n${this.table().toText()}\n${this.totals()}`;
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
