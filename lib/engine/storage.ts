import type { Graph, Value } from "./graph.js";
import { attribute, dataTypes, int32 } from "./graph-def.js";
import type { Saver, Signature } from "./saved-model.js";

/** How the variables of a graph are filled, saved and restored, with the signatures `init`, `save` and `restore`. */
export interface Storage extends Saver {
  readonly signatures: Readonly<Record<string, Signature>>;
}

/** Adds what fills, saves and restores all variables that the graph has so far. */
export function addStorage(graph: Graph): Storage {
  const initial = new Map(
    graph.variables.map((variable) => {
      const attributes = { T: attribute.type(dataTypes.float), index_type: int32 };
      const filling = [graph.integers(variable.shape), graph.floats(variable.initial)];
      const value = graph.add("Fill", filling, attributes, variable.shape);
      return [variable, { value, assign: graph.assign(variable, value) }];
    }),
  );
  const file = graph.placeholder("checkpoint_file", [], dataTypes.string);
  const variableNames = graph.strings(graph.variables.map(({ name }) => name));
  const slices = graph.strings(graph.variables.map(() => ""));
  const dtypes = attribute.types(graph.variables.map(() => dataTypes.float));
  const values = graph.variables.map(({ value }) => value);
  const save = graph.add("SaveV2", [file, variableNames, slices, ...values], { dtypes }, []);
  const saved = graph.identity(file, "saved", [save]);
  const shapes = graph.variables.map((variable) => variable.shape);
  const read = graph.addMany("RestoreV2", [file, variableNames, slices], { dtypes }, shapes);
  const restoring = graph.variables.map((variable, i) => graph.assign(variable, read[i]!));
  const restored = graph.add("NoOp", [], {}, [], { name: "restore_all", after: restoring });

  const done = (name: string, after: readonly Value[]): Value => graph.identity(graph.floats(1), name, after);
  const filled = [...initial.values()].map(({ assign }) => assign);
  return {
    signatures: {
      init: { inputs: {}, outputs: { done: done("initialised", filled) } },
      save: { inputs: { file }, outputs: { done: saved } },
      restore: { inputs: { file }, outputs: { done: done("restored", [restored]) } },
    },
    file,
    saved,
    restored,
    initial,
  };
}
