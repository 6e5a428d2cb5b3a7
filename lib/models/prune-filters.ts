import { tf } from "../engine/tensorflow.js";
import { CherenkitError, ConfigError } from "../errors.js";

type Layer = tf.layers.Layer;

/** Layers that hand each channel on by itself. */
const channelwise = new Set([
  "InputLayer",
  "Activation",
  "ReLU",
  "LeakyReLU",
  "ELU",
  "Dropout",
  "SpatialDropout2D",
  "MaxPooling2D",
  "AveragePooling2D",
  "GlobalAveragePooling2D",
  "GlobalMaxPooling2D",
  "ZeroPadding2D",
  "UpSampling2D",
  "BatchNormalization",
]);

/** Classes whose filters are the last axis of their kernel, and whose inputs are the axis before it. */
const convolutions = new Set(["Conv2D", "HexagonalConv2D"]);

/** A convolution whose filters may go: what carries its channels on, and what takes them in. */
interface PrunableConvolution {
  readonly convolution: Layer;
  readonly normalisations: readonly Layer[];
  readonly consumers: readonly Layer[];
}

/** Layers of a network with those of nested models in their place, and for each the layers that take its output. */
class LayerGraph {
  readonly layers: Layer[] = [];
  private readonly containers = new Map<Layer, tf.LayersModel[]>();
  private readonly top: tf.LayersModel;

  constructor(model: tf.LayersModel) {
    this.top = model;
    this.collect(model);
  }

  private collect(model: tf.LayersModel): void {
    for (const output of model.outputs) {
      const layer = output.sourceLayer as Layer;
      this.containers.set(layer, [...(this.containers.get(layer) ?? []), model]);
    }
    for (const layer of model.layers) {
      if ("layers" in layer) this.collect(layer as tf.LayersModel);
      else this.layers.push(layer);
    }
  }

  /** Null when the output leaves the network. */
  consumers(layer: Layer): Layer[] | null {
    const found: Layer[] = [];
    for (const { outboundLayer } of layer.outboundNodes) {
      const consumer = outboundLayer as Layer;
      if ("layers" in consumer) found.push(...((consumer as tf.LayersModel).inputLayers as Layer[]));
      else found.push(consumer);
    }
    for (const container of this.containers.get(layer) ?? []) {
      if (container === this.top) return null;
      const further = this.consumers(container);
      if (further === null) return null;
      found.push(...further);
    }
    return found;
  }
}

/** Follows the channels of a convolution; null when they meet a layer that binds them to other channels. */
function followChannels(graph: LayerGraph, convolution: Layer): PrunableConvolution | null {
  const normalisations = new Set<Layer>();
  const consumers = new Set<Layer>();
  const open = [convolution];
  for (let layer = open.pop(); layer; layer = open.pop()) {
    const next = graph.consumers(layer);
    if (next === null) return null;
    for (const consumer of next) {
      const kind = consumer.getClassName();
      if (convolutions.has(kind) || kind === "Dense") consumers.add(consumer);
      else if (channelwise.has(kind)) {
        if (kind === "BatchNormalization") normalisations.add(consumer);
        open.push(consumer);
      } else return null;
    }
  }
  return { convolution, normalisations: [...normalisations], consumers: [...consumers] };
}

/** Indices of the `count` filters with the largest sum of absolute weights, ascending. */
function strongestFilters(kernel: Float32Array, filters: number, count: number): number[] {
  const norms = new Float64Array(filters);
  for (let i = 0; i < kernel.length; i++) norms[i % filters]! += Math.abs(kernel[i]!);
  return Array.from(norms.keys())
    .sort((a, b) => norms[b]! - norms[a]! || a - b)
    .slice(0, count)
    .sort((a, b) => a - b);
}

interface Weights {
  values: Float32Array;
  shape: number[];
}

/** Keeps the entries `kept` of one axis. */
function keepAlong({ values, shape }: Weights, axis: number, kept: readonly number[]): Weights {
  const outer = shape.slice(0, axis).reduce((product, size) => product * size, 1);
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const size = shape[axis]!;
  const out = new Float32Array(outer * kept.length * inner);
  for (let o = 0; o < outer; o++) {
    for (const [k, index] of kept.entries()) {
      const from = (o * size + index) * inner;
      out.set(values.subarray(from, from + inner), (o * kept.length + k) * inner);
    }
  }
  return { values: out, shape: shape.map((length, i) => (i === axis ? kept.length : length)) };
}

/** Sets the number of filters of each named convolution in a serialised topology, nested models included. */
function setFilters(topology: unknown, filters: ReadonlyMap<string, number>): void {
  if (Array.isArray(topology)) for (const item of topology) setFilters(item, filters);
  else if (topology !== null && typeof topology === "object") {
    const entry = topology as Record<string, unknown>;
    const config = entry.config as Record<string, unknown> | undefined;
    const count = convolutions.has(String(entry.class_name)) && config ? filters.get(String(config.name)) : undefined;
    if (count !== undefined) config!.filters = count;
    for (const value of Object.values(entry)) setFilters(value, filters);
  }
}

/**
 * A smaller network without the weakest filters of each convolution (those with the smallest sum of absolute weights,
 * arXiv:1608.08710); unlike zeroed weights this makes prediction faster. Convolutions whose channels are added to or
 * multiplied with others (the ends of residual blocks, attention) keep all their filters. Train the result for a few
 * epochs: it starts from the weights that are left.
 * @param share share (0–1) of each convolution's filters that goes; at least one filter stays
 * @throws {ConfigError} for a share outside 0–1
 * @throws {CherenkitError} when no convolution can lose filters
 */
export async function pruneFilters(model: tf.LayersModel, share: number): Promise<tf.LayersModel> {
  if (!(share >= 0 && share < 1)) {
    throw new ConfigError(`the share of filters to remove is ${share}`, { remedy: "give a number from 0 to below 1" });
  }
  const graph = new LayerGraph(model);
  const prunable = graph.layers
    .filter((layer) => convolutions.has(layer.getClassName()))
    .map((layer) => followChannels(graph, layer))
    .filter((found) => found !== null);
  if (prunable.length === 0) throw new CherenkitError(`${model.name} has no convolution that can lose filters`);

  const weights = new Map<tf.LayerVariable, Weights>(
    (model.weights as tf.LayerVariable[]).map((weight) => [
      weight,
      { values: weight.read().dataSync<"float32">() as Float32Array, shape: [...(weight.shape as number[])] },
    ]),
  );
  const cut = (layer: Layer, name: RegExp, axis: (rank: number) => number, kept: readonly number[]): void => {
    for (const weight of layer.weights as tf.LayerVariable[]) {
      if (!name.test(weight.originalName)) continue;
      const former = weights.get(weight)!;
      weights.set(weight, keepAlong(former, axis(former.shape.length), kept));
    }
  };
  const last = (rank: number): number => rank - 1;
  const filters = new Map<string, number>();
  for (const { convolution, normalisations, consumers } of prunable) {
    const kernel = weights.get((convolution.weights as tf.LayerVariable[])[0]!)!;
    const count = kernel.shape.at(-1)!;
    const kept = strongestFilters(kernel.values, count, Math.max(1, Math.round((1 - share) * count)));
    filters.set(convolution.name, kept.length);
    cut(convolution, /kernel|bias/, last, kept);
    for (const layer of normalisations) cut(layer, /./, last, kept);
    for (const layer of consumers) cut(layer, /kernel/, (rank) => rank - 2, kept);
  }

  const topology = model.toJSON(null, false) as Record<string, unknown>;
  setFilters(topology, filters);
  const pruned = await tf.models.modelFromJSON({ modelTopology: topology } as Parameters<
    typeof tf.models.modelFromJSON
  >[0]);
  const tensors = (model.weights as tf.LayerVariable[]).map((weight) => {
    const { values, shape } = weights.get(weight)!;
    return tf.tensor(values, shape, "float32");
  });
  pruned.setWeights(tensors);
  for (const tensor of tensors) tensor.dispose();
  return pruned;
}
