import type { tf } from "./tensorflow.js";

/** Where a value comes from: layer, number of its call, number of its output; calls of a nested model count from 1. */
export type Source = readonly [layer: string, call: number, output: number];

/** A layer of a network with the inputs of each of its calls. */
export interface LayerConfig {
  readonly name: string;
  readonly className: string;
  /** Settings as tfjs-layers serialises them. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly calls: readonly (readonly Source[])[];
}

/** How the layers of a network are connected. */
export interface Topology {
  readonly layers: readonly LayerConfig[];
  readonly inputs: readonly Source[];
  readonly outputs: readonly Source[];
}

/** Classes of networks, which may stand in another network as a layer. */
export const modelClasses: readonly string[] = ["Model", "Functional", "Sequential"];

interface SerialisedLayer {
  readonly className: string;
  readonly name?: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inboundNodes?: readonly (readonly (readonly [string, number, number, unknown])[])[];
}

interface SerialisedModel {
  readonly layers: readonly SerialisedLayer[];
  readonly inputLayers: readonly Source[];
  readonly outputLayers: readonly Source[];
}

const isModel = (className: string): boolean => modelClasses.includes(className);

/** A row of layers as if each had been called on the one before. */
function rowOf(layers: readonly SerialisedLayer[], model: tf.LayersModel): Topology {
  const named = layers.map(({ className, config }) => ({ name: String(config.name), className, config }));
  const hasInput = named[0]?.className === "InputLayer";
  const shape = model.inputs[0]!.shape;
  const input = { name: `${model.name}_input`, className: "InputLayer", config: { batchInputShape: shape }, calls: [] };
  const row: LayerConfig[] = hasInput ? [] : [input];
  let last: Source = [input.name, 0, 0];
  for (const layer of named) {
    row.push({ ...layer, calls: layer.className === "InputLayer" ? [] : [[last]] });
    last = [layer.name, isModel(layer.className) ? 1 : 0, 0];
  }
  return { layers: row, inputs: [[row[0]!.name, 0, 0]], outputs: [last] };
}

/** The connections inside a network; nested networks are layers in it. */
export function layersOf(model: tf.LayersModel): Topology {
  const config = model.getConfig() as unknown as SerialisedModel | SerialisedLayer[];
  if (Array.isArray(config)) return rowOf(config, model);
  if (!("inputLayers" in config)) return rowOf((config as SerialisedModel).layers, model);
  const layers = config.layers.map((layer) => ({
    name: layer.name ?? String(layer.config.name),
    className: layer.className,
    config: layer.config,
    calls: (layer.inboundNodes ?? []).map((node) => node.map(([name, call, output]): Source => [name, call, output])),
  }));
  return { layers, inputs: config.inputLayers, outputs: config.outputLayers };
}
