import type { Graph, Value } from "../graph.js";
import { asInt32, attribute, dataTypes, int32 } from "../graph-def.js";
import { multiply } from "./elementwise.js";

const T = attribute.type(dataTypes.float);
const int64 = attribute.type(dataTypes.int64);

/** `[n, 1, …, 1, c]` of `[n, …, c]`, int32. */
function channelShape(graph: Graph, x: Value): Value {
  const inner = x.shape.map((_, i) => (i === 0 || i === x.shape.length - 1 ? 0 : 1));
  // shape · (1 − inner) + inner: the inner lengths become 1.
  const kept = graph.integers(inner.map((one) => 1 - one));
  const outer = graph.add("Mul", [graph.shapeOf(x), kept], { T: int32 }, [inner.length], asInt32);
  return graph.add("AddV2", [outer, graph.integers(inner)], { T: int32 }, [inner.length], asInt32);
}

/**
 * Sets a share `rate` of the values to zero and scales the others up. The mask depends only on `seed` and on the number
 * of the step, so that a resumed training draws the same masks.
 * @param step number of the training step, scalar float
 * @param whole drop whole channels of an image `[n, h, w, c]` instead of single values
 */
export function dropout(graph: Graph, x: Value, rate: number, seed: number, step: Value, whole = false): Value {
  const castAttributes = { SrcT: T, DstT: int64, Truncate: attribute.boolean(false) };
  const number = graph.add("Cast", [step], castAttributes, [], { type: dataTypes.int64 });
  const own = graph.add("Squeeze", [graph.longs([seed])], { T: int64, squeeze_dims: attribute.integers([0]) }, [], {
    type: dataTypes.int64,
  });
  const packAttributes = { T: int64, N: attribute.integer(2), axis: attribute.integer(0) };
  const seeds = graph.add("Pack", [own, number], packAttributes, [2], { type: dataTypes.int64 });
  const randomAttributes = { dtype: T, T: int32, Tseed: int64 };
  const maskShape = whole ? x.shape.map((size, i) => (i === 0 || i === x.shape.length - 1 ? size : 1)) : x.shape;
  const runtimeShape = whole ? channelShape(graph, x) : graph.shapeOf(x);
  const uniform = graph.add("StatelessRandomUniform", [runtimeShape, seeds], randomAttributes, maskShape);
  const kept = graph.add(
    "Floor",
    [graph.add("AddV2", [uniform, graph.floats(1 - rate)], { T }, maskShape)],
    { T },
    maskShape,
  );
  const mask = graph.add("Mul", [kept, graph.floats(1 / (1 - rate))], { T }, maskShape);
  return multiply(graph, x, mask);
}
