import { activation } from "../ops/activation.js";
import { biasAdd } from "../ops/convolution.js";
import { matmul } from "../ops/matmul.js";
import { reshape } from "../ops/shape.js";
import type { Lowering } from "./lowering.js";

/** Dense over the last dimension: `[n, …, in]` → `[n, …, units]`. */
export const lowerDense: Lowering = ({ graph, config, weight, has }, [x]) => {
  const kernel = weight("kernel");
  const flat = x!.shape.length === 2 ? x! : reshape(graph, x!, [-1, x!.shape.at(-1)!]);
  const y = matmul(graph, flat, kernel);
  const biased = has("bias") ? biasAdd(graph, y, weight("bias")) : y;
  const shaped = x!.shape.length === 2 ? biased : reshape(graph, biased, [...x!.shape.slice(0, -1), kernel.shape[1]!]);
  return activation(graph, String(config.activation ?? "linear"), shaped);
};
