import { PbfWriter } from "pbf";
import { version } from "../../config/version.js";

/** Value of a node's attribute: a whole number, several, a real one (wrapped) or text. */
export type OnnxAttribute = number | readonly number[] | { readonly float: number } | string;

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

function tensorMessage(name: string, shape: readonly number[], type: number, bytes: Uint8Array): Uint8Array {
  return message((out) => {
    for (const size of shape) out.writeVarintField(1, size);
    out.writeVarintField(2, type);
    out.writeStringField(8, name);
    out.writeBytesField(9, bytes);
  });
}

/** A float32 value whose first dimension, the batch, has any length. */
function valueMessage(name: string, shape: readonly number[]): Uint8Array {
  const dimensions = message((out) => {
    out.writeBytesField(
      1,
      message((dim) => dim.writeStringField(2, "batch")),
    );
    for (const size of shape) {
      out.writeBytesField(
        1,
        message((dim) => dim.writeVarintField(1, size)),
      );
    }
  });
  const tensor = message((out) => {
    out.writeVarintField(1, 1);
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

/** An ONNX graph under construction (https://onnx.ai/onnx/repo-docs/IR.html), operator set 17. */
export class OnnxGraph {
  private readonly nodes: Uint8Array[] = [];
  private readonly initializers: Uint8Array[] = [];
  private readonly inputs: Uint8Array[] = [];
  private readonly outputs: Uint8Array[] = [];
  private readonly constants = new Map<string, string>();
  private count = 0;

  /** Adds a node; gives the name of its output. */
  add(
    operation: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    output?: string,
  ): string {
    const name = output ?? `${operation}_${++this.count}`;
    this.nodes.push(
      message((out) => {
        for (const input of inputs) out.writeStringField(1, input);
        out.writeStringField(2, name);
        out.writeStringField(3, `node_${this.nodes.length}`);
        out.writeStringField(4, operation);
        for (const [key, value] of Object.entries(attributes)) out.writeBytesField(5, attributeMessage(key, value));
      }),
    );
    return name;
  }

  /** A weight or other float32 constant. */
  floats(name: string, values: Float32Array, shape: readonly number[]): string {
    const unique = `${name}#${++this.count}`;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.initializers.push(tensorMessage(unique, shape, 1, bytes));
    return unique;
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
    const known = this.constants.get(key) ?? `integers#${++this.count}`;
    if (!this.constants.has(key)) {
      const bytes = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
      this.initializers.push(tensorMessage(known, [values.length], 7, bytes));
      this.constants.set(key, known);
    }
    return known;
  }

  /** @param shape without the batch */
  input(name: string, shape: readonly number[]): void {
    this.inputs.push(valueMessage(name, shape));
  }

  /** Gives a value of the graph the name of an output. @param shape without the batch */
  output(name: string, value: string, shape: readonly number[]): void {
    this.add("Identity", [value], {}, name);
    this.outputs.push(valueMessage(name, shape));
  }

  /** The whole model as the content of an `.onnx` file. */
  encode(name: string): Uint8Array {
    const graph = message((out) => {
      for (const node of this.nodes) out.writeBytesField(1, node);
      out.writeStringField(2, name);
      for (const initializer of this.initializers) out.writeBytesField(5, initializer);
      for (const input of this.inputs) out.writeBytesField(11, input);
      for (const output of this.outputs) out.writeBytesField(12, output);
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
    });
  }
}
