import type { Graph, Value } from "../graph.js";
import { attribute, dataTypes, int32 } from "../graph-def.js";

const T = attribute.type(dataTypes.float);

/** Shape of two operands after broadcasting. */
function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const at = (shape: readonly number[], i: number): number => shape[i - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, i) => (at(a, i) === 1 ? at(b, i) : at(a, i)));
}

/** Sums a gradient over the dimensions along which its operand was repeated. */
export function unbroadcast(graph: Graph, dy: Value, shape: readonly number[]): Value {
  const extra = dy.shape.length - shape.length;
  const axes = dy.shape.flatMap((size, i) => (i < extra || (shape[i - extra] === 1 && size !== 1) ? [i] : []));
  if (axes.length === 0) return dy;
  const kept = dy.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const attributes = { T, Tidx: int32, keep_dims: attribute.boolean(true) };
  const sum = graph.add("Sum", [dy, graph.integers(axes)], attributes, kept);
  if (extra === 0) return sum;
  return graph.add("Reshape", [sum, graph.integers(shape)], { T, Tshape: int32 }, shape);
}

export function add(graph: Graph, a: Value, b: Value): Value {
  const y = graph.add("AddV2", [a, b], { T }, broadcastShape(a.shape, b.shape));
  return graph.record(y, [a, b], (dy) => [
    () => unbroadcast(graph, dy, a.shape),
    () => unbroadcast(graph, dy, b.shape),
  ]);
}

export function subtract(graph: Graph, a: Value, b: Value): Value {
  const y = graph.add("Sub", [a, b], { T }, broadcastShape(a.shape, b.shape));
  return graph.record(y, [a, b], (dy) => [
    () => unbroadcast(graph, dy, a.shape),
    () => unbroadcast(graph, graph.add("Neg", [dy], { T }, dy.shape), b.shape),
  ]);
}

/** Product without a rule for its gradient. */
export function product(graph: Graph, a: Value, b: Value): Value {
  return graph.add("Mul", [a, b], { T }, broadcastShape(a.shape, b.shape));
}

export function multiply(graph: Graph, a: Value, b: Value): Value {
  return graph.record(product(graph, a, b), [a, b], (dy) => [
    () => unbroadcast(graph, product(graph, dy, b), a.shape),
    () => unbroadcast(graph, product(graph, dy, a), b.shape),
  ]);
}

/** The larger (or smaller) of two values, broadcast; where they are equal the gradient goes to the first, as in tfjs. */
function extreme(graph: Graph, operation: "Maximum" | "Minimum", a: Value, b: Value): Value {
  const shape = broadcastShape(a.shape, b.shape);
  const y = graph.add(operation, [a, b], { T }, shape);
  const masked = (dy: Value, comparison: string): Value => {
    const chosen = graph.add(comparison, [a, b], { T }, shape, { type: dataTypes.bool });
    const cast = { SrcT: attribute.type(dataTypes.bool), DstT: T, Truncate: attribute.boolean(false) };
    return product(graph, dy, graph.add("Cast", [chosen], cast, shape));
  };
  const [first, second] = operation === "Maximum" ? ["GreaterEqual", "Less"] : ["LessEqual", "Greater"];
  return graph.record(y, [a, b], (dy) => [
    () => unbroadcast(graph, masked(dy, first!), a.shape),
    () => unbroadcast(graph, masked(dy, second!), b.shape),
  ]);
}

export function maximum(graph: Graph, a: Value, b: Value): Value {
  return extreme(graph, "Maximum", a, b);
}

export function minimum(graph: Graph, a: Value, b: Value): Value {
  return extreme(graph, "Minimum", a, b);
}

/** x · factor */
export function scale(graph: Graph, x: Value, factor: number): Value {
  return factor === 1 ? x : multiply(graph, x, graph.floats(factor));
}

/** x + constant */
export function shift(graph: Graph, x: Value, constant: number): Value {
  return constant === 0 ? x : add(graph, x, graph.floats(constant));
}

/** 1 / √(x + epsilon), of values that are not trained. */
export function inverseRoot(graph: Graph, x: Value, epsilon: number): Value {
  const sum = graph.add("AddV2", [x, graph.floats(epsilon)], { T }, x.shape);
  return graph.add("Rsqrt", [sum], { T }, x.shape);
}
