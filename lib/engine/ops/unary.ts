import type { Graph, Value } from "../graph.js";
import { attribute, dataTypes } from "../graph-def.js";
import { product } from "./elementwise.js";

const T = attribute.type(dataTypes.float);

/** y = op(x), with dx made of dy, x and y. */
function unary(graph: Graph, operation: string, x: Value, gradient: (dy: Value, x: Value, y: Value) => Value): Value {
  const y = graph.add(operation, [x], { T }, x.shape);
  return graph.record(y, [x], (dy) => [() => gradient(dy, x, y)]);
}

const raw = (graph: Graph, operation: string, x: Value): Value => graph.add(operation, [x], { T }, x.shape);

export function square(graph: Graph, x: Value): Value {
  return unary(graph, "Square", x, (dy) => product(graph, product(graph, dy, graph.floats(2)), x));
}

export function absolute(graph: Graph, x: Value): Value {
  return unary(graph, "Abs", x, (dy) => product(graph, dy, raw(graph, "Sign", x)));
}

export function exponential(graph: Graph, x: Value): Value {
  return unary(graph, "Exp", x, (dy, _x, y) => product(graph, dy, y));
}

/** 1 / √x */
export function reciprocalRoot(graph: Graph, x: Value): Value {
  return unary(graph, "Rsqrt", x, (dy, _x, y) => graph.add("RsqrtGrad", [y, dy], { T }, x.shape));
}

/** Error function; its derivative is 2/√π · exp(−x²). */
export function errorFunction(graph: Graph, x: Value): Value {
  return unary(graph, "Erf", x, (dy) => {
    const bell = raw(graph, "Exp", raw(graph, "Neg", raw(graph, "Square", x)));
    return product(graph, dy, product(graph, bell, graph.floats(2 / Math.sqrt(Math.PI))));
  });
}
