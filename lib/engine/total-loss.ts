import { CherenkitError } from "../errors.js";
import type { CompileOptions } from "./compiled-model.js";
import type { Graph, Value, Variable } from "./graph.js";
import { addLoss } from "./losses.js";
import { add, multiply, scale } from "./ops/elementwise.js";
import { exponential } from "./ops/unary.js";

/** For losses weighted by uncertainty: the logarithm of each output's weight, negative, which training finds. */
export function uncertaintyVariables(graph: Graph, names: readonly string[], options: CompileOptions): Variable[] {
  if (options.lossWeights !== "uncertainty") return [];
  return names.map((name) => graph.variable(`loss/${name}/log_variance`, [], true));
}

/**
 * All outputs' losses as one number: Σ factor · loss; with `uncertainty`, Σ exp(−s) · loss + s with an s for each output
 * that is trained along (Kendall, Gal & Cipolla, arXiv:1705.07115).
 * @param weights weights of the examples for each output, `[n]`
 * @param uncertainties the variables s, none for fixed factors
 */
export function totalLoss(
  graph: Graph,
  names: readonly string[],
  outputs: readonly Value[],
  labels: readonly Value[],
  weights: readonly Value[],
  options: CompileOptions,
  uncertainties: readonly Variable[],
): Value {
  const parts = outputs.map((output, i) => {
    const name = names[i]!;
    const loss = options.losses[name];
    if (!loss) throw new CherenkitError(`no loss is given for the output ${name}`, { place: name });
    const value = addLoss(graph, loss, output, labels[i]!, weights[i]!);
    const uncertainty = uncertainties[i]?.value;
    if (uncertainty) {
      const factor = exponential(graph, scale(graph, uncertainty, -1));
      return add(graph, multiply(graph, factor, value), uncertainty);
    }
    const fixed = typeof options.lossWeights === "object" ? options.lossWeights[name] : undefined;
    return scale(graph, value, fixed ?? 1);
  });
  return parts.reduce((sum, part) => add(graph, sum, part));
}
