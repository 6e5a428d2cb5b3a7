import type { OnnxGraph } from "./onnx-graph.js";

/**
 * A value of the network. Images are kept as ONNX likes them, channels first, until a layer needs them last.
 */
export interface OnnxValue {
  readonly name: string;
  /** Without the batch, channels last whatever the layout. */
  readonly shape: readonly number[];
  readonly channelsFirst: boolean;
}

/** A value as it lies in the network: channels last. */
export const plain = (name: string, shape: readonly number[]): OnnxValue => ({ name, shape, channelsFirst: false });

/** An image with its channels first. */
export const image = (name: string, shape: readonly number[]): OnnxValue => ({ name, shape, channelsFirst: true });

const rankOfImages = 3;

/** The name of the value with channels first, for images. */
export function channelsFirst(graph: OnnxGraph, value: OnnxValue): string {
  if (value.channelsFirst || value.shape.length !== rankOfImages) return value.name;
  return graph.add("Transpose", [value.name], { perm: [0, 3, 1, 2] });
}

/** The name of the value with channels last. */
export function channelsLast(graph: OnnxGraph, value: OnnxValue): string {
  return value.channelsFirst ? graph.add("Transpose", [value.name], { perm: [0, 2, 3, 1] }) : value.name;
}
