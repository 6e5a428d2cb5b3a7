import { activation, leakyRelu, softmax } from "../ops/activation.js";
import type { Lowering } from "./lowering.js";

export const lowerActivation: Lowering = ({ graph, config }, [x]) => activation(graph, String(config.activation), x!);

export const lowerReLU: Lowering = ({ graph, config }, [x]) =>
  activation(graph, config.maxValue === 6 ? "relu6" : "relu", x!);

export const lowerLeakyReLU: Lowering = ({ graph, config }, [x]) => leakyRelu(graph, x!, Number(config.alpha ?? 0.3));

export const lowerElu: Lowering = ({ graph }, [x]) => activation(graph, "elu", x!);

export const lowerSoftmax: Lowering = ({ graph }, [x]) => softmax(graph, x!);
