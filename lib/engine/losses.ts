import { CherenkitError } from "../errors.js";
import type { Graph, Value } from "./graph.js";
import { asInt32, attribute, dataTypes, int32 } from "./graph-def.js";
import { softplus } from "./ops/activation.js";
import { add, maximum, minimum, multiply, product, scale, shift, subtract } from "./ops/elementwise.js";
import { mean, sum } from "./ops/shape.js";
import { absolute, reciprocalRoot, square } from "./ops/unary.js";

/** Losses by their names in tfjs and Keras. */
export type LossName =
  | "categoricalCrossentropy"
  | "binaryCrossentropy"
  | "meanAbsoluteError"
  | "meanSquaredError"
  | "huber"
  | "logCosh"
  | "cosineSimilarity";

/** A loss with its settings. */
export interface LossOptions {
  readonly name: LossName;
  /** Share (0–1) of the labels of a cross-entropy that is spread over all classes; 0 when absent. */
  readonly labelSmoothing?: number;
  /** Where Huber's loss passes from squares to lines; 1 when absent. */
  readonly delta?: number;
}

const T = attribute.type(dataTypes.float);

/** Mean over the batch, whose length only the step knows: `[n]` → scalar. */
function batchMean(graph: Graph, x: Value): Value {
  const attributes = { T, Tidx: int32, keep_dims: attribute.boolean(false) };
  return graph.record(graph.add("Mean", [x, graph.integers([0])], attributes, []), [x], (dy) => [
    () => {
      const size = graph.add("Size", [x], { T, out_type: int32 }, [], asInt32);
      const cast = { SrcT: int32, DstT: T, Truncate: attribute.boolean(false) };
      const share = graph.add("RealDiv", [dy, graph.add("Cast", [size], cast, [])], { T }, []);
      return graph.add("BroadcastTo", [share, graph.shapeOf(x)], { T, Tidx: int32 }, x.shape);
    },
  ]);
}

/** Labels drawn towards equal shares of all classes. */
function smoothed(graph: Graph, labels: Value, smoothing: number, classes: number): Value {
  if (smoothing === 0) return labels;
  const kept = product(graph, labels, graph.floats(1 - smoothing));
  return graph.add("AddV2", [kept, graph.floats(smoothing / classes)], { T }, labels.shape);
}

/** Loss of each example, `[n]`, of prediction and labels `[n, k]`. */
type Loss = (graph: Graph, prediction: Value, labels: Value, options: LossOptions) => Value;

/** From what went into the softmax: stable also where the prediction is 0 or 1. */
const categoricalCrossentropy: Loss = (graph, prediction, labels, { labelSmoothing = 0 }) => {
  const { logits } = prediction;
  if (!logits) {
    throw new CherenkitError("categorical cross-entropy needs an output that ends in a softmax", {
      place: prediction.ref,
      remedy: "end this head with a softmax layer, or choose another loss",
    });
  }
  const targets = smoothed(graph, labels, labelSmoothing, labels.shape[1]!);
  const outputs = graph.addMany("SoftmaxCrossEntropyWithLogits", [logits, targets], { T }, [[-1], logits.shape]);
  const [losses, gradient] = outputs as [Value, Value];
  return graph.record(losses, [logits], (dy) => [
    () => {
      const column = graph.add("Reshape", [dy, graph.integers([-1, 1])], { T, Tshape: int32 }, [-1, 1]);
      return product(graph, gradient, column);
    },
  ]);
};

/** Mean over the outputs of softplus(x) − z·x, with x what went into the sigmoid. */
const binaryCrossentropy: Loss = (graph, prediction, labels, { labelSmoothing = 0 }) => {
  const x = prediction.beforeSigmoid;
  if (!x) {
    throw new CherenkitError("binary cross-entropy needs an output that ends in a sigmoid", {
      place: prediction.ref,
      remedy: 'end this head with { activation: "sigmoid" }, or choose another loss',
    });
  }
  const targets = smoothed(graph, labels, labelSmoothing, 2);
  return mean(graph, subtract(graph, softplus(graph, x), multiply(graph, targets, x)), [1], false);
};

/** A mean over the outputs of a function of the residual. */
const ofResidual =
  (each: (graph: Graph, residual: Value, options: LossOptions) => Value): Loss =>
  (graph, prediction, labels, options) =>
    mean(graph, each(graph, subtract(graph, prediction, labels), options), [1], false);

/** x / |x|, along the outputs. */
function direction(graph: Graph, x: Value): Value {
  const length = sum(graph, square(graph, x), [1], true);
  return multiply(graph, x, reciprocalRoot(graph, maximum(graph, length, graph.floats(1e-12))));
}

const losses: Readonly<Record<LossName, Loss>> = {
  categoricalCrossentropy,
  binaryCrossentropy,
  meanAbsoluteError: ofResidual(absolute),
  meanSquaredError: ofResidual(square),
  huber: ofResidual((graph, residual, { delta = 1 }) => {
    const size = absolute(graph, residual);
    const inner = minimum(graph, size, graph.floats(delta));
    const outer = scale(graph, subtract(graph, size, inner), delta);
    return add(graph, scale(graph, square(graph, inner), 0.5), outer);
  }),
  logCosh: ofResidual((graph, residual) => {
    const tail = softplus(graph, scale(graph, residual, -2));
    return shift(graph, add(graph, residual, tail), -Math.LN2);
  }),
  // −1 for equal directions, 1 for opposite ones, as in Keras.
  cosineSimilarity: (graph, prediction, labels) =>
    scale(graph, sum(graph, multiply(graph, direction(graph, prediction), direction(graph, labels)), [1], false), -1),
};

/**
 * Adds a loss to the graph: the mean over the batch of each example's loss times its weight, Σ w·l / n as in Keras.
 * @param prediction `[n, k]`
 * @param labels `[n, k]`
 * @param weights weight of each example, `[n]`
 */
export function addLoss(
  graph: Graph,
  loss: LossName | LossOptions,
  prediction: Value,
  labels: Value,
  weights: Value,
): Value {
  const options = typeof loss === "string" ? { name: loss } : loss;
  return batchMean(graph, multiply(graph, losses[options.name](graph, prediction, labels, options), weights));
}
