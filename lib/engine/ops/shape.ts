import type { Graph, Value } from "../graph.js";
import { asInt32, attribute, dataTypes, int32 } from "../graph-def.js";

const T = attribute.type(dataTypes.float);

/** Whole numbers of the graph as one vector, int32. */
export function integerVector(graph: Graph, values: readonly Value[]): Value {
  const pack = { T: int32, N: attribute.integer(values.length), axis: attribute.integer(0) };
  return graph.add("Pack", values, pack, [values.length], asInt32);
}

/** Number of examples, int32. */
export function batchLength(graph: Graph, batch: Value): Value {
  const masks = { begin_mask: 0, end_mask: 0, ellipsis_mask: 0, new_axis_mask: 0, shrink_axis_mask: 1 };
  const slice = Object.fromEntries(Object.entries(masks).map(([name, value]) => [name, attribute.integer(value)]));
  const ends = [graph.integers([0]), graph.integers([1]), graph.integers([1])];
  return graph.add("StridedSlice", [graph.shapeOf(batch), ...ends], { T: int32, Index: int32, ...slice }, [], asInt32);
}

function reshapeOnly(graph: Graph, x: Value, shape: readonly number[]): Value {
  return graph.add("Reshape", [x, graph.integers(shape)], { T, Tshape: int32 }, shape);
}

/** New shape of the same values; at most one length is −1. */
export function reshape(graph: Graph, x: Value, shape: readonly number[]): Value {
  return graph.record(reshapeOnly(graph, x, shape), [x], (dy) => [() => reshapeOnly(graph, dy, x.shape)]);
}

/** Zeros before and after each dimension. */
export function pad(graph: Graph, x: Value, paddings: readonly (readonly [number, number])[]): Value {
  const shape = x.shape.map((size, i) => (size < 0 ? size : size + paddings[i]![0] + paddings[i]![1]));
  const amounts = graph.integers(paddings.flat(), [paddings.length, 2]);
  const y = graph.add("Pad", [x, amounts], { T, Tpaddings: int32 }, shape);
  return graph.record(y, [x], (dy) => [
    () => {
      const begin = graph.integers(paddings.map(([before]) => before));
      return graph.add("Slice", [dy, begin, graph.shapeOf(x)], { T, Index: int32 }, x.shape);
    },
  ]);
}

/** Joins values along one axis. */
export function concatenate(graph: Graph, parts: readonly Value[], axis: number): Value {
  const lengths = parts.map(({ shape }) => shape[axis]!);
  const shape = parts[0]!.shape.map((size, i) => (i === axis ? lengths.reduce((a, b) => a + b, 0) : size));
  const attributes = { T, N: attribute.integer(parts.length), Tidx: int32 };
  const y = graph.add("ConcatV2", [...parts, graph.integers(axis)], attributes, shape);
  return graph.record(y, parts, (dy) => {
    let split: Value[] | undefined;
    const pieces = (): Value[] => {
      const splitAttributes = { T, Tlen: int32, num_split: attribute.integer(parts.length) };
      const inputs = [dy, graph.integers(lengths), graph.integers(axis)];
      split ??= graph.addMany(
        "SplitV",
        inputs,
        splitAttributes,
        parts.map((part) => part.shape),
      );
      return split;
    };
    return parts.map((_, i) => () => pieces()[i]!);
  });
}

/** Mean over axes of known length. */
export function mean(graph: Graph, x: Value, axes: readonly number[], keepDims: boolean): Value {
  const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const shape = keepDims ? kept : x.shape.filter((_, i) => !axes.includes(i));
  const count = axes.reduce((total, axis) => total * x.shape[axis]!, 1);
  const attributes = { T, Tidx: int32, keep_dims: attribute.boolean(keepDims) };
  const y = graph.add("Mean", [x, graph.integers(axes)], attributes, shape);
  return graph.record(y, [x], (dy) => [
    () => {
      const share = graph.add("Mul", [reshapeOnly(graph, dy, kept), graph.floats(1 / count)], { T }, kept);
      return graph.add("BroadcastTo", [share, graph.shapeOf(x)], { T, Tidx: int32 }, x.shape);
    },
  ]);
}

/** All but the batch in one dimension. */
export function flatten(graph: Graph, x: Value): Value {
  const length = x.shape.slice(1).reduce((a, b) => a * b, 1);
  return reshape(graph, x, [-1, length]);
}

/** Sum over axes, which may be of unknown length. */
export function sum(graph: Graph, x: Value, axes: readonly number[], keepDims: boolean): Value {
  const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const shape = keepDims ? kept : x.shape.filter((_, i) => !axes.includes(i));
  const attributes = { T, Tidx: int32, keep_dims: attribute.boolean(keepDims) };
  return graph.record(graph.add("Sum", [x, graph.integers(axes)], attributes, shape), [x], (dy) => [
    () => graph.add("BroadcastTo", [reshapeOnly(graph, dy, kept), graph.shapeOf(x)], { T, Tidx: int32 }, x.shape),
  ]);
}

/** The largest value over axes; of equals each gets the gradient, as in tfjs. */
export function max(graph: Graph, x: Value, axes: readonly number[]): Value {
  const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const shape = x.shape.filter((_, i) => !axes.includes(i));
  const attributes = { T, Tidx: int32, keep_dims: attribute.boolean(false) };
  const y = graph.add("Max", [x, graph.integers(axes)], attributes, shape);
  return graph.record(y, [x], (dy) => [
    () => {
      const largest = reshapeOnly(graph, y, kept);
      const equal = { T, incompatible_shape_error: attribute.boolean(true) };
      const chosen = graph.add("Equal", [x, largest], equal, x.shape, { type: dataTypes.bool });
      const cast = { SrcT: attribute.type(dataTypes.bool), DstT: T, Truncate: attribute.boolean(false) };
      const mask = graph.add("Cast", [chosen], cast, x.shape);
      return graph.add("Mul", [mask, reshapeOnly(graph, dy, kept)], { T }, x.shape);
    },
  ]);
}

/** Dimensions in another order. */
export function transpose(graph: Graph, x: Value, order: readonly number[]): Value {
  const moved = (value: Value, by: readonly number[]): Value => {
    const shape = by.map((from) => value.shape[from]!);
    return graph.add("Transpose", [value, graph.integers(by)], { T, Tperm: int32 }, shape);
  };
  const back = order.map((_, i) => order.indexOf(i));
  return graph.record(moved(x, order), [x], (dy) => [() => moved(dy, back)]);
}

/** Images `[n, h, w, c]` at another size, each pixel from its nearest or by lines between its neighbours. */
export function resize(
  graph: Graph,
  x: Value,
  size: readonly [number, number],
  interpolation: "nearest" | "bilinear",
): Value {
  const [operation, gradient] =
    interpolation === "nearest"
      ? ["ResizeNearestNeighbor", "ResizeNearestNeighborGrad"]
      : ["ResizeBilinear", "ResizeBilinearGrad"];
  const attributes = { T, align_corners: attribute.boolean(false), half_pixel_centers: attribute.boolean(false) };
  const shape = [x.shape[0]!, ...size, x.shape[3]!];
  const y = graph.add(operation!, [x, graph.integers(size)], attributes, shape);
  return graph.record(y, [x], (dy) => [
    () => {
      const original = interpolation === "nearest" ? graph.integers([x.shape[1]!, x.shape[2]!]) : x;
      return graph.add(gradient!, [dy, original], attributes, x.shape);
    },
  ]);
}
