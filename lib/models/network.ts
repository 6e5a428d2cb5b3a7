import { outputNames } from "../engine/output-names.js";
import type { tf } from "../engine/tensorflow.js";
import { layersOf, type Topology, topologyOf } from "../engine/topology.js";
import { InputError } from "../errors.js";
import type { SavedNetwork } from "./read-model.js";

/** A weight of a layer, row by row. */
export interface NetworkWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The layers, connections and weights of a network: all that one must know to write it in another form. */
export interface Network {
  readonly name: string;
  readonly topology: Topology;
  readonly outputNames: readonly string[];
  /** A weight of a layer by its short name, `kernel`. */
  weight(layer: string, name: string): NetworkWeight | undefined;
  /** A network that is a layer of this one. */
  nested(layer: string): Network;
}

/** Shape of the images that a network looks at, without the batch. */
export function imageShapeOf({ topology }: Network): number[] {
  const [input] = topology.inputs[0]!;
  const { config } = topology.layers.find(({ name }) => name === input)!;
  return (config.batchInputShape as (number | null)[]).slice(1).map((length) => length ?? 1);
}

/** A network that lives in TensorFlow. */
export function networkOf(model: tf.LayersModel): Network {
  return {
    name: model.name,
    topology: layersOf(model),
    outputNames: outputNames(model),
    weight(layer, name): NetworkWeight | undefined {
      const weights = model.getLayer(layer).weights as tf.LayerVariable[];
      const tensor = weights.find(({ originalName }) => originalName.split("/").at(-1) === name)?.read();
      return tensor && { shape: tensor.shape, values: tensor.dataSync<"float32">() as Float32Array };
    },
    nested: (layer) => networkOf(model.getLayer(layer) as tf.LayersModel),
  };
}

const camel = (text: string): string => text.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase());

/** Settings under the names of tfjs-layers; in its files they have those of Keras. Names of layers stay. */
function renamed(value: unknown, key: string): unknown {
  if (typeof value === "string") return camel(value);
  if (Array.isArray(value)) {
    const connections = ["inboundNodes", "inputLayers", "outputLayers"].includes(key);
    return value.map((item, i) => (connections && i === 0 && typeof item === "string" ? item : renamed(item, key)));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      camel(name),
      name === "name" && typeof item === "string" ? item : renamed(item, camel(name)),
    ]),
  );
}

function described(config: Record<string, unknown>, name: string, weight: Network["weight"]): Network {
  const topology = topologyOf(config, name);
  return {
    name,
    topology,
    outputNames: topology.outputs.map(([layer]) => layer),
    weight,
    nested: (layer) => described(topology.layers.find((one) => one.name === layer)!.config, layer, weight),
  };
}

/**
 * A network as its files describe it, without TensorFlow.
 * @param place the folder, for errors
 * @throws {InputError} when the description is of another form
 */
export function savedNetwork({ topology, weights, values }: SavedNetwork, place: string): Network {
  const known = new Map<string, NetworkWeight>();
  let offset = 0;
  for (const { name, shape } of weights) {
    const length = shape.reduce((product, side) => product * side, 1);
    known.set(name, { shape, values: new Float32Array(values, 4 * offset, length) });
    offset += length;
  }
  const { config } = renamed(topology, "") as { readonly config?: Record<string, unknown> };
  if (!config) throw new InputError(`the network in ${place} has no settings`, { place });
  return described(config, String(config.name), (layer, name) => known.get(`${layer}/${name}`));
}
