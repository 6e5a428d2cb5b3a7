import type { Graph, Value } from "../graph.js";
import { attribute, dataTypes, int32 } from "../graph-def.js";
import { pad } from "./shape.js";

const T = attribute.type(dataTypes.float);

/** Zeros below and beside images until `rows` and `columns` divide their sides. */
function filledUp(graph: Graph, x: Value, rows: number, columns: number): Value {
  const [below, beside] = [-x.shape[1]! % rows, -x.shape[2]! % columns];
  if (below === 0 && beside === 0) return x;
  return pad(graph, x, [
    [0, 0],
    [0, below === 0 ? 0 : below + rows],
    [0, beside === 0 ? 0 : beside + columns],
    [0, 0],
  ]);
}

/**
 * Every `rows`-th row and every `columns`-th column of images `[n, h, w, c]`, beginning with the first. A slice of
 * `[n, h / rows, rows, w / columns, columns · c]` copies whole runs of channels, where StridedSlice goes number by number.
 */
export function everyNth(graph: Graph, image: Value, [rows, columns]: readonly [number, number]): Value {
  return graph.shared(`every ${rows},${columns} of ${image.ref}`, () =>
    thinned(graph, filledUp(graph, image, rows, columns), rows, columns),
  );
}

function thinned(graph: Graph, x: Value, rows: number, columns: number): Value {
  const [n, h, w, channels] = x.shape as [number, number, number, number];
  const [height, width] = [h / rows, w / columns];
  const reshape = (value: Value, shape: readonly number[]): Value =>
    graph.add("Reshape", [value, graph.integers([-1, ...shape.slice(1)])], { T, Tshape: int32 }, shape);
  const blocks = reshape(x, [n, height, rows, width, columns * channels]);
  const first = [n, height, 1, width, channels];
  const window = [graph.integers([0, 0, 0, 0, 0]), graph.integers([-1, ...first.slice(1)])];
  const chosen = graph.add("Slice", [blocks, ...window], { T, Index: int32 }, first);
  return graph.record(reshape(chosen, [n, height, width, channels]), [x], (dy) => [
    () => {
      const after = [0, 0, rows - 1, 0, (columns - 1) * channels];
      const amounts = graph.integers(
        after.flatMap((amount) => [0, amount]),
        [5, 2],
      );
      const spread = [n, height, rows, width, columns * channels];
      return reshape(graph.add("Pad", [reshape(dy, first), amounts], { T, Tpaddings: int32 }, spread), x.shape);
    },
  ]);
}
