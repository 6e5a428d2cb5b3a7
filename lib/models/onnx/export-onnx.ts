import type { tf } from "../../engine/tensorflow.js";
import { modelClasses, type Source } from "../../engine/topology.js";
import { CherenkitError, ConfigError } from "../../errors.js";
import { writeFileAtomically } from "../../files/write-atomically.js";
import { imageShapeOf, type Network, type NetworkWeight, networkOf } from "../network.js";
import { calibrate, type ImageSample } from "./calibrate.js";
import { foldNormalization } from "./fold-normalization.js";
import { halfPrecision } from "./half-precision.js";
import { NotInOnnxError } from "./not-in-onnx.js";
import { OnnxGraph } from "./onnx-graph.js";
import { onnxLayers } from "./onnx-layers.js";
import { channelsLast, type OnnxValue, plain } from "./onnx-value.js";
import { quantisableNodes, quantise, rangesNeeded } from "./quantise.js";

const key = ([layer, call, output]: Source): string => `${layer}:${call}:${output}`;

function writeNetwork(graph: OnnxGraph, network: Network, inputs: readonly OnnxValue[]): Map<string, OnnxValue> {
  const { topology } = network;
  const values = new Map<string, OnnxValue>();
  for (const [i, source] of topology.inputs.entries()) values.set(key(source), inputs[i]!);
  let waiting = topology.layers.flatMap((item) => item.calls.map((sources, call) => ({ item, sources, call })));
  while (waiting.length > 0) {
    const remaining = waiting.filter(({ item, sources, call }) => {
      const ready = sources.map((source) => values.get(key(source)));
      if (ready.some((value) => value === undefined)) return true;
      const { name, className, config } = item;
      if (modelClasses.includes(className)) {
        const nested = network.nested(name);
        const inner = writeNetwork(graph, nested, ready as OnnxValue[]);
        for (const [i, source] of nested.topology.outputs.entries()) {
          values.set(key([name, call + 1, i]), inner.get(key(source))!);
        }
        return false;
      }
      const write = onnxLayers[className];
      if (!write) {
        throw new NotInOnnxError(`the layer ${name} of class ${className} cannot be exported to ONNX`, {
          place: name,
          remedy: `these can: ${Object.keys(onnxLayers).join(", ")}`,
        });
      }
      const weight = (short: string): NetworkWeight | undefined => network.weight(name, short);
      values.set(key([name, call, 0]), write({ graph, name, config, weight }, ready as OnnxValue[]));
      return false;
    });
    if (remaining.length === waiting.length) throw new CherenkitError(`the layers of ${network.name} do not connect`);
    waiting = remaining;
  }
  return values;
}

/**
 * A network as an ONNX graph: input `images` `[batch, height, width, channels]`, outputs named as in the network.
 * @param more values that are outputs too, by the names they shall have
 * @throws {NotInOnnxError} for layers without a counterpart
 */
export function onnxGraphOf(network: Network, more: Readonly<Record<string, Source>> = {}): OnnxGraph {
  const graph = new OnnxGraph();
  const shape = imageShapeOf(network);
  graph.input("images", shape);
  const values = writeNetwork(graph, network, [plain("images", shape)]);
  const named = network.outputNames.map((name, i) => [name, network.topology.outputs[i]!] as const);
  for (const [name, source] of [...named, ...Object.entries(more)]) {
    const value = values.get(key(source))!;
    graph.output(name, channelsLast(graph, value), value.shape);
  }
  return graph;
}

/** {@link onnxGraphOf} of a network in TensorFlow. */
export function onnxGraph(model: tf.LayersModel): OnnxGraph {
  return onnxGraphOf(networkOf(model));
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
  /** What stands in the file as what it was made of, `weightsHash` of the network's folder. */
  readonly source?: string;
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
  const { precision = "float32", sample, source } = options;
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
  await writeFileAtomically(path, graph.encode(model.name, source));
}
