import type { Graph, Value } from "../graph.js";
import { attribute, type DataType, dataTypes } from "../graph-def.js";

/** The value in another number format, without a rule for its gradient. */
function cast(graph: Graph, x: Value, type: DataType): Value {
  if (x.type === type) return x;
  const attributes = {
    SrcT: attribute.type(x.type),
    DstT: attribute.type(type),
    Truncate: attribute.boolean(false),
  };
  return graph.add("Cast", [x], attributes, x.shape, { type });
}

/** The value in the format of convolutions and matrix products. */
export function lowered(graph: Graph, x: Value): Value {
  return cast(graph, x, graph.computeType);
}

/** Adds an operation whose inputs are in that format, and gives its result in float32. */
export function heavy(
  graph: Graph,
  operation: string,
  inputs: readonly Value[],
  attributes: Parameters<Graph["add"]>[2],
  shape: readonly number[],
): Value {
  const type = graph.computeType;
  const y = graph.add(operation, inputs, { ...attributes, T: attribute.type(type) }, shape, { type });
  return cast(graph, y, dataTypes.float);
}
