import type { Graph, Value, Variable } from "./graph.js";
import { attribute, dataTypes } from "./graph-def.js";
import { scale } from "./ops/elementwise.js";

/** What one pass through the network gives. */
export interface ForwardPass {
  readonly outputs: Value[];
  readonly updates: { readonly variable: Variable; readonly value: Value }[];
}

/** Several copies of the network share each batch, e.g. one a GPU. */
export interface ReplicaOptions {
  readonly count: number;
  /** Device of each copy, e.g. `/device:GPU:1`; all where TensorFlow puts them when absent. */
  readonly devices?: readonly string[];
}

/** A batch in parts. */
interface Cut {
  readonly parts: readonly Value[];
  /** Lengths of the parts, int32. */
  readonly sizes: Value;
}

/** Cuts a batch along its first dimension into parts of equal length; the last takes what is left over. */
function cut(graph: Graph, batch: Value, count: number): Cut {
  const int32 = attribute.type(dataTypes.int32);
  const whole = { type: dataTypes.int32 };
  const shape = graph.add(
    "Shape",
    [batch],
    { T: attribute.type(batch.type), out_type: int32 },
    [batch.shape.length],
    whole,
  );
  const masks = { begin_mask: 0, end_mask: 0, ellipsis_mask: 0, new_axis_mask: 0, shrink_axis_mask: 1 };
  const slice = Object.fromEntries(Object.entries(masks).map(([name, value]) => [name, attribute.integer(value)]));
  const ends = [graph.integers([0]), graph.integers([1]), graph.integers([1])];
  const length = graph.add("StridedSlice", [shape, ...ends], { T: int32, Index: int32, ...slice }, [], whole);
  const share = graph.add("FloorDiv", [length, graph.integers(count)], { T: int32 }, [], whole);
  const first = graph.add("Mul", [share, graph.integers(count - 1)], { T: int32 }, [], whole);
  const last = graph.add("Sub", [length, first], { T: int32 }, [], whole);
  const lengths = [...Array.from({ length: count - 1 }, () => share), last];
  const pack = { T: int32, N: attribute.integer(count), axis: attribute.integer(0) };
  const sizes = graph.add("Pack", lengths, pack, [count], whole);
  return { sizes, parts: split(graph, batch, sizes, count) };
}

function split(graph: Graph, batch: Value, sizes: Value, count: number): Value[] {
  const attributes = {
    T: attribute.type(batch.type),
    Tlen: attribute.type(dataTypes.int32),
    num_split: attribute.integer(count),
  };
  const shapes = Array.from({ length: count }, () => batch.shape);
  return graph.addMany("SplitV", [batch, sizes, graph.integers(0)], attributes, shapes);
}

/** Parts of a batch one after the other. */
function joined(graph: Graph, parts: readonly Value[], sizes: Value): Value {
  const T = attribute.type(dataTypes.float);
  const attributes = { T, N: attribute.integer(parts.length), Tidx: attribute.type(dataTypes.int32) };
  const y = graph.add("ConcatV2", [...parts, graph.integers(0)], attributes, parts[0]!.shape);
  return graph.record(y, parts, (dy) => {
    let pieces: Value[] | undefined;
    return parts.map((_, i) => () => {
      pieces ??= split(graph, dy, sizes, parts.length);
      return pieces[i]!;
    });
  });
}

/** Puts the parts of an output together again, with what its loss is computed from. */
function joinOutput(graph: Graph, parts: readonly Value[], sizes: Value): Value {
  const all = (values: readonly (Value | undefined)[]): Value | undefined =>
    values.every((value) => value !== undefined) ? joined(graph, values, sizes) : undefined;
  const logits = all(parts.map((part) => part.logits));
  const beforeSigmoid = all(parts.map((part) => part.beforeSigmoid));
  return {
    ...joined(graph, parts, sizes),
    ...(logits ? { logits } : {}),
    ...(beforeSigmoid ? { beforeSigmoid } : {}),
  };
}

/**
 * Sends a batch through several copies of a network with the same weights. Outputs come in the order of the batch, so that
 * loss and gradients are those of one copy; batch normalisation sees the part of its copy, and its averages are the means
 * over the copies.
 * @param pass lowers the network for images
 */
export function replicated(
  graph: Graph,
  images: Value,
  { count, devices }: ReplicaOptions,
  pass: (images: Value) => ForwardPass,
): ForwardPass {
  if (count <= 1) return pass(images);
  const { parts, sizes } = cut(graph, images, count);
  const passes = parts.map((part, i) => graph.on(devices?.[i] ?? "", () => pass(part)));
  const outputs = passes[0]!.outputs.map((_, i) =>
    joinOutput(
      graph,
      passes.map((one) => one.outputs[i]!),
      sizes,
    ),
  );
  const updates = passes[0]!.updates.map(({ variable }, i) => {
    const values = passes.map((one) => one.updates[i]!.value);
    const T = attribute.type(dataTypes.float);
    const total = graph.add("AddN", values, { T, N: attribute.integer(count) }, variable.shape);
    return { variable, value: scale(graph, total, 1 / count) };
  });
  return { outputs, updates };
}
