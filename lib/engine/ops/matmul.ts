import type { Graph, Value } from "../graph.js";
import { attribute } from "../graph-def.js";
import { heavy, lowered } from "./precision.js";

function product(graph: Graph, a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
  const attributes = { transpose_a: attribute.boolean(transposeA), transpose_b: attribute.boolean(transposeB) };
  const shape = [a.shape[transposeA ? 1 : 0]!, b.shape[transposeB ? 0 : 1]!];
  return heavy(graph, "MatMul", [a, b], attributes, shape);
}

/** Matrix product, `[n, k] · [k, m]`. */
export function matmul(graph: Graph, a: Value, b: Value): Value {
  const [left, right] = [lowered(graph, a), lowered(graph, b)];
  return graph.record(product(graph, left, right, false, false), [a, b], (dy) => {
    const slope = lowered(graph, dy);
    return [() => product(graph, slope, right, false, true), () => product(graph, left, slope, true, false)];
  });
}
