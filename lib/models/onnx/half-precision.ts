import { OnnxGraph, onnxTypes } from "./onnx-graph.js";

/** Fewer numbers are not worth a conversion. */
const fewestNumbers = 64;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Bits of the nearest float16 (IEEE 754 binary16), of two equally near ones the even one; too large becomes infinite. */
export function halfBits(value: number): number {
  float[0] = value;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13);
  }
  // Below the smallest normal number the step is fixed.
  const steps = Math.abs(value) * 2 ** 24;
  const low = Math.floor(steps);
  const up = steps - low > 0.5 || (steps - low === 0.5 && low % 2 === 1);
  return sign | (up ? low + 1 : low);
}

/** The same network with its weights as float16, half the size; it still computes in float32. */
export function halfPrecision(source: OnnxGraph): OnnxGraph {
  const graph = OnnxGraph.like(source);
  for (const [name, { shape, values }] of source.tensors) {
    if (!(values instanceof Float32Array) || values.length < fewestNumbers) continue;
    graph.tensors.delete(name);
    const half = graph.tensor(name, Uint16Array.from(values, halfBits), shape);
    graph.add("Cast", [half], { to: onnxTypes.float }, name);
  }
  graph.nodes.push(...source.nodes);
  return graph;
}
