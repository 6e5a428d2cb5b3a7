import type { PbfWriter } from "pbf";
import type { Graph, Value, Variable } from "./graph.js";
import { message, shapeMessage } from "./graph-def.js";

/** A callable entry of a SavedModel: names of its inputs and outputs to values of the graph. */
export interface Signature {
  readonly inputs: Readonly<Record<string, Value>>;
  readonly outputs: Readonly<Record<string, Value>>;
}

/** How TensorFlow's own loaders, in Python too, fill, save and restore the variables. */
export interface Saver {
  readonly file: Value;
  readonly saved: Value;
  readonly restored: Value;
  readonly initial: ReadonlyMap<Variable, { readonly assign: Value; readonly value: Value }>;
}

const tensorName = (value: Value): string => (value.ref.includes(":") ? value.ref : `${value.ref}:0`);

function tensorInfo(value: Value): Uint8Array {
  return message((out) => {
    out.writeStringField(1, tensorName(value));
    out.writeVarintField(2, value.type);
    out.writeBytesField(3, shapeMessage(value.shape));
  });
}

function entry(out: PbfWriter, field: number, key: string, value: Uint8Array): void {
  const content = message((pair) => {
    pair.writeStringField(1, key);
    pair.writeBytesField(2, value);
  });
  out.writeBytesField(field, content);
}

function signatureDef({ inputs, outputs }: Signature): Uint8Array {
  return message((out) => {
    for (const [key, value] of Object.entries(inputs)) entry(out, 1, key, tensorInfo(value));
    for (const [key, value] of Object.entries(outputs)) entry(out, 2, key, tensorInfo(value));
    out.writeStringField(3, "tensorflow/serving/predict");
  });
}

function variableDef(variable: Variable, initializer: Value, initial: Value): Uint8Array {
  return message((out) => {
    out.writeStringField(1, `${variable.name}:0`);
    out.writeStringField(2, initializer.ref);
    out.writeStringField(3, tensorName(variable.value));
    out.writeBooleanField(5, true); // is_resource
    out.writeStringField(6, tensorName(initial));
    out.writeBooleanField(7, variable.trainable);
  });
}

function collection(definitions: readonly Uint8Array[]): Uint8Array {
  return message((out) => {
    const list = message((bytes) => {
      for (const definition of definitions) bytes.writeBytesField(1, definition);
    });
    out.writeBytesField(2, list);
  });
}

function saverDef({ file, saved, restored }: Saver): Uint8Array {
  return message((out) => {
    out.writeStringField(1, tensorName(file));
    out.writeStringField(2, tensorName(saved));
    out.writeStringField(3, restored.ref);
    out.writeVarintField(4, 5);
    out.writeFloatField(6, 10_000);
    out.writeVarintField(7, 2);
  });
}

/** Version of TensorFlow's graph format that the operations here belong to. */
const producer = 1286;
const minimumConsumer = 12;

/**
 * The content of saved_model.pb; without `saver` the graph has no variables. There is no `__saved_model_init_op`:
 * TensorFlow would run it after a restore and wipe the weights; `init` is an ordinary signature instead.
 */
export function encodeSavedModel(
  graph: Graph,
  signatures: Readonly<Record<string, Signature>>,
  saver: Saver | null,
): Uint8Array {
  const graphDef = message((out) => {
    for (const node of graph.nodes) out.writeBytesField(1, node);
    const versions = message((inner) => {
      inner.writeVarintField(1, producer);
      inner.writeVarintField(2, minimumConsumer);
    });
    out.writeBytesField(4, versions);
  });
  const metaGraph = message((out) => {
    const info = message((inner) => {
      inner.writeStringField(4, "serve");
      inner.writeStringField(5, "2.21.0");
    });
    out.writeBytesField(1, info);
    out.writeBytesField(2, graphDef);
    if (saver) {
      const definition = (variable: Variable): Uint8Array => {
        const { assign, value } = saver.initial.get(variable)!;
        return variableDef(variable, assign, value);
      };
      out.writeBytesField(3, saverDef(saver));
      entry(out, 4, "variables", collection(graph.variables.map(definition)));
      const trained = graph.variables.filter(({ trainable }) => trainable);
      entry(out, 4, "trainable_variables", collection(trained.map(definition)));
    }
    for (const [name, signature] of Object.entries(signatures)) entry(out, 5, name, signatureDef(signature));
  });
  return message((out) => {
    out.writeVarintField(1, 1);
    out.writeBytesField(2, metaGraph);
  });
}
