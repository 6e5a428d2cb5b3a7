import { averagePool, maxPool, type Window } from "../ops/convolution.js";
import { max, mean } from "../ops/shape.js";
import { type Lowering, type LoweringContext, padding, pair } from "./lowering.js";

function window({ config }: LoweringContext): Window {
  const size = pair(config.poolSize, [2, 2]);
  return { size, strides: pair(config.strides, size), padding: padding(config.padding) };
}

/**
 * The largest of each window. Behind a convolution the maximum is taken before bias and activation: the same numbers,
 * with a quarter of the work for bias and activation and their gradients.
 */
export const lowerMaxPooling2D: Lowering = (context, [x]) => {
  const early = x!.unactivated;
  if (early) return early.finish(maxPool(context.graph, early.value, window(context)));
  return maxPool(context.graph, x!, window(context));
};

export const lowerAveragePooling2D: Lowering = (context, [x]) => averagePool(context.graph, x!, window(context));

/** `[n, h, w, c]` → `[n, c]`. */
export const lowerGlobalAveragePooling2D: Lowering = ({ graph }, [x]) => mean(graph, x!, [1, 2], false);

/** `[n, h, w, c]` → `[n, c]`. */
export const lowerGlobalMaxPooling2D: Lowering = ({ graph }, [x]) => max(graph, x!, [1, 2]);
