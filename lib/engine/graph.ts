import { CherenkitError } from "../errors.js";
import { asInt32, attribute, type DataType, dataTypes, int32, type Message, nodeMessage } from "./graph-def.js";
import { noRewrites, type Rewrites } from "./rewrites.js";

/** An output of an operation in the graph. */
export interface Value {
  /** `name` or `name:1`. */
  readonly ref: string;
  /** −1 = the batch. */
  readonly shape: readonly number[];
  readonly type: DataType;
  /** For a softmax: what went into it, so that the loss can be computed without loss of precision. */
  readonly logits?: Value;
  /** For a sigmoid: the same. */
  readonly beforeSigmoid?: Value;
  /** For a convolution with bias and a rising activation: the same value before them, and how to add them. */
  readonly unactivated?: { readonly value: Value; readonly finish: (value: Value) => Value };
}

/** A variable lives between calls; `value` reads it. */
export interface Variable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
  readonly handle: Value;
  readonly value: Value;
  /** What the signature `init` gives it. */
  readonly initial: number;
}

interface AddOptions {
  readonly name?: string;
  readonly type?: DataType;
  readonly after?: readonly Value[];
}

/** One step of the forward pass with the rule for its gradient. */
interface Recorded {
  readonly output: Value;
  readonly inputs: readonly Value[];
  /** Gradients with respect to the inputs, each made only when it is needed. */
  readonly backward: (dy: Value) => readonly (() => Value)[];
  readonly device: string;
}

/** A TensorFlow graph under construction, with a tape for reverse-mode gradients. */
export class Graph {
  readonly nodes: Message[] = [];
  readonly variables: Variable[] = [];
  private readonly tape: Recorded[] = [];
  private readonly names = new Map<string, number>();
  private readonly constants = new Map<string, Value>();
  private device = "";
  /** Number format in which convolutions and matrix products are computed. */
  readonly computeType: DataType;
  readonly rewrites: Rewrites;
  private readonly made = new Map<string, Value>();

  constructor(computeType: DataType = dataTypes.float, rewrites: Rewrites = noRewrites) {
    this.computeType = computeType;
    this.rewrites = rewrites;
  }

  /** A value that several operations need, made once. */
  shared(key: string, make: () => Value): Value {
    const value = this.made.get(key) ?? make();
    this.made.set(key, value);
    return value;
  }

  /** Puts all operations that `build` adds, and later their gradients, on a device; "" leaves the choice to TensorFlow. */
  on<T>(device: string, build: () => T): T {
    const former = this.device;
    this.device = device;
    try {
      return build();
    } finally {
      this.device = former;
    }
  }

  private unique(name: string): string {
    const used = this.names.get(name) ?? 0;
    this.names.set(name, used + 1);
    return used === 0 ? name : `${name}_${used}`;
  }

  /** Adds an operation with several outputs. */
  addMany(
    operation: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Message>>,
    shapes: readonly (readonly number[])[],
    options: AddOptions = {},
  ): Value[] {
    const name = this.unique(options.name ?? operation);
    const control = (options.after ?? []).map((value) => `^${value.ref.replace(/:\d+$/, "")}`);
    this.nodes.push(
      nodeMessage(name, operation, [...inputs.map(({ ref }) => ref), ...control], attributes, this.device),
    );
    const type = options.type ?? dataTypes.float;
    return shapes.map((shape, i) => ({ ref: i === 0 ? name : `${name}:${i}`, shape, type }));
  }

  /** Adds an operation with one output. */
  add(
    operation: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Message>>,
    shape: readonly number[],
    options: AddOptions = {},
  ): Value {
    return this.addMany(operation, inputs, attributes, [shape], options)[0]!;
  }

  floats(values: number | readonly number[], shape?: readonly number[]): Value {
    const list = typeof values === "number" ? [values] : values;
    const dims = shape ?? (typeof values === "number" ? [] : [list.length]);
    return this.constant(dataTypes.float, list, dims, () => attribute.floats(Float32Array.from(list), dims));
  }

  /** Many numbers that stand nowhere else in the graph, e.g. a kernel. */
  tensor(values: Float32Array, shape: readonly number[], name: string): Value {
    const attributes = { dtype: attribute.type(dataTypes.float), value: attribute.floats(values.slice(), shape) };
    return this.add("Const", [], attributes, shape, { name });
  }

  integers(values: number | readonly number[], shape?: readonly number[]): Value {
    const list = typeof values === "number" ? [values] : values;
    const dims = shape ?? (typeof values === "number" ? [] : [list.length]);
    return this.constant(dataTypes.int32, list, dims, () => attribute.int32s(Int32Array.from(list), dims));
  }

  longs(values: readonly number[]): Value {
    const make = (): Message => attribute.int64s(BigInt64Array.from(values.map(BigInt)), [values.length]);
    return this.constant(dataTypes.int64, values, [values.length], make);
  }

  strings(values: readonly string[]): Value {
    const dims = [values.length];
    return this.constant(dataTypes.string, values, dims, () => attribute.strings(values, dims));
  }

  private constant(
    type: DataType,
    values: readonly (number | string)[],
    shape: readonly number[],
    make: () => Message,
  ): Value {
    const key = `${type}|${shape.join()}|${JSON.stringify(values)}`;
    const known = this.constants.get(key);
    if (known) return known;
    const value = this.on("", () =>
      this.add("Const", [], { dtype: attribute.type(type), value: make() }, shape, { type }),
    );
    this.constants.set(key, value);
    return value;
  }

  placeholder(name: string, shape: readonly number[], type: DataType = dataTypes.float): Value {
    const attributes = { dtype: attribute.type(type), shape: attribute.shape(shape) };
    return this.add("Placeholder", [], attributes, shape, { name, type });
  }

  variable(name: string, shape: readonly number[], trainable: boolean, initial = 0): Variable {
    const dtype = attribute.type(dataTypes.float);
    const attributes = { dtype, shape: attribute.shape(shape), shared_name: attribute.text(name) };
    const options = { name, type: dataTypes.resource };
    const handle = this.on("", () =>
      this.add("VarHandleOp", [], { ...attributes, container: attribute.text("") }, shape, options),
    );
    const value = this.on("", () => this.add("ReadVariableOp", [handle], { dtype }, shape, { name: `${name}/read` }));
    const variable = { name, shape, trainable, handle, value, initial };
    this.variables.push(variable);
    return variable;
  }

  assign(variable: Variable, value: Value, after: readonly Value[] = []): Value {
    const options = { name: `${variable.name}/assign`, after };
    return this.add(
      "AssignVariableOp",
      [variable.handle, value],
      { dtype: attribute.type(dataTypes.float) },
      [],
      options,
    );
  }

  /** The value itself under another name, or only after other operations have run. */
  identity(value: Value, name: string, after: readonly Value[] = []): Value {
    return this.add("Identity", [value], { T: attribute.type(value.type) }, value.shape, {
      name,
      type: value.type,
      after,
    });
  }

  /** Remembers how to go back from `output` to its inputs. */
  record(output: Value, inputs: readonly Value[], backward: Recorded["backward"]): Value {
    this.tape.push({ output, inputs, backward, device: this.device });
    return output;
  }

  /** Shape as a constant where it is known, else computed; `[rank]` int32. */
  shapeOf(value: Value): Value {
    if (value.shape.every((size) => size >= 0)) return this.integers(value.shape);
    const attributes = { T: attribute.type(value.type), out_type: int32 };
    return this.add("Shape", [value], attributes, [value.shape.length], asInt32);
  }

  private sum(parts: readonly Value[]): Value {
    if (parts.length === 1) return parts[0]!;
    const T = attribute.type(dataTypes.float);
    if (parts.length === 2) return this.add("AddV2", parts, { T }, parts[0]!.shape);
    return this.add("AddN", parts, { T, N: attribute.integer(parts.length) }, parts[0]!.shape);
  }

  /**
   * Gradients of the scalar `loss` with respect to `wanted`, by one sweep back over the tape.
   * @param seed what the gradient starts with, scalar; 1 when absent
   * @throws {CherenkitError} when the loss does not depend on one of them
   */
  gradients(loss: Value, wanted: readonly Value[], seed: Value = this.floats(1)): Value[] {
    const needed = new Set(wanted.map(({ ref }) => ref));
    for (const { output, inputs } of this.tape) if (inputs.some(({ ref }) => needed.has(ref))) needed.add(output.ref);
    const parts = new Map<string, Value[]>([[loss.ref, [seed]]]);
    for (const { output, inputs, backward, device } of [...this.tape].reverse()) {
      const dy = parts.get(output.ref);
      if (!dy || !needed.has(output.ref)) continue;
      this.on(device, () => {
        const makers = backward(this.sum(dy));
        for (const [i, input] of inputs.entries()) {
          if (!needed.has(input.ref)) continue;
          const list = parts.get(input.ref) ?? [];
          list.push(makers[i]!());
          parts.set(input.ref, list);
        }
      });
    }
    return wanted.map((value) => {
      const found = parts.get(value.ref);
      if (!found) throw new CherenkitError(`the loss does not depend on ${value.ref}`);
      return this.sum(found);
    });
  }
}
