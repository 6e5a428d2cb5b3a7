import { tf } from "../../engine/tensorflow.js";
import { InputError } from "../../errors.js";
import { callsOf, containers, type KerasFunctional, type KerasLayer, nameOf, sourcesOf } from "./keras-config.js";
import { activationName, type LayerSettings, layerTable } from "./layer-table.js";

type Tensor = tf.SymbolicTensor;

/** A layer with what must happen behind it. */
interface Built {
  readonly layer: tf.layers.Layer;
  readonly finish: (y: Tensor) => Tensor;
}

function settingsOf({ class_name, config }: KerasLayer, place: string): LayerSettings {
  const found = layerTable[class_name];
  if (!found) {
    throw new InputError(`the layer ${place} is of the class ${class_name}, which cannot be imported`, {
      place,
      remedy: `these can: ${Object.keys(layerTable).join(", ")}`,
    });
  }
  for (const [name, wanted] of Object.entries({ data_format: "channels_last", ...found.fixed })) {
    const value = config[name];
    if (value !== undefined && value !== null && value !== wanted) {
      throw new InputError(`the layer ${place} has ${name} = ${String(value)}, which tfjs lacks`, { place });
    }
  }
  const settings: LayerSettings = { name: nameOf({ class_name, config }) };
  for (const [tfjs, keras] of found.settings) {
    let value = config[keras];
    if (value === undefined || value === null) continue;
    if (keras === "activation" && typeof value !== "string") value = (value as { config?: unknown }).config ?? value;
    if (keras === "activation") {
      const name = activationName(String(value), "tfjs");
      if (!name)
        throw new InputError(`the layer ${place} uses the activation ${String(value)}, which tfjs lacks`, { place });
      value = name;
    }
    settings[tfjs] = value;
  }
  return settings;
}

/** A shape of which one length may be left open, with that length. */
function closedShape(target: readonly number[], input: readonly (number | null)[]): number[] {
  const length = (sizes: readonly (number | null)[]): number => sizes.reduce<number>((a, b) => a * (b ?? 1), 1);
  const known = length(target.filter((size) => size > 0));
  return target.map((size) => (size > 0 ? size : length(input.slice(1)) / known));
}

function build(item: KerasLayer, path: string, input: Tensor): Built {
  if (containers.includes(item.class_name)) return { layer: buildContainer(item, path), finish: (y) => y };
  const settings = settingsOf(item, path);
  // tfjs leaves an open length unknown to the layers behind.
  if (item.class_name === "Reshape") settings.targetShape = closedShape(settings.targetShape as number[], input.shape);
  const layer = layerTable[item.class_name]!.make(settings);
  layer.trainable = item.config.trainable !== false;
  if (item.config.keepdims !== true) return { layer, finish: (y) => y };
  const reshape = (y: Tensor): Tensor =>
    tf.layers.reshape({ targetShape: [1, 1, y.shape[1]!], name: `${layer.name}_keepdims` }).apply(y) as Tensor;
  return { layer, finish: reshape };
}

function inputOf({ config }: KerasLayer, name: string): Tensor {
  const shape = (config.batch_shape ?? config.batch_input_shape) as (number | null)[];
  return tf.input({ shape: shape.slice(1), name });
}

function buildSequential(layers: readonly KerasLayer[], name: string, path: string): tf.LayersModel {
  const first = layers[0]!;
  const declared = first.config.batch_shape ?? first.config.batch_input_shape;
  if (!declared) throw new InputError(`${path || name} does not tell the shape of its input`, { place: path || name });
  const input = inputOf(first, `${name}_input`);
  let x = input;
  for (const item of layers.filter(({ class_name }) => class_name !== "InputLayer")) {
    const { layer, finish } = build(item, `${path}${nameOf(item)}`, x);
    x = finish(layer.apply(x) as Tensor);
  }
  return tf.model({ inputs: input, outputs: x, name });
}

function buildContainer(item: KerasLayer, path: string): tf.LayersModel {
  const config = item.config as unknown as KerasFunctional;
  const name = config.name;
  const prefix = path ? `${path}/` : "";
  if (item.class_name === "Sequential") return buildSequential(config.layers, name, prefix);
  const values = new Map<string, Tensor>();
  const built = new Map<string, Built>();
  let waiting = config.layers.flatMap((layer) => {
    if (layer.class_name === "InputLayer") values.set(`${nameOf(layer)}:0:0`, inputOf(layer, nameOf(layer)));
    return callsOf(layer).map((sources, call) => ({ layer, sources, call }));
  });
  waiting = waiting.filter(({ layer }) => layer.class_name !== "InputLayer");
  const lookUp = (sources: readonly (readonly [string, number, number])[]): (Tensor | undefined)[] =>
    sources.map(([layer, call, output]) => values.get(`${layer}:${call}:${output}`));
  while (waiting.length > 0) {
    const remaining = waiting.filter(({ layer, sources, call }) => {
      const inputs = lookUp(sources);
      if (inputs.some((value) => value === undefined)) return true;
      const layerName = nameOf(layer);
      const ready = inputs as Tensor[];
      const made = built.get(layerName) ?? build(layer, prefix + layerName, ready[0]!);
      built.set(layerName, made);
      const result = made.layer.apply(ready.length === 1 ? ready[0]! : ready) as Tensor | Tensor[];
      for (const [i, y] of [result].flat().entries()) values.set(`${layerName}:${call}:${i}`, made.finish(y));
      return false;
    });
    if (remaining.length === waiting.length)
      throw new InputError(`the layers of ${name} do not connect`, { place: name });
    waiting = remaining;
  }
  const inputs = lookUp(sourcesOf(config.input_layers)) as Tensor[];
  const outputs = lookUp(sourcesOf(config.output_layers)) as Tensor[];
  return tf.model({ inputs, outputs: outputs.length === 1 ? outputs[0]! : outputs, name });
}

/**
 * The network that a Keras configuration describes, with weights of its own.
 * @throws {InputError} for layers or settings without a counterpart in tfjs
 */
export function buildKerasModel(config: KerasLayer): tf.LayersModel {
  return buildContainer(config, "");
}
