import type { Graph, Value } from "./graph.js";
import { attribute, dataTypes } from "./graph-def.js";

/** Lets a part of the graph run in some steps only. */
export interface Gate {
  /** The value, for operations that must not run while the gate is shut. */
  through(value: Value): Value;
  /** A value that is there when all `operations` have run or the gate was shut. */
  passed(operations: readonly Value[]): Value;
}

/**
 * A gate that is open where `condition`, a scalar bool, is true. Operations that take, or wait for, what came through a
 * shut one are skipped by TensorFlow (its operations Switch and Merge).
 */
export function gate(graph: Graph, condition: Value): Gate {
  const part = (value: Value): [shut: Value, open: Value] => {
    const attributes = { T: attribute.type(value.type) };
    const options = { type: value.type };
    const both = graph.addMany("Switch", [value, condition], attributes, [value.shape, value.shape], options);
    return both as [Value, Value];
  };
  return {
    through: (value) => part(value)[1],
    passed: (operations) => {
      const [shut, open] = part(graph.floats(1));
      const run = graph.identity(open, "gate/run", operations);
      const attributes = { T: attribute.type(dataTypes.float), N: attribute.integer(2) };
      return graph.addMany("Merge", [run, graph.identity(shut, "gate/skipped")], attributes, [[], []])[0]!;
    },
  };
}
