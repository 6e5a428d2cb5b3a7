import { CherenkitError } from "../errors.js";
import type { Graph, Value } from "./graph.js";
import { attribute, dataTypes } from "./graph-def.js";

/** Losses by their names in tfjs and Keras. */
export type LossName = "categoricalCrossentropy" | "meanAbsoluteError" | "meanSquaredError";

const T = attribute.type(dataTypes.float);
const int32 = attribute.type(dataTypes.int32);

/** Weighted mean of one loss per example, `[n]`, over the batch: Σ w·l / n, as Keras does. */
function weightedMean(graph: Graph, losses: Value, weights: Value): Value {
  const weighted = graph.add("Mul", [losses, weights], { T }, losses.shape);
  return graph.add(
    "Mean",
    [weighted, graph.integers([0])],
    { T, Tidx: int32, keep_dims: attribute.boolean(false) },
    [],
  );
}

/** w / n as a column, `[n, 1]`: what a loss's gradient per example is multiplied by. */
function share(graph: Graph, weights: Value, dy: Value): Value {
  const size = graph.add("Size", [weights], { T, out_type: int32 }, [], { type: dataTypes.int32 });
  const cast = { SrcT: int32, DstT: T, Truncate: attribute.boolean(false) };
  const count = graph.add("Cast", [size], cast, []);
  const scaled = graph.add("Mul", [weights, graph.add("RealDiv", [dy, count], { T }, [])], { T }, weights.shape);
  return graph.add("Reshape", [scaled, graph.integers([-1, 1])], { T, Tshape: int32 }, [-1, 1]);
}

type Loss = (graph: Graph, prediction: Value, labels: Value, weights: Value) => Value;

/** From what went into the softmax: stable also where the prediction is 0 or 1. */
const categoricalCrossentropy: Loss = (graph, prediction, labels, weights) => {
  const { logits } = prediction;
  if (!logits) {
    throw new CherenkitError("categorical cross-entropy needs an output that ends in a softmax", {
      place: prediction.ref,
      remedy: "end this head with a softmax layer, or choose another loss",
    });
  }
  const outputs = graph.addMany("SoftmaxCrossEntropyWithLogits", [logits, labels], { T }, [[-1], logits.shape]);
  const [losses, gradient] = outputs as [Value, Value];
  return graph.record(weightedMean(graph, losses, weights), [logits], (dy) => [
    () => graph.add("Mul", [gradient, share(graph, weights, dy)], { T }, logits.shape),
  ]);
};

function residualLoss(of: string, gradientOf: (graph: Graph, residual: Value) => Value): Loss {
  return (graph, prediction, labels, weights) => {
    const residual = graph.add("Sub", [prediction, labels], { T }, prediction.shape);
    const each = graph.add(of, [residual], { T }, prediction.shape);
    const axis = graph.integers([1]);
    const perExample = graph.add("Mean", [each, axis], { T, Tidx: int32, keep_dims: attribute.boolean(false) }, [-1]);
    const width = prediction.shape[1]!;
    return graph.record(weightedMean(graph, perExample, weights), [prediction], (dy) => [
      () => {
        const slope = graph.add("Mul", [gradientOf(graph, residual), graph.floats(1 / width)], { T }, prediction.shape);
        return graph.add("Mul", [slope, share(graph, weights, dy)], { T }, prediction.shape);
      },
    ]);
  };
}

const losses: Readonly<Record<LossName, Loss>> = {
  categoricalCrossentropy,
  meanAbsoluteError: residualLoss("Abs", (graph, residual) => graph.add("Sign", [residual], { T }, residual.shape)),
  meanSquaredError: residualLoss("Square", (graph, residual) =>
    graph.add("Mul", [residual, graph.floats(2)], { T }, residual.shape),
  ),
};

/**
 * Adds a loss to the graph.
 * @param prediction `[n, k]`
 * @param labels `[n, k]`
 * @param weights weight of each example, `[n]`
 */
export function addLoss(graph: Graph, name: LossName, prediction: Value, labels: Value, weights: Value): Value {
  return losses[name](graph, prediction, labels, weights);
}
