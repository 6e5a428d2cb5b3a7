import type { Graph, Value } from "../graph.js";
import { attribute, dataTypes } from "../graph-def.js";

function product(graph: Graph, a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
  const attributes = {
    T: attribute.type(dataTypes.float),
    transpose_a: attribute.boolean(transposeA),
    transpose_b: attribute.boolean(transposeB),
  };
  return graph.add("MatMul", [a, b], attributes, [a.shape[transposeA ? 1 : 0]!, b.shape[transposeB ? 0 : 1]!]);
}

/** Matrix product, `[n, k] · [k, m]`. */
export function matmul(graph: Graph, a: Value, b: Value): Value {
  return graph.record(product(graph, a, b, false, false), [a, b], (dy) => [
    () => product(graph, dy, b, false, true),
    () => product(graph, a, dy, true, false),
  ]);
}
