import { activation, leakyRelu, softmax } from "../ops/activation.js";
import { minimum } from "../ops/elementwise.js";
import type { Lowering } from "./lowering.js";

export const lowerActivation: Lowering = ({ graph, config }, [x]) => activation(graph, String(config.activation), x!);

export const lowerReLU: Lowering = ({ graph, config }, [x]) => {
  if (config.maxValue === 6) return activation(graph, "relu6", x!);
  const y = activation(graph, "relu", x!);
  return typeof config.maxValue === "number" ? minimum(graph, y, graph.floats(config.maxValue)) : y;
};

export const lowerLeakyReLU: Lowering = ({ graph, config }, [x]) => leakyRelu(graph, x!, Number(config.alpha ?? 0.3));

export const lowerElu: Lowering = ({ graph }, [x]) => activation(graph, "elu", x!);

export const lowerSoftmax: Lowering = ({ graph }, [x]) => softmax(graph, x!);
