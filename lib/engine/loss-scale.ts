import type { Graph, Value } from "./graph.js";
import { attribute, dataTypes } from "./graph-def.js";

const T = attribute.type(dataTypes.float);

/** Steps without overflow after which the scale is doubled. */
const patience = 2000;
const firstScale = 2 ** 15;

/** A factor that keeps small gradients inside the range of float16 (arXiv:1710.03740). */
export interface LossScale {
  /** What the gradient of the loss starts with. */
  readonly seed: Value;
  /**
   * Gradients without the factor; all zero when one of them overflowed.
   * @returns them, the operations that adapt the scale (half after an overflow, double after 2000 good steps), and whether
   * none overflowed, scalar bool
   */
  unscaled(gradients: readonly Value[]): { gradients: Value[]; updates: Value[]; finite: Value };
}

/** Adds a scale that adapts itself. */
export function lossScale(graph: Graph): LossScale {
  const scale = graph.variable("optimizer/loss_scale", [], false, firstScale);
  const good = graph.variable("optimizer/good_steps", [], false);
  const scalar = (operation: string, ...inputs: Value[]): Value => graph.add(operation, inputs, { T }, []);
  const choose = (condition: Value, yes: Value, no: Value): Value =>
    graph.add("SelectV2", [condition, yes, no], { T }, yes.shape);
  return {
    seed: scale.value,
    unscaled: (gradients) => {
      const halves = gradients.map((gradient) => graph.add("L2Loss", [gradient], { T }, []));
      const norm = graph.add("AddN", halves, { T, N: attribute.integer(halves.length) }, []);
      const finite = graph.add("IsFinite", [norm], { T }, [], { type: dataTypes.bool });
      const factor = scalar("RealDiv", graph.floats(1), scale.value);
      const safe = gradients.map((gradient) => {
        const zeros = graph.add("ZerosLike", [gradient], { T }, gradient.shape);
        return choose(finite, graph.add("Mul", [gradient, factor], { T }, gradient.shape), zeros);
      });
      const counted = scalar("AddV2", good.value, graph.floats(1));
      const long = graph.add("GreaterEqual", [counted, graph.floats(patience)], { T }, [], { type: dataTypes.bool });
      const grow = graph.add("LogicalAnd", [finite, long], {}, [], { type: dataTypes.bool });
      const kept = choose(grow, scalar("Mul", scale.value, graph.floats(2)), scale.value);
      const shrunk = scalar("Maximum", scalar("Mul", scale.value, graph.floats(0.5)), graph.floats(1));
      const reset = graph.add(
        "LogicalOr",
        [grow, graph.add("LogicalNot", [finite], {}, [], { type: dataTypes.bool })],
        {},
        [],
        {
          type: dataTypes.bool,
        },
      );
      const updates = [
        graph.assign(scale, choose(finite, kept, shrunk)),
        graph.assign(good, choose(reset, graph.floats(0), counted)),
      ];
      return { gradients: safe, updates, finite };
    },
  };
}
