import { cellsAt, hexagonPlaces, windowOfHexagon } from "../hexagon.js";
import { activation } from "../ops/activation.js";
import { biasAdd, conv2d } from "../ops/convolution.js";
import { multiply } from "../ops/elementwise.js";
import { matmul } from "../ops/matmul.js";
import { reshape } from "../ops/shape.js";
import { type Lowering, pair } from "./lowering.js";

/** HexagonalConv2D as a convolution of 3 × 3 whose two free corners stay zero. */
export const lowerHexagonalConv2D: Lowering = ({ graph, config, weight, has }, [x]) => {
  const [, height, width] = x!.shape as [number, number, number];
  const kernel = weight("kernel");
  const [places, channels, filters] = kernel.shape as [number, number, number];
  const spread = graph.floats(windowOfHexagon, [windowOfHexagon.length / hexagonPlaces.length, places]);
  const window = matmul(graph, spread, reshape(graph, kernel, [places, channels * filters]));
  const cells = config.cells as readonly string[] | undefined;
  const mask = cells ? graph.floats(cellsAt(cells, height, width)!, [1, height, width, 1]) : null;
  const image = mask ? multiply(graph, x!, mask) : x!;
  const options = { strides: pair(config.strides, [1, 1]), padding: "same" } as const;
  const y = conv2d(graph, image, reshape(graph, window, [3, 3, channels, filters]), options, [1, 1]);
  return activation(graph, String(config.activation ?? "linear"), has("bias") ? biasAdd(graph, y, weight("bias")) : y);
};
