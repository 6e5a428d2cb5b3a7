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

type Shape = readonly (number | null)[];

/** A row of layers as if each had been called on the one before. */
function rowOf(layers: readonly SerialisedLayer[], name: string, inputShape: Shape | undefined): Topology {
  const named = layers.map(({ className, config }) => ({ name: String(config.name), className, config }));
  const hasInput = named[0]?.className === "InputLayer";
  const shape = inputShape ?? named[0]?.config.batchInputShape;
  const input = { name: `${name}_input`, className: "InputLayer", config: { batchInputShape: shape }, calls: [] };
  const row: LayerConfig[] = hasInput ? [] : [input];
  let last: Source = [input.name, 0, 0];
  for (const layer of named) {
    row.push({ ...layer, calls: layer.className === "InputLayer" ? [] : [[last]] });
    last = [layer.name, isModel(layer.className) ? 1 : 0, 0];
  }
  return { layers: row, inputs: [[row[0]!.name, 0, 0]], outputs: [last] };
}

/**
 * The connections inside a network as its settings, those of tfjs-layers, tell them.
 * @param inputShape with the batch; for a row of layers whose first does not say it
 */
export function topologyOf(config: unknown, name: string, inputShape?: Shape): Topology {
  if (Array.isArray(config)) return rowOf(config as SerialisedLayer[], name, inputShape);
  const model = config as SerialisedModel;
  if (!("inputLayers" in model)) return rowOf((model as SerialisedModel).layers, name, inputShape);
  const layers = model.layers.map((layer) => ({
    name: layer.name ?? String(layer.config.name),
    className: layer.className,
    config: layer.config,
    calls: (layer.inboundNodes ?? []).map((node) => node.map(([name, call, output]): Source => [name, call, output])),
  }));
  return { layers, inputs: model.inputLayers, outputs: model.outputLayers };
}

/** The connections inside a network; nested networks are layers in it. */
export function layersOf(model: tf.LayersModel): Topology {
  return topologyOf(model.getConfig(), model.name, model.inputs[0]!.shape);
}
