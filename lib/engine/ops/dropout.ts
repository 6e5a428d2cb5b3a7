import type { Graph, Value } from "../graph.js";
import { attribute, dataTypes } from "../graph-def.js";
import { multiply } from "./elementwise.js";

const T = attribute.type(dataTypes.float);
const int64 = attribute.type(dataTypes.int64);

/**
 * Sets a share `rate` of the values to zero and scales the others up. The mask depends only on `seed` and on the number
 * of the step, so that a resumed training draws the same masks.
 * @param step number of the training step, scalar float
 */
export function dropout(graph: Graph, x: Value, rate: number, seed: number, step: Value): Value {
  const castAttributes = { SrcT: T, DstT: int64, Truncate: attribute.boolean(false) };
  const number = graph.add("Cast", [step], castAttributes, [], { type: dataTypes.int64 });
  const own = graph.add("Squeeze", [graph.longs([seed])], { T: int64, squeeze_dims: attribute.integers([0]) }, [], {
    type: dataTypes.int64,
  });
  const packAttributes = { T: int64, N: attribute.integer(2), axis: attribute.integer(0) };
  const seeds = graph.add("Pack", [own, number], packAttributes, [2], { type: dataTypes.int64 });
  const randomAttributes = { dtype: T, T: attribute.type(dataTypes.int32), Tseed: int64 };
  const uniform = graph.add("StatelessRandomUniform", [graph.shapeOf(x), seeds], randomAttributes, x.shape);
  const kept = graph.add(
    "Floor",
    [graph.add("AddV2", [uniform, graph.floats(1 - rate)], { T }, x.shape)],
    { T },
    x.shape,
  );
  const mask = graph.add("Mul", [kept, graph.floats(1 / (1 - rate))], { T }, x.shape);
  return multiply(graph, x, mask);
}
