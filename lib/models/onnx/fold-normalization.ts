import { OnnxGraph, type OnnxNode } from "./onnx-graph.js";

/** Nodes that take each value. */
export function consumersOf(graph: OnnxGraph): Map<string, OnnxNode[]> {
  const consumers = new Map<string, OnnxNode[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) consumers.set(input, [...(consumers.get(input) ?? []), node]);
  }
  return consumers;
}

/** The same network with each batch normalisation behind a convolution put into the convolution's weights. */
export function foldNormalization(source: OnnxGraph): OnnxGraph {
  const graph = OnnxGraph.like(source);
  const consumers = consumersOf(source);
  const folded = new Set<OnnxNode>();
  const floats = (name: string | undefined): Float32Array | null => {
    const values = name === undefined ? undefined : source.tensors.get(name)?.values;
    return values instanceof Float32Array ? values : null;
  };
  for (const node of source.nodes) {
    if (folded.has(node)) continue;
    const [next, other] = consumers.get(node.output) ?? [];
    const kernel = floats(node.inputs[1]);
    if (node.operation !== "Conv" || !kernel || other || next?.operation !== "BatchNormalization") {
      graph.nodes.push(node);
      continue;
    }
    const [gamma, beta, mean, variance] = next.inputs.slice(1).map((name) => floats(name)!);
    const epsilon = (next.attributes.epsilon as { float: number }).float;
    const filters = gamma!.length;
    const factor = gamma!.map((value, f) => value / Math.sqrt(variance![f]! + epsilon));
    const bias = floats(node.inputs[2]) ?? new Float32Array(filters);
    const size = kernel.length / filters;
    const inputs = [
      node.inputs[0]!,
      graph.floats(
        node.inputs[1]!,
        kernel.map((value, i) => value * factor[Math.floor(i / size)]!),
        source.tensors.get(node.inputs[1]!)!.shape,
      ),
      graph.floats(
        `${node.inputs[1]}/bias`,
        bias.map((value, f) => beta![f]! + (value - mean![f]!) * factor[f]!),
        [filters],
      ),
    ];
    graph.add("Conv", inputs, node.attributes, next.output);
    folded.add(next);
  }
  return graph;
}
