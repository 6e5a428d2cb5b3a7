import { InputError } from "../../errors.js";

/** Where a value comes from: layer, number of its call, number of its output. */
export type Source = readonly [layer: string, call: number, output: number];

/** A layer or model as Keras writes it, in version 2 or 3. */
export interface KerasLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>> & { readonly name?: string };
  readonly name?: string;
  readonly inbound_nodes?: readonly unknown[];
}

/** Configuration of a functional model. */
export interface KerasFunctional {
  readonly name: string;
  readonly layers: readonly KerasLayer[];
  readonly input_layers: unknown;
  readonly output_layers: unknown;
}

/** Classes that hold other layers. */
export const containers: readonly string[] = ["Functional", "Model", "Sequential"];

const isSource = (value: unknown): value is Source =>
  Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number";

/** Sources of a model's inputs or outputs, which stand alone, in a list or by name. */
export function sourcesOf(value: unknown): Source[] {
  if (isSource(value)) return [value];
  if (value !== null && typeof value === "object") return Object.values(value).flatMap(sourcesOf);
  return [];
}

/** Inputs of each call of a layer. Keras 3 hides them in tensors' histories, Keras 2 lists them. */
export function callsOf(layer: KerasLayer): Source[][] {
  const histories = (value: unknown): Source[] => {
    if (Array.isArray(value)) return value.flatMap(histories);
    if (value === null || typeof value !== "object") return [];
    const tensor = value as { class_name?: string; config?: { keras_history?: unknown } };
    return tensor.class_name === "__keras_tensor__" ? sourcesOf(tensor.config?.keras_history) : [];
  };
  return (layer.inbound_nodes ?? []).map((node) => {
    if (Array.isArray(node)) return node.flatMap((part) => (isSource(part) ? [part] : sourcesOf(part)));
    return histories((node as { args?: unknown }).args);
  });
}

export const nameOf = (layer: KerasLayer): string => layer.name ?? layer.config.name ?? layer.class_name;

/** @throws {InputError} when the text does not describe a model of layers. */
export function parseKerasConfig(text: string, file: string): KerasLayer {
  let config: KerasLayer;
  try {
    config = JSON.parse(text) as KerasLayer;
  } catch (cause) {
    throw new InputError(`${file} does not describe a Keras model: ${(cause as Error).message}`, {
      place: file,
      cause,
    });
  }
  if (containers.includes(config.class_name)) return config;
  throw new InputError(`${file} holds a model of the class ${config.class_name}, written in Python`, {
    place: file,
    remedy:
      "only functional and sequential models describe their layers; export its weights and rebuild it as a custom model",
  });
}
