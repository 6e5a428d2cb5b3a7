import { PbfReader, PbfWriter } from "pbf";
import { version } from "../../config/version.js";

/** Value of a node's attribute: a whole number, several, a real one (wrapped) or text. */
export type OnnxAttribute = number | readonly number[] | { readonly float: number } | string;

/** One operation; each of ours has one output, whose name no other node has. */
export interface OnnxNode {
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

type TensorValues = Float32Array | BigInt64Array | Int8Array | Uint8Array | Int32Array | Uint16Array;

/** A weight or other constant; `Uint16Array` holds the bits of float16. */
export interface OnnxTensor {
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

/** An input or output of the graph, float32; without a shape it may have any. */
export interface OnnxPort {
  readonly name: string;
  /** Without the batch. */
  readonly shape: readonly number[] | null;
}

/** Numbers of the types in ONNX' `TensorProto.DataType`. */
export const onnxTypes = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10 } as const;

function typeOf(values: TensorValues): number {
  if (values instanceof Float32Array) return onnxTypes.float;
  if (values instanceof BigInt64Array) return onnxTypes.int64;
  if (values instanceof Int8Array) return onnxTypes.int8;
  if (values instanceof Uint8Array) return onnxTypes.uint8;
  return values instanceof Int32Array ? onnxTypes.int32 : onnxTypes.float16;
}

function message(fill: (out: PbfWriter) => void): Uint8Array {
  const out = new PbfWriter();
  fill(out);
  return Uint8Array.from(out.finish());
}

function attributeMessage(name: string, value: OnnxAttribute): Uint8Array {
  return message((out) => {
    out.writeStringField(1, name);
    if (typeof value === "number") {
      out.writeVarintField(3, value);
      out.writeVarintField(20, 2);
    } else if (typeof value === "string") {
      out.writeStringField(4, value);
      out.writeVarintField(20, 3);
    } else if ("float" in value) {
      out.writeFloatField(2, value.float);
      out.writeVarintField(20, 1);
    } else {
      for (const item of value) out.writeVarintField(8, item);
      out.writeVarintField(20, 7);
    }
  });
}

function nodeMessage({ operation, inputs, output, attributes }: OnnxNode, number: number): Uint8Array {
  return message((out) => {
    for (const input of inputs) out.writeStringField(1, input);
    out.writeStringField(2, output);
    out.writeStringField(3, `node_${number}`);
    out.writeStringField(4, operation);
    for (const [key, value] of Object.entries(attributes)) out.writeBytesField(5, attributeMessage(key, value));
  });
}

function tensorMessage(name: string, { shape, values }: OnnxTensor): Uint8Array {
  return message((out) => {
    for (const size of shape) out.writeVarintField(1, size);
    out.writeVarintField(2, typeOf(values));
    out.writeStringField(8, name);
    out.writeBytesField(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  });
}

/** A float32 value whose first dimension, the batch, has any length. */
function portMessage({ name, shape }: OnnxPort): Uint8Array {
  const dimension = (fill: (dim: PbfWriter) => void): Uint8Array => message(fill);
  const tensor = message((out) => {
    out.writeVarintField(1, onnxTypes.float);
    if (!shape) return;
    const dimensions = message((dims) => {
      dims.writeBytesField(
        1,
        dimension((dim) => dim.writeStringField(2, "batch")),
      );
      for (const size of shape) {
        dims.writeBytesField(
          1,
          dimension((dim) => dim.writeVarintField(1, size)),
        );
      }
    });
    out.writeBytesField(2, dimensions);
  });
  return message((out) => {
    out.writeStringField(1, name);
    out.writeBytesField(
      2,
      message((type) => type.writeBytesField(1, tensor)),
    );
  });
}

const sourceKey = "cherenkit.source";

/** What the content of an `.onnx` file says that it was made of; undefined where it says nothing. */
export function sourceOf(content: Uint8Array): string | undefined {
  const found = { key: "", value: "" };
  new PbfReader(content).readFields((tag, _result, model) => {
    if (tag !== 14) return;
    const property = { key: "", value: "" };
    model.readMessage((field, result, reader) => {
      if (field === 1) result.key = reader.readString();
      if (field === 2) result.value = reader.readString();
    }, property);
    if (property.key === sourceKey) Object.assign(found, property);
  }, found);
  return found.key === "" ? undefined : found.value;
}

/** An ONNX graph under construction (https://onnx.ai/onnx/repo-docs/IR.html), operator set 17. */
export class OnnxGraph {
  readonly nodes: OnnxNode[] = [];
  readonly tensors = new Map<string, OnnxTensor>();
  readonly inputs: OnnxPort[] = [];
  readonly outputs: OnnxPort[] = [];
  private readonly constants = new Map<string, string>();
  private count = 0;

  /** A graph with the inputs, outputs and constants of another, and no nodes yet; names go on where the other's ended. */
  static like(other: OnnxGraph): OnnxGraph {
    const graph = new OnnxGraph();
    for (const [name, tensor] of other.tensors) graph.tensors.set(name, tensor);
    graph.inputs.push(...other.inputs);
    graph.outputs.push(...other.outputs);
    graph.count = other.count;
    return graph;
  }

  /** Adds a node; gives the name of its output. */
  add(
    operation: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    output?: string,
  ): string {
    const name = output ?? `${operation}_${++this.count}`;
    this.nodes.push({ operation, inputs, output: name, attributes });
    return name;
  }

  /** A constant under a name of its own. */
  tensor(name: string, values: TensorValues, shape: readonly number[]): string {
    const unique = `${name}#${++this.count}`;
    this.tensors.set(unique, { shape, values });
    return unique;
  }

  /** A weight or other float32 constant. */
  floats(name: string, values: Float32Array, shape: readonly number[]): string {
    return this.tensor(name, values, shape);
  }

  /** A float32 number. */
  number(value: number): string {
    const key = `float ${value}`;
    const known = this.constants.get(key) ?? this.floats("number", Float32Array.of(value), []);
    this.constants.set(key, known);
    return known;
  }

  /** A list of whole numbers, int64. */
  integers(values: readonly number[]): string {
    const key = `int ${values.join()}`;
    const known =
      this.constants.get(key) ?? this.tensor("integers", BigInt64Array.from(values.map(BigInt)), [values.length]);
    this.constants.set(key, known);
    return known;
  }

  /** @param shape without the batch */
  input(name: string, shape: readonly number[]): void {
    this.inputs.push({ name, shape });
  }

  /** Gives a value of the graph the name of an output. @param shape without the batch */
  output(name: string, value: string, shape: readonly number[]): void {
    this.add("Identity", [value], {}, name);
    this.outputs.push({ name, shape });
  }

  /**
   * The whole model as the content of an `.onnx` file; constants that nothing takes are left out.
   * @param source told by {@link sourceOf}: what it was made of
   */
  encode(name: string, source?: string): Uint8Array {
    const used = new Set(this.nodes.flatMap(({ inputs }) => inputs));
    const graph = message((out) => {
      for (const [i, node] of this.nodes.entries()) out.writeBytesField(1, nodeMessage(node, i));
      out.writeStringField(2, name);
      for (const [key, tensor] of this.tensors) if (used.has(key)) out.writeBytesField(5, tensorMessage(key, tensor));
      for (const input of this.inputs) out.writeBytesField(11, portMessage(input));
      for (const output of this.outputs) out.writeBytesField(12, portMessage(output));
    });
    return message((out) => {
      out.writeVarintField(1, 8);
      out.writeStringField(2, "cherenkit");
      out.writeStringField(3, version);
      out.writeBytesField(7, graph);
      out.writeBytesField(
        8,
        message((opset) => {
          opset.writeStringField(1, "");
          opset.writeVarintField(2, 17);
        }),
      );
      if (source === undefined) return;
      out.writeBytesField(
        14,
        message((property) => {
          property.writeStringField(1, sourceKey);
          property.writeStringField(2, source);
        }),
      );
    });
  }
}
