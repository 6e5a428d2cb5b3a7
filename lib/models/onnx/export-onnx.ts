import { outputNames } from "../../engine/output-names.js";
import type { tf } from "../../engine/tensorflow.js";
import { layersOf, modelClasses, type Source } from "../../engine/topology.js";
import { CherenkitError, ConfigError } from "../../errors.js";
import { writeFileAtomically } from "../../files/write-atomically.js";
import { calibrate, type ImageSample } from "./calibrate.js";
import { foldNormalization } from "./fold-normalization.js";
import { halfPrecision } from "./half-precision.js";
import { OnnxGraph } from "./onnx-graph.js";
import { onnxLayers } from "./onnx-layers.js";
import { channelsLast, type OnnxValue, plain } from "./onnx-value.js";
import { quantisableNodes, quantise, rangesNeeded } from "./quantise.js";

const sizes = (shape: unknown): number[] => (shape as (number | null)[]).slice(1).map((size) => size ?? 1);

const key = ([layer, call, output]: Source): string => `${layer}:${call}:${output}`;

function writeModel(graph: OnnxGraph, model: tf.LayersModel, inputs: readonly OnnxValue[]): OnnxValue[] {
  const topology = layersOf(model);
  const values = new Map<string, OnnxValue>();
  for (const [i, source] of topology.inputs.entries()) values.set(key(source), inputs[i]!);
  let waiting = topology.layers.flatMap((item) => item.calls.map((sources, call) => ({ item, sources, call })));
  while (waiting.length > 0) {
    const remaining = waiting.filter(({ item, sources, call }) => {
      const ready = sources.map((source) => values.get(key(source)));
      if (ready.some((value) => value === undefined)) return true;
      const layer = model.getLayer(item.name);
      if (modelClasses.includes(item.className)) {
        const outputs = writeModel(graph, layer as tf.LayersModel, ready as OnnxValue[]);
        for (const [i, value] of outputs.entries()) values.set(key([item.name, call + 1, i]), value);
        return false;
      }
      const write = onnxLayers[item.className];
      if (!write) {
        throw new CherenkitError(`the layer ${item.name} of class ${item.className} cannot be exported to ONNX`, {
          place: item.name,
          remedy: `these can: ${Object.keys(onnxLayers).join(", ")}`,
        });
      }
      const { shape } = layer.getOutputAt(call) as tf.SymbolicTensor;
      const context = { graph, layer, config: item.config, shape: sizes(shape) };
      values.set(key([item.name, call, 0]), write(context, ready as OnnxValue[]));
      return false;
    });
    if (remaining.length === waiting.length) throw new CherenkitError(`the layers of ${model.name} do not connect`);
    waiting = remaining;
  }
  return topology.outputs.map((source) => values.get(key(source))!);
}

/** A network as an ONNX graph: input `images` `[batch, height, width, channels]`, outputs named as in the network. */
export function onnxGraph(model: tf.LayersModel): OnnxGraph {
  const graph = new OnnxGraph();
  const shape = sizes(model.inputs[0]!.shape);
  graph.input("images", shape);
  const outputs = writeModel(graph, model, [plain("images", shape)]);
  for (const [i, name] of outputNames(model).entries()) {
    graph.output(name, channelsLast(graph, outputs[i]!), outputs[i]!.shape);
  }
  return graph;
}

/** Number format of an exported network's weights. */
export type OnnxPrecision = "float32" | "float16" | "int8";

/** How a network is exported. */
export interface OnnxOptions {
  /**
   * float16: weights of half the size, computing in float32. int8: convolutions and dense layers compute with 8 bits, a
   * quarter of the size; the layer that looks at the images stays as it is.
   */
  readonly precision?: OnnxPrecision;
  /** For int8: images from which the ranges of all values are taken, e.g. `sampleImages(data)`. */
  readonly sample?: ImageSample;
}

async function quantised(graph: OnnxGraph, { images, size }: ImageSample): Promise<OnnxGraph> {
  const folded = foldNormalization(graph);
  const nodes = quantisableNodes(folded);
  const ranges = await calibrate(folded, rangesNeeded(folded, nodes), { images, size });
  return quantise(folded, nodes, ranges);
}

/**
 * Writes a network as ONNX, operator set 17.
 * @throws {CherenkitError} for layers without a counterpart
 * @throws {ConfigError} for int8 without images
 * @throws {OutputError}
 */
export async function exportOnnx(model: tf.LayersModel, path: string, options: OnnxOptions = {}): Promise<void> {
  const { precision = "float32", sample } = options;
  let graph = onnxGraph(model);
  if (precision === "float16") graph = halfPrecision(graph);
  if (precision === "int8") {
    if (!sample || sample.size === 0) {
      throw new ConfigError("a network becomes int8 by looking at images, and there is none", {
        remedy: "give a sample, e.g. sampleImages(data)",
      });
    }
    graph = await quantised(graph, sample);
  }
  await writeFileAtomically(path, graph.encode(model.name));
}
