import { CherenkitError } from "../errors.js";
import type { Graph, Value, Variable } from "./graph.js";
import { LayerPaths } from "./layer-paths.js";
import { loweringOf } from "./lowerings/registry.js";
import { refuseUnsupported } from "./lowerings/unsupported.js";
import type { tf } from "./tensorflow.js";
import { type LayerConfig, layersOf, modelClasses, type Source } from "./topology.js";

/** A weight of the model: its variable in the graph and its place in the LayersModel. */
export interface ModelWeight {
  readonly name: string;
  readonly variable: Variable;
  readonly source: tf.LayerVariable;
}

/** Where the layers of a model take their weights from in the graph. */
export interface WeightSource {
  find(layer: tf.layers.Layer, name: string): tf.LayerVariable | undefined;
  /** @param training false where the running average, if one is kept, stands for the weight */
  value(layer: tf.layers.Layer, path: string, name: string, training: boolean): Value;
  /** The variable behind a weight that changes while training. */
  variable(layer: tf.layers.Layer, path: string, name: string): Variable;
}

/** The weight of a layer by its short name: `kernel` of `conv2d_1/kernel`, whatever tfjs appended to make it unique. */
export function findWeight(layer: tf.layers.Layer, name: string): tf.LayerVariable | undefined {
  return (layer.weights as tf.LayerVariable[]).find((weight) => weight.originalName.split("/").at(-1) === name);
}

/** The weights of a model as variables of a graph, each made once however often the model is lowered. */
export class ModelWeights implements WeightSource {
  readonly list: ModelWeight[] = [];
  private readonly graph: Graph;
  private readonly known = new Map<tf.LayerVariable, ModelWeight>();
  private readonly averages: Map<Variable, Variable> | null;

  /** @param averaged keep a running average of each trained weight, which predicts in its place */
  constructor(graph: Graph, averaged = false) {
    this.graph = graph;
    this.averages = averaged ? new Map() : null;
  }

  /** The running average of a trained weight; null where none is kept. */
  averageOf(variable: Variable): Variable | null {
    if (!this.averages || !variable.trainable) return null;
    const average =
      this.averages.get(variable) ?? this.graph.variable(`average/${variable.name}`, variable.shape, false);
    this.averages.set(variable, average);
    return average;
  }

  readonly find = findWeight;

  value(layer: tf.layers.Layer, path: string, name: string, training: boolean): Value {
    const { variable } = this.weight(layer, path, name);
    return ((training ? null : this.averageOf(variable)) ?? variable).value;
  }

  variable(layer: tf.layers.Layer, path: string, name: string): Variable {
    return this.weight(layer, path, name).variable;
  }

  private weight(layer: tf.layers.Layer, path: string, name: string): ModelWeight {
    const source = this.find(layer, name);
    if (!source) throw new CherenkitError(`layer ${path} has no weight ${name}`, { place: path });
    const known = this.known.get(source);
    if (known) return known;
    const trainable = layer.trainable && layer.trainableWeights.includes(source);
    const fullName = `${path}/${name}`;
    const variable = this.graph.variable(fullName, source.shape as number[], trainable);
    const weight = { name: fullName, variable, source };
    this.known.set(source, weight);
    this.list.push(weight);
    return weight;
  }
}

interface Pass {
  readonly graph: Graph;
  readonly weights: WeightSource;
  readonly training: boolean;
  readonly step: Value;
  readonly seed: number;
  readonly copy: number;
  readonly paths: LayerPaths;
  readonly updates: { readonly variable: Variable; readonly value: Value }[];
}

function lowerLayer(
  pass: Pass,
  layer: tf.layers.Layer,
  config: LayerConfig,
  path: string,
  inputs: Value[],
  trainable: boolean,
): Value[] {
  const trained = trainable && layer.trainable;
  if (modelClasses.includes(config.className)) {
    return lowerContainer(pass, layer as tf.LayersModel, path, inputs, trained);
  }
  refuseUnsupported(config.className, config.config, path, inputs[0]!.shape.length);
  const { graph, weights, training, step, seed, copy, updates } = pass;
  const output = loweringOf(config.className, path)(
    {
      graph,
      path,
      config: config.config,
      training,
      step,
      seed,
      copy,
      trainable: trained,
      weight: (name) => weights.value(layer, path, name, training),
      has: (name) => weights.find(layer, name) !== undefined,
      update: (name, value) => updates.push({ variable: weights.variable(layer, path, name), value }),
    },
    inputs,
  );
  return [output];
}

function lowerContainer(pass: Pass, model: tf.LayersModel, path: string, inputs: Value[], trainable: boolean): Value[] {
  const topology = layersOf(model);
  const values = new Map<string, Value>();
  const key = ([name, call, output]: Source): string => `${name}:${call}:${output}`;
  for (const [i, source] of topology.inputs.entries()) values.set(key(source), inputs[i]!);
  const waiting = topology.layers
    .filter(({ className }) => className !== "InputLayer")
    .flatMap((item) => item.calls.map((sources, number) => ({ item, sources, number })));
  for (let remaining = waiting; remaining.length > 0; ) {
    const next = remaining.filter(({ item, sources, number }) => {
      const ready = sources.map((source) => values.get(key(source)));
      if (ready.some((value) => value === undefined)) return true;
      const itemPath = pass.paths.of(path, item.name, item.className);
      const outputs = lowerLayer(pass, model.getLayer(item.name), item, itemPath, ready as Value[], trainable);
      // A nested model counts its calls from 1: call 0 was the one that defined it.
      const call = modelClasses.includes(item.className) ? number + 1 : number;
      for (const [tensor, value] of outputs.entries()) values.set(key([item.name, call, tensor]), value);
      return false;
    });
    if (next.length === remaining.length) throw new CherenkitError(`the layers of ${model.name} do not connect`);
    remaining = next;
  }
  return topology.outputs.map((source) => values.get(key(source))!);
}

/**
 * Adds a model to the graph, from its input to its outputs in the order of `model.outputNames`.
 * @param step number of the training step, for dropout
 * @param seed seed of the dropout masks
 * @param copy which of the copies of the network that share a batch
 * @returns outputs, and the new values of weights that follow averages (BatchNormalization) in the training graph
 */
export function lowerModel(
  graph: Graph,
  weights: WeightSource,
  model: tf.LayersModel,
  input: Value,
  options: { readonly training: boolean; readonly step: Value; readonly seed: number; readonly copy?: number },
): { outputs: Value[]; updates: { readonly variable: Variable; readonly value: Value }[] } {
  const pass: Pass = { graph, weights, copy: 0, ...options, paths: new LayerPaths(), updates: [] };
  const outputs = lowerContainer(pass, model, "", [input], true);
  return { outputs, updates: pass.updates };
}
