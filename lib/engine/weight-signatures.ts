import type { Graph, Value } from "./graph.js";
import type { ModelWeights } from "./lower-model.js";
import type { Signature } from "./saved-model.js";

/** Names of signature entries; slashes and colons of weight names are kept out of the way of TensorFlow's own. */
export const entryOf = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, "_");

/** The signatures that read and write the weights of the network. */
export function weightSignatures(graph: Graph, weights: ModelWeights): Record<string, Signature> {
  const inputs = weights.list.map(({ name, variable }) => graph.placeholder(`set/${name}`, variable.shape));
  const assigned = weights.list.flatMap(({ variable }, i) => {
    const average = weights.averageOf(variable);
    return [graph.assign(variable, inputs[i]!), ...(average ? [graph.assign(average, inputs[i]!)] : [])];
  });
  const read = weights.list.map(({ name, variable }) =>
    graph.identity((weights.averageOf(variable) ?? variable).value, `get/${name}`),
  );
  const entries = (values: readonly Value[]): Record<string, Value> =>
    Object.fromEntries(weights.list.map(({ name }, i) => [entryOf(name), values[i]!]));
  return {
    get_weights: { inputs: {}, outputs: entries(read) },
    set_weights: {
      inputs: entries(inputs),
      outputs: { done: graph.identity(graph.floats(1), "weights_set", assigned) },
    },
  };
}
