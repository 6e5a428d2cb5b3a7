import type { Graph, Value, Variable } from "./graph.js";
import { asInt32, attribute, dataTypes, int32 } from "./graph-def.js";
import { scale } from "./ops/elementwise.js";
import { batchLength, integerVector } from "./ops/shape.js";

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
  /** Length of the batch, and what all parts hold together: more, when the batch has fewer examples than there are parts. */
  readonly length: Value;
  readonly total: Value;
}

const integers = (graph: Graph, op: string, x: Value, y: Value): Value =>
  graph.add(op, [x, y], { T: int32 }, [], asInt32);

/** Rows `begin` to `begin + size` of a batch. */
function rows(graph: Graph, batch: Value, begin: Value, size: Value): Value {
  const others = batch.shape.slice(1);
  const from = integerVector(graph, [begin, ...others.map(() => graph.integers(0))]);
  const sizes = integerVector(graph, [size, ...others.map(() => graph.integers(-1))]);
  return graph.add("Slice", [batch, from, sizes], { T: attribute.type(batch.type), Index: int32 }, batch.shape);
}

/**
 * Cuts a batch along its first dimension into parts of equal length; the last takes what is left over. No part is empty,
 * which convolutions do not bear: with fewer examples than parts the last example stands in several.
 */
function cut(graph: Graph, batch: Value, count: number): Cut {
  const length = batchLength(graph, batch);
  const one = graph.integers(1);
  const share = integers(graph, "Maximum", integers(graph, "FloorDiv", length, graph.integers(count)), one);
  const first = integers(graph, "Mul", share, graph.integers(count - 1));
  const last = integers(graph, "Maximum", integers(graph, "Sub", length, first), one);
  const lengths = [...Array.from({ length: count - 1 }, () => share), last];
  const end = integers(graph, "Sub", length, one);
  const parts = lengths.map((size, i) => {
    const begin = integers(graph, "Minimum", integers(graph, "Mul", share, graph.integers(i)), end);
    return rows(graph, batch, begin, size);
  });
  return { parts, sizes: integerVector(graph, lengths), length, total: integers(graph, "AddV2", first, last) };
}

/** Cuts what belongs to the batch as `cut` has cut it; what stood in several parts counts in the first only. */
function cutLike(graph: Graph, dy: Value, { parts, sizes, length, total }: Cut): Value[] {
  const T = attribute.type(dy.type);
  const zero = graph.integers(0);
  const after = integerVector(graph, [
    zero,
    integers(graph, "Sub", total, length),
    ...dy.shape.slice(1).flatMap(() => [zero, zero]),
  ]);
  const pairs = graph.add("Reshape", [after, graph.integers([-1, 2])], { T: int32, Tshape: int32 }, [-1, 2], asInt32);
  const padded = graph.add("Pad", [dy, pairs], { T, Tpaddings: int32 }, dy.shape);
  const attributes = { T, Tlen: int32, num_split: attribute.integer(parts.length) };
  return graph.addMany(
    "SplitV",
    [padded, sizes, zero],
    attributes,
    parts.map(() => dy.shape),
  );
}

/** Parts of an output one after the other. */
function joined(graph: Graph, parts: readonly Value[], cut: Cut): Value {
  const T = attribute.type(dataTypes.float);
  const attributes = { T, N: attribute.integer(parts.length), Tidx: int32 };
  const all = graph.add("ConcatV2", [...parts, graph.integers(0)], attributes, parts[0]!.shape);
  return graph.record(rows(graph, all, graph.integers(0), cut.length), parts, (dy) => {
    let pieces: Value[] | undefined;
    return parts.map((_, i) => () => {
      pieces ??= cutLike(graph, dy, cut);
      return pieces[i]!;
    });
  });
}

/** Puts the parts of an output together again, with what its loss is computed from. */
function joinOutput(graph: Graph, parts: readonly Value[], cut: Cut): Value {
  const all = (values: readonly (Value | undefined)[]): Value | undefined =>
    values.every((value) => value !== undefined) ? joined(graph, values, cut) : undefined;
  const logits = all(parts.map((part) => part.logits));
  const beforeSigmoid = all(parts.map((part) => part.beforeSigmoid));
  return {
    ...joined(graph, parts, cut),
    ...(logits ? { logits } : {}),
    ...(beforeSigmoid ? { beforeSigmoid } : {}),
  };
}

/**
 * Sends a batch through several copies of a network with the same weights. Outputs come in the order of the batch, so that
 * loss and gradients are those of one copy; batch normalisation sees the part of its copy, and its averages are the means
 * over the copies.
 * @param pass lowers a copy of the network for its images
 */
export function replicated(
  graph: Graph,
  images: Value,
  { count, devices }: ReplicaOptions,
  pass: (images: Value, copy: number) => ForwardPass,
): ForwardPass {
  if (count <= 1) return pass(images, 0);
  const batch = cut(graph, images, count);
  const passes = batch.parts.map((part, i) => graph.on(devices?.[i] ?? "", () => pass(part, i)));
  const outputs = passes[0]!.outputs.map((_, i) =>
    joinOutput(
      graph,
      passes.map((one) => one.outputs[i]!),
      batch,
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
