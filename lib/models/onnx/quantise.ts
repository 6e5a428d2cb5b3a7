import { consumersOf } from "./fold-normalization.js";
import { OnnxGraph, type OnnxNode } from "./onnx-graph.js";

/** Least and largest number that a value took. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Largest weight: with seven bits a processor without VNNI cannot overflow the 16 bits in which it adds two products. */
const mostWeight = 64;

interface Scale {
  readonly scale: number;
  readonly zero: number;
}

/** Scale and zero point by which 0 … 255 cover a range; 0 is always met exactly. */
function scaleOf({ min, max }: Range): Scale {
  const [low, high] = [Math.min(0, min), Math.max(0, max)];
  const scale = (high - low) / 255 || 1;
  return { scale, zero: Math.round(-low / scale) };
}

/**
 * The nodes that may compute with 8 bits: convolutions and matrix products with constant weights, but those that look at
 * the images themselves: charges from a few to thousands of photoelectrons do not fit into 256 steps.
 */
export function quantisableNodes(graph: OnnxGraph): OnnxNode[] {
  const images = new Set(graph.inputs.map(({ name }) => name));
  for (const { operation, inputs, output } of graph.nodes) {
    // The same numbers, some of them left out or put elsewhere.
    if (["Transpose", "Mul", "Pad", "Reshape"].includes(operation) && images.has(inputs[0]!)) images.add(output);
  }
  return graph.nodes.filter(
    ({ operation, inputs }) =>
      (operation === "Conv" || operation === "MatMul") &&
      !images.has(inputs[0]!) &&
      graph.tensors.get(inputs[1]!)?.values instanceof Float32Array,
  );
}

/** Where the result of a convolution leaves it: behind its ReLU, where it has one. */
function resultOf(node: OnnxNode, consumers: ReadonlyMap<string, readonly OnnxNode[]>): string {
  const [next, other] = consumers.get(node.output) ?? [];
  return next?.operation === "Relu" && !other ? next.output : node.output;
}

/**
 * Results of convolutions that are not among `nodes` and are added to results of these, as the shortcut of the first block
 * that looks at the images: rounded too, so that the sum stays in 8 bits, which is rounded behind it anyway.
 */
function summands(graph: OnnxGraph, nodes: readonly OnnxNode[]): string[] {
  const consumers = consumersOf(graph);
  const quantised = new Set(nodes.map(({ output }) => output));
  return graph.nodes.flatMap(({ operation, output }) => {
    const [sum, other] = consumers.get(output) ?? [];
    const among = operation === "Conv" && !quantised.has(output) && sum?.operation === "Add" && !other;
    return among && sum.inputs.some((name) => quantised.has(name)) ? [output] : [];
  });
}

/** Values whose range must be known to quantise any of `nodes`. */
export function rangesNeeded(graph: OnnxGraph, nodes: readonly OnnxNode[]): string[] {
  const consumers = consumersOf(graph);
  const names = nodes.flatMap((node) => [
    node.inputs[0]!,
    ...(node.operation === "Conv" ? [resultOf(node, consumers)] : []),
  ]);
  return [...new Set([...names, ...summands(graph, nodes)])];
}

/** Weights as whole numbers from −64 to 64, a scale for each output; constants of an operator `DequantizeLinear`. */
function quantisedWeights(graph: OnnxGraph, node: OnnxNode): { name: string; scales: Float32Array } {
  const { values, shape } = graph.tensors.get(node.inputs[1]!)!;
  // A kernel is [filters, channels, height, width], a matrix [in, out].
  const axis = node.operation === "Conv" ? 0 : shape.length - 1;
  const outputs = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const outputOf = (i: number): number => Math.floor(i / inner) % outputs;
  const largest = new Float32Array(outputs);
  const weights = values as Float32Array;
  for (const [i, value] of weights.entries()) largest[outputOf(i)] = Math.max(largest[outputOf(i)]!, Math.abs(value));
  const scales = largest.map((value) => value / mostWeight || 1);
  const whole = Int8Array.from(weights, (value, i) => Math.round(value / scales[outputOf(i)]!));
  const inputs = [
    graph.tensor(`${node.inputs[1]}/int8`, whole, shape),
    graph.floats("scales", scales, [outputs]),
    graph.tensor("zeros", new Int8Array(outputs), [outputs]),
  ];
  return { name: graph.add("DequantizeLinear", inputs, { axis }), scales };
}

/**
 * The same network with the weights of `nodes` as 8-bit whole numbers, a scale for each filter, and with their inputs and
 * results rounded to 256 steps over the ranges that a sample showed (ONNX' QuantizeLinear and DequantizeLinear pairs, from
 * which onnxruntime makes 8-bit operations). Outputs of the network are not rounded.
 */
export function quantise(source: OnnxGraph, nodes: readonly OnnxNode[], ranges: ReadonlyMap<string, Range>): OnnxGraph {
  const graph = OnnxGraph.like(source);
  const chosen = new Set(nodes);
  const consumers = consumersOf(source);
  const scales = new Map<string, Scale>();
  const rounded = new Map<string, string>();
  const results = new Set([
    ...nodes.filter(({ operation }) => operation === "Conv").map((node) => resultOf(node, consumers)),
    ...summands(source, nodes),
  ]);

  const round = (name: string): string => {
    const known = rounded.get(name);
    if (known) return known;
    const { scale, zero } = scales.get(name) ?? scaleOf(ranges.get(name)!);
    scales.set(name, { scale, zero });
    const step = [graph.number(scale), graph.tensor("zero", Uint8Array.of(zero), [])];
    const whole = graph.add("QuantizeLinear", [name, ...step]);
    const result = graph.add("DequantizeLinear", [whole, ...step]);
    rounded.set(name, result);
    return result;
  };

  for (const node of source.nodes) {
    const [x, , bias] = node.inputs;
    const seen = (name: string): string => rounded.get(name) ?? name;
    if (!chosen.has(node)) {
      graph.nodes.push({ ...node, inputs: node.inputs.map(seen) });
      // The largest of rounded numbers is one of them.
      const scale = scales.get(x!);
      if (node.operation === "MaxPool" && scale) scales.set(node.output, scale);
    } else {
      const input = round(x!);
      const weights = quantisedWeights(graph, node);
      const inputs = [input, weights.name];
      if (node.operation === "Conv" && bias) {
        const { scale } = scales.get(x!)!;
        const steps = weights.scales.map((step) => step * scale);
        inputs.push(roundedBias(graph, bias, graph.tensors.get(bias)!.values as Float32Array, steps));
      }
      graph.nodes.push({ ...node, inputs });
    }
    if (results.has(node.output)) round(node.output);
  }
  return graph;
}

/** A bias as whole numbers in steps of input and weights. */
function roundedBias(graph: OnnxGraph, name: string, values: Float32Array, steps: Float32Array): string {
  const limit = 2 ** 31 - 1;
  const whole = Int32Array.from(values, (value, f) => Math.max(-limit, Math.min(limit, Math.round(value / steps[f]!))));
  const shape = [values.length];
  const inputs = [
    graph.tensor(`${name}/int32`, whole, shape),
    graph.floats("scales", steps, shape),
    graph.tensor("zeros", new Int32Array(values.length), shape),
  ];
  return graph.add("DequantizeLinear", inputs, { axis: 0 });
}
