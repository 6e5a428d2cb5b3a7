import type { Graph, Value, Variable } from "./graph.js";
import { attribute, dataTypes } from "./graph-def.js";

/** An optimizer with Keras' defaults where nothing is given. */
export interface OptimizerOptions {
  readonly name: "Adam" | "AdamW" | "SGD" | "RMSProp" | "Adadelta";
  readonly epsilon?: number;
  /** Of SGD and RMSProp; 0 when absent. */
  readonly momentum?: number;
  /** SGD looks ahead along its momentum. */
  readonly nesterov?: boolean;
  /** Share of the former mean of squares that RMSProp (0.9) and Adadelta (0.95) keep. */
  readonly rho?: number;
  /** Of AdamW; 0.004 when absent. */
  readonly weightDecay?: number;
}

const T = attribute.type(dataTypes.float);
const unlocked = attribute.boolean(false);

type Update = (variable: Variable, gradient: Value) => Value;

function slot(graph: Graph, variable: Variable, name: string): Variable {
  return graph.variable(`optimizer/${variable.name}/${name}`, variable.shape, false);
}

/** Kingma & Ba (arXiv:1412.6980) with epsilon as in TensorFlow and Keras: before the bias correction. */
function adam(
  graph: Graph,
  learningRate: Value,
  epsilon: number,
): { update: Update; finish: (after: Value[]) => Value[] } {
  const beta1 = graph.floats(0.9);
  const beta2 = graph.floats(0.999);
  const power1 = graph.variable("optimizer/beta1_power", [], false, 1);
  const power2 = graph.variable("optimizer/beta2_power", [], false, 1);
  const next1 = graph.add("Mul", [power1.value, beta1], { T }, []);
  const next2 = graph.add("Mul", [power2.value, beta2], { T }, []);
  const attributes = { T, use_locking: unlocked, use_nesterov: attribute.boolean(false) };
  return {
    update: (variable, gradient) => {
      const m = slot(graph, variable, "m");
      const v = slot(graph, variable, "v");
      const handles = [variable.handle, m.handle, v.handle];
      const inputs = [...handles, next1, next2, learningRate, beta1, beta2, graph.floats(epsilon), gradient];
      return graph.add("ResourceApplyAdam", inputs, attributes, []);
    },
    finish: (after) => [graph.assign(power1, next1, after), graph.assign(power2, next2, after)],
  };
}

/** Adam after each weight was drawn towards zero by learningRate · weightDecay (arXiv:1711.05101). */
function adamW(graph: Graph, learningRate: Value, epsilon: number, weightDecay: number): ReturnType<typeof adam> {
  const plain = adam(graph, learningRate, epsilon);
  const share = graph.add("Mul", [learningRate, graph.floats(weightDecay)], { T }, []);
  return {
    ...plain,
    update: (variable, gradient) => {
      const decay = graph.add("Mul", [variable.value, share], { T }, variable.shape);
      const smaller = graph.add("AssignSubVariableOp", [variable.handle, decay], { dtype: T }, [], {
        after: [gradient],
      });
      return plain.update(variable, graph.identity(gradient, `${variable.name}/decayed`, [smaller]));
    },
  };
}

function optimizer(graph: Graph, learningRate: Value, options: OptimizerOptions): ReturnType<typeof adam> {
  const epsilon = graph.floats(options.epsilon ?? 1e-7);
  const nothingMore = (): Value[] => [];
  switch (options.name) {
    case "Adam":
      return adam(graph, learningRate, options.epsilon ?? 1e-7);
    case "AdamW":
      return adamW(graph, learningRate, options.epsilon ?? 1e-7, options.weightDecay ?? 0.004);
    case "SGD":
      return {
        finish: nothingMore,
        update: (variable, gradient) => {
          if (!options.momentum) {
            const inputs = [variable.handle, learningRate, gradient];
            return graph.add("ResourceApplyGradientDescent", inputs, { T, use_locking: unlocked }, []);
          }
          const accumulator = slot(graph, variable, "momentum");
          const inputs = [variable.handle, accumulator.handle, learningRate, gradient, graph.floats(options.momentum)];
          const attributes = { T, use_locking: unlocked, use_nesterov: attribute.boolean(options.nesterov ?? false) };
          return graph.add("ResourceApplyKerasMomentum", inputs, attributes, []);
        },
      };
    case "RMSProp":
      return {
        finish: nothingMore,
        update: (variable, gradient) => {
          const handles = [
            variable.handle,
            slot(graph, variable, "rms").handle,
            slot(graph, variable, "momentum").handle,
          ];
          const rates = [learningRate, graph.floats(options.rho ?? 0.9), graph.floats(options.momentum ?? 0), epsilon];
          return graph.add("ResourceApplyRMSProp", [...handles, ...rates, gradient], { T, use_locking: unlocked }, []);
        },
      };
    case "Adadelta":
      return {
        finish: nothingMore,
        update: (variable, gradient) => {
          const handles = [
            variable.handle,
            slot(graph, variable, "accumulated").handle,
            slot(graph, variable, "updates").handle,
          ];
          const rates = [learningRate, graph.floats(options.rho ?? 0.95), epsilon];
          return graph.add("ResourceApplyAdadelta", [...handles, ...rates, gradient], { T, use_locking: unlocked }, []);
        },
      };
  }
}

/** Adds one step of the optimizer to the graph. @returns operations that must run */
export function addOptimizer(
  graph: Graph,
  options: OptimizerOptions,
  learningRate: Value,
  variables: readonly Variable[],
  gradients: readonly Value[],
): Value[] {
  const { update, finish } = optimizer(graph, learningRate, options);
  const updates = variables.map((variable, i) => update(variable, gradients[i]!));
  return [...updates, ...finish(updates)];
}
