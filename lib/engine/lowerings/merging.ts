import { add, maximum, minimum, multiply, scale } from "../ops/elementwise.js";
import { concatenate } from "../ops/shape.js";
import type { Lowering } from "./lowering.js";

export const lowerAdd: Lowering = ({ graph }, inputs) => inputs.reduce((sum, x) => add(graph, sum, x));

export const lowerMultiply: Lowering = ({ graph }, inputs) =>
  inputs.reduce((product, x) => multiply(graph, product, x));

export const lowerAverage: Lowering = ({ graph }, inputs) =>
  scale(
    graph,
    inputs.reduce((sum, x) => add(graph, sum, x)),
    1 / inputs.length,
  );

export const lowerMaximum: Lowering = ({ graph }, inputs) => inputs.reduce((most, x) => maximum(graph, most, x));

export const lowerMinimum: Lowering = ({ graph }, inputs) => inputs.reduce((least, x) => minimum(graph, least, x));

export const lowerConcatenate: Lowering = ({ graph, config }, inputs) => {
  const rank = inputs[0]!.shape.length;
  const axis = Number(config.axis ?? -1);
  return concatenate(graph, inputs, axis < 0 ? axis + rank : axis);
};
