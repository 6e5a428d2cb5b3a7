import { CherenkitError } from "../../errors.js";
import type { Graph, Value } from "../graph.js";
import { attribute, dataTypes, int32, type Message } from "../graph-def.js";
import { add, maximum, minimum, multiply, product, scale, shift } from "./elementwise.js";
import { errorFunction, exponential } from "./unary.js";

const T = attribute.type(dataTypes.float);

/** y = op(x) whose gradient is one operation of (dy, y), (dy, x) or (y, dy). */
function simple(
  graph: Graph,
  operation: string,
  gradient: string,
  of: "dy,y" | "dy,x" | "y,dy",
  x: Value,
  attributes: Readonly<Record<string, Message>> = {},
): Value {
  const y = graph.add(operation, [x], { T, ...attributes }, x.shape);
  return graph.record(y, [x], (dy) => [
    () => {
      const inputs = { "dy,y": [dy, y], "dy,x": [dy, x], "y,dy": [y, dy] }[of];
      return graph.add(gradient, inputs, { T, ...attributes }, x.shape);
    },
  ]);
}

export function leakyRelu(graph: Graph, x: Value, alpha: number): Value {
  return simple(graph, "LeakyRelu", "LeakyReluGrad", "dy,x", x, { alpha: attribute.float(alpha) });
}

export function sigmoid(graph: Graph, x: Value): Value {
  return { ...simple(graph, "Sigmoid", "SigmoidGrad", "y,dy", x), beforeSigmoid: x };
}

function tanh(graph: Graph, x: Value): Value {
  return simple(graph, "Tanh", "TanhGrad", "y,dy", x);
}

export function softplus(graph: Graph, x: Value): Value {
  return simple(graph, "Softplus", "SoftplusGrad", "dy,x", x);
}

/** Softmax over the last dimension. */
export function softmax(graph: Graph, x: Value): Value {
  const y: Value = { ...graph.add("Softmax", [x], { T }, x.shape), logits: x };
  const last = x.shape.length - 1;
  const sumAttributes = { T, Tidx: int32, keep_dims: attribute.boolean(true) };
  return graph.record(y, [x], (dy) => [
    () => {
      const kept = x.shape.map((size, i) => (i === last ? 1 : size));
      const mean = graph.add("Sum", [product(graph, dy, y), graph.integers([last])], sumAttributes, kept);
      return product(graph, graph.add("Sub", [dy, mean], { T }, x.shape), y);
    },
  ]);
}

const activations: Readonly<Record<string, (graph: Graph, x: Value) => Value>> = {
  linear: (_graph, x) => x,
  relu: (graph, x) => simple(graph, "Relu", "ReluGrad", "dy,y", x),
  relu6: (graph, x) => simple(graph, "Relu6", "Relu6Grad", "dy,y", x),
  elu: (graph, x) => simple(graph, "Elu", "EluGrad", "dy,y", x),
  selu: (graph, x) => simple(graph, "Selu", "SeluGrad", "dy,y", x),
  tanh,
  sigmoid,
  softplus,
  softsign: (graph, x) => simple(graph, "Softsign", "SoftsignGrad", "dy,x", x),
  softmax,
  swish: (graph, x) => multiply(graph, x, sigmoid(graph, x)),
  silu: (graph, x) => multiply(graph, x, sigmoid(graph, x)),
  exponential,
  hardsigmoid: (graph, x) => {
    const line = shift(graph, scale(graph, x, 0.2), 0.5);
    return maximum(graph, minimum(graph, line, graph.floats(1)), graph.floats(0));
  },
  // x · Φ(x), arXiv:1606.08415
  gelu: (graph, x) => {
    const half = shift(graph, errorFunction(graph, scale(graph, x, Math.SQRT1_2)), 1);
    return multiply(graph, scale(graph, x, 0.5), half);
  },
  // The same with a hyperbolic tangent for the normal distribution.
  gelunew: (graph, x) => {
    const cube = multiply(graph, multiply(graph, x, x), x);
    const inner = scale(graph, add(graph, x, scale(graph, cube, 0.044715)), Math.sqrt(2 / Math.PI));
    return multiply(graph, scale(graph, x, 0.5), shift(graph, tanh(graph, inner), 1));
  },
  mish: (graph, x) => multiply(graph, x, tanh(graph, softplus(graph, x))),
};

/** tfjs-layers writes `leakyRelu6` style names in camel or snake case; both are taken. */
export function activation(graph: Graph, name: string, x: Value): Value {
  const found = activations[name] ?? activations[name.replace(/_/g, "").toLowerCase()];
  if (!found) {
    throw new CherenkitError(`there is no gradient rule for the activation ${name}`, {
      place: "engine/ops/activation.ts",
      remedy: `use one of ${Object.keys(activations).join(", ")}, or set engine: eager`,
    });
  }
  return found(graph, x);
}
