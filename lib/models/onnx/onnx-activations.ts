import { NotInOnnxError } from "./not-in-onnx.js";
import type { OnnxGraph } from "./onnx-graph.js";

type Activation = (graph: OnnxGraph, x: string) => string;

const one =
  (operation: string): Activation =>
  (graph, x) =>
    graph.add(operation, [x]);

/** Activations but the softmax, by their names in tfjs without underscores. */
const activations: Readonly<Record<string, Activation>> = {
  linear: (_graph, x) => x,
  relu: one("Relu"),
  relu6: (graph, x) => graph.add("Clip", [x, graph.number(0), graph.number(6)]),
  elu: one("Elu"),
  selu: one("Selu"),
  tanh: one("Tanh"),
  sigmoid: one("Sigmoid"),
  softplus: one("Softplus"),
  softsign: one("Softsign"),
  exponential: one("Exp"),
  hardsigmoid: (graph, x) => graph.add("HardSigmoid", [x], { alpha: { float: 0.2 }, beta: { float: 0.5 } }),
  swish: (graph, x) => graph.add("Mul", [x, graph.add("Sigmoid", [x])]),
  mish: (graph, x) => graph.add("Mul", [x, graph.add("Tanh", [graph.add("Softplus", [x])])]),
  gelu: (graph, x) => {
    const half = graph.add("Erf", [graph.add("Mul", [x, graph.number(Math.SQRT1_2)])]);
    const share = graph.add("Mul", [graph.add("Add", [half, graph.number(1)]), graph.number(0.5)]);
    return graph.add("Mul", [x, share]);
  },
  gelunew: (graph, x) => {
    const cube = graph.add("Mul", [graph.add("Mul", [x, x]), x]);
    const inner = graph.add("Add", [x, graph.add("Mul", [cube, graph.number(0.044715)])]);
    const half = graph.add("Tanh", [graph.add("Mul", [inner, graph.number(Math.sqrt(2 / Math.PI))])]);
    const share = graph.add("Mul", [graph.add("Add", [half, graph.number(1)]), graph.number(0.5)]);
    return graph.add("Mul", [x, share]);
  },
};

/** Adds an activation. @throws {NotInOnnxError} for one that is not known */
export function onnxActivation(graph: OnnxGraph, name: string, x: string, place: string): string {
  const found = activations[name.replace(/_/g, "").toLowerCase()];
  if (found) return found(graph, x);
  throw new NotInOnnxError(`the activation ${name} of ${place} cannot be exported to ONNX`, { place });
}
