import type { Graph, Value, Variable } from "./graph.js";
import { attribute, dataTypes } from "./graph-def.js";

const T = attribute.type(dataTypes.float);

/** True, scalar bool, when one of the gradients is not zero. */
export function anySlope(graph: Graph, gradients: readonly Value[]): Value {
  const half = halfSquare(graph, gradients);
  return graph.add("Greater", [half, graph.floats(0)], { T }, [], { type: dataTypes.bool });
}

/** Half the square of the length of all gradients together. */
function halfSquare(graph: Graph, gradients: readonly Value[]): Value {
  const halves = gradients.map((gradient) => graph.add("L2Loss", [gradient], { T }, []));
  return graph.add("AddN", halves, { T, N: attribute.integer(halves.length) }, []);
}

/** Scales gradients so that the length of all of them together is at most `most` (arXiv:1211.5063). */
export function clipByGlobalNorm(graph: Graph, gradients: readonly Value[], most: number): Value[] {
  const half = halfSquare(graph, gradients);
  const norm = graph.add("Sqrt", [graph.add("Mul", [half, graph.floats(2)], { T }, [])], { T }, []);
  const limit = graph.floats(most);
  const factor = graph.add("RealDiv", [limit, graph.add("Maximum", [norm, limit], { T }, [])], { T }, []);
  return gradients.map((gradient) => graph.add("Mul", [gradient, factor], { T }, gradient.shape));
}

/** Gradients summed over several steps before the weights change. */
export interface Accumulation {
  /** Operations that add this step's gradients. */
  readonly adding: Value[];
  /** Mean of the gradients of all steps, this one included. */
  readonly means: Value[];
  /** Operations that empty the sums once `after` has run. */
  emptied(after: readonly Value[]): Value[];
}

/** Keeps sums of the gradients over `steps` steps. */
export function accumulate(
  graph: Graph,
  variables: readonly Variable[],
  gradients: readonly Value[],
  steps: number,
): Accumulation {
  const sums = variables.map(({ name, shape }) => graph.variable(`optimizer/${name}/gradient_sum`, shape, false));
  const added = gradients.map((gradient, i) => graph.add("AddV2", [sums[i]!.value, gradient], { T }, gradient.shape));
  const share = graph.floats(1 / steps);
  return {
    adding: sums.map((sum, i) => graph.assign(sum, added[i]!)),
    means: added.map((sum) => graph.add("Mul", [sum, share], { T }, sum.shape)),
    emptied: (after) =>
      sums.map((sum, i) => {
        const zeros = graph.add("ZerosLike", [gradients[i]!], { T }, sum.shape);
        return graph.assign(sum, zeros, after);
      }),
  };
}

/** Operations that let `averages` follow the variables after `updates`: a ← m·a + (1 − m)·v. */
export function followAverages(
  graph: Graph,
  variables: readonly Variable[],
  averages: readonly Variable[],
  momentum: number,
  updates: readonly Value[],
): Value[] {
  return variables.map((variable, i) => {
    const average = averages[i]!;
    const options = { after: updates };
    const now = graph.add("ReadVariableOp", [variable.handle], { dtype: T }, variable.shape, options);
    const kept = graph.add("Mul", [average.value, graph.floats(momentum)], { T }, variable.shape);
    const fresh = graph.add("Mul", [now, graph.floats(1 - momentum)], { T }, variable.shape);
    return graph.assign(average, graph.add("AddV2", [kept, fresh], { T }, variable.shape));
  });
}
