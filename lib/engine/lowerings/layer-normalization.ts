import { add, multiply, shift, subtract } from "../ops/elementwise.js";
import { mean } from "../ops/shape.js";
import { reciprocalRoot, square } from "../ops/unary.js";
import type { Lowering } from "./lowering.js";

/** LayerNormalization (arXiv:1607.06450): each example by mean and variance over the given axes, the last by default. */
export const lowerLayerNormalization: Lowering = ({ graph, config, weight, has }, [x]) => {
  const rank = x!.shape.length;
  const axes = [config.axis ?? -1].flat().map((axis) => (Number(axis) < 0 ? Number(axis) + rank : Number(axis)));
  const centred = subtract(graph, x!, mean(graph, x!, axes, true));
  const variance = mean(graph, square(graph, centred), axes, true);
  const normal = multiply(
    graph,
    centred,
    reciprocalRoot(graph, shift(graph, variance, Number(config.epsilon ?? 1e-3))),
  );
  const scaled = has("gamma") ? multiply(graph, normal, weight("gamma")) : normal;
  return has("beta") ? add(graph, scaled, weight("beta")) : scaled;
};
