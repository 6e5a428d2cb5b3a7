import { CherenkitError } from "../errors.js";
import type { CompileOptions } from "./compiled-model.js";
import { Graph, type Value, type Variable } from "./graph.js";
import { attribute, dataTypes } from "./graph-def.js";
import { addLoss } from "./losses.js";
import { lowerModel, type ModelWeight, ModelWeights } from "./lower-model.js";
import { addOptimizer } from "./optimizers.js";
import { outputNames } from "./output-names.js";
import { encodeSavedModel, type Signature } from "./saved-model.js";
import type { tf } from "./tensorflow.js";

/** The graph of a model and what is needed to call it. */
export interface TrainingGraph {
  readonly savedModel: Uint8Array;
  readonly weights: readonly ModelWeight[];
  readonly outputNames: readonly string[];
  readonly inputShape: readonly number[];
}

/** Names of signature entries; slashes and colons of weight names are kept out of the way of TensorFlow's own. */
export const entryOf = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, "_");

function inputShape(model: tf.LayersModel): number[] {
  if (model.inputs.length !== 1) {
    throw new CherenkitError(`${model.name} has ${model.inputs.length} inputs, the engine compiles models with one`, {
      remedy: "join the inputs along the channels, or set engine: eager",
    });
  }
  return model.inputs[0]!.shape.map((size) => size ?? -1);
}

function totalLoss(
  graph: Graph,
  model: tf.LayersModel,
  outputs: readonly Value[],
  labels: readonly Value[],
  sampleWeights: Value,
  options: CompileOptions,
): Value {
  const parts = outputs.map((output, i) => {
    const name = outputNames(model)[i]!;
    const loss = options.losses[name];
    if (!loss) throw new CherenkitError(`no loss is given for the output ${name}`, { place: name });
    return { value: addLoss(graph, loss, output, labels[i]!, sampleWeights), factor: options.lossWeights?.[name] ?? 1 };
  });
  const T = attribute.type(dataTypes.float);
  const scaled = parts.map(({ value, factor }) => {
    if (factor === 1) return value;
    const constant = graph.floats(factor);
    return graph.record(graph.add("Mul", [value, constant], { T }, []), [value], (dy) => [
      () => graph.add("Mul", [dy, constant], { T }, []),
    ]);
  });
  return scaled.reduce((sum, value) =>
    graph.record(graph.add("AddV2", [sum, value], { T }, []), [sum, value], (dy) => [() => dy, () => dy]),
  );
}

interface InitialValue {
  readonly assign: Value;
  readonly value: Value;
}

function initialise(graph: Graph, variable: Variable): InitialValue {
  const attributes = { T: attribute.type(dataTypes.float), index_type: attribute.type(dataTypes.int32) };
  const filled = graph.add(
    "Fill",
    [graph.integers(variable.shape), graph.floats(variable.initial)],
    attributes,
    variable.shape,
  );
  return { value: filled, assign: graph.assign(variable, filled) };
}

/**
 * Builds the graph of a whole training step: forward pass, loss, gradients, optimizer, and around it the entries to
 * predict, to move weights and to save.
 */
export function buildTrainingGraph(model: tf.LayersModel, options: CompileOptions): TrainingGraph {
  const graph = new Graph();
  const shape = inputShape(model);
  const images = graph.placeholder("images", shape);
  const sampleWeights = graph.placeholder("sample_weights", [-1]);
  const learningRate = graph.placeholder("learning_rate", []);
  const T = attribute.type(dataTypes.float);
  const stepCount = graph.variable("optimizer/step", [], false);
  const weights = new ModelWeights(graph);
  const randomness = { step: stepCount.value, seed: options.seed ?? 0 };

  const predicting = lowerModel(graph, weights, model, images, { training: false, ...randomness });
  const labels = predicting.outputs.map((output, i) => graph.placeholder(`labels_${i}`, [-1, output.shape[1]!]));
  const evaluated = totalLoss(graph, model, predicting.outputs, labels, sampleWeights, options);

  const training = lowerModel(graph, weights, model, images, { training: true, ...randomness });
  const loss = totalLoss(graph, model, training.outputs, labels, sampleWeights, options);
  const trained = weights.list.filter(({ variable }) => variable.trainable);
  const gradients = graph.gradients(
    loss,
    trained.map(({ variable }) => variable.value),
  );
  const updates = addOptimizer(
    graph,
    options.optimizer,
    learningRate,
    trained.map(({ variable }) => variable),
    gradients,
  );
  const averages = training.updates.map(({ variable, value }) => graph.assign(variable, value));
  const counted = graph.add("AddV2", [stepCount.value, graph.floats(1)], { T }, []);
  // A variable must not change before everything that reads it in this step has read it.
  const outputsRead = training.outputs.map((output, i) => graph.identity(output, `train_output_${i}`));
  const nextStep = graph.assign(stepCount, counted, [loss, ...outputsRead, ...gradients]);
  const everything = [...updates, ...averages, nextStep];

  const placeholders =
    trained.length > 0
      ? weights.list.map(({ name, variable }) => ({
          name,
          variable,
          input: graph.placeholder(`set/${name}`, variable.shape),
        }))
      : [];
  const setAll = placeholders.map(({ variable, input }) => graph.assign(variable, input));

  const initial = new Map(graph.variables.map((variable) => [variable, initialise(graph, variable)]));
  const initAll = [...initial.values()].map(({ assign }) => assign);

  const file = graph.placeholder("checkpoint_file", [], dataTypes.string);
  const names = graph.strings(graph.variables.map(({ name }) => name));
  const slices = graph.strings(graph.variables.map(() => ""));
  const dtypes = attribute.types(graph.variables.map(() => dataTypes.float));
  const save = graph.add("SaveV2", [file, names, slices, ...graph.variables.map(({ value }) => value)], { dtypes }, []);
  const saved = graph.identity(file, "saved", [save]);
  const shapes = graph.variables.map((variable) => variable.shape);
  const restoredValues = graph.addMany("RestoreV2", [file, names, slices], { dtypes }, shapes);
  const restoreAll = graph.variables.map((variable, i) => graph.assign(variable, restoredValues[i]!));
  const restored = graph.add("NoOp", [], {}, [], { name: "restore_all", after: restoreAll });

  const done = (name: string, after: readonly Value[]): Value => graph.identity(graph.floats(1), name, after);
  const named = (values: readonly Value[], prefix: string): Record<string, Value> =>
    Object.fromEntries(values.map((value, i) => [`output_${i}`, graph.identity(value, `${prefix}_${i}`)]));
  const labelInputs = Object.fromEntries(labels.map((label, i) => [`labels_${i}`, label]));
  const batch = { images, sample_weights: sampleWeights, ...labelInputs };
  const predict: Signature = { inputs: { images }, outputs: named(predicting.outputs, "predicted") };
  const trainOutputs = Object.fromEntries(outputsRead.map((value, i) => [`output_${i}`, value]));
  const signatures: Record<string, Signature> = {
    init: { inputs: {}, outputs: { done: done("initialised", initAll) } },
    train_step: {
      inputs: { ...batch, learning_rate: learningRate },
      outputs: { loss: graph.identity(loss, "train_loss", everything), ...trainOutputs },
    },
    evaluate_step: {
      inputs: batch,
      outputs: { loss: graph.identity(evaluated, "evaluate_loss"), ...named(predicting.outputs, "evaluated") },
    },
    predict,
    serving_default: predict,
    gradients: {
      inputs: batch,
      outputs: Object.fromEntries(
        trained.map(({ name }, i) => [entryOf(name), graph.identity(gradients[i]!, `gradient/${name}`)]),
      ),
    },
    get_weights: {
      inputs: {},
      outputs: Object.fromEntries(
        weights.list.map(({ name, variable }) => [entryOf(name), graph.identity(variable.value, `get/${name}`)]),
      ),
    },
    set_weights: {
      inputs: Object.fromEntries(placeholders.map(({ name, input }) => [entryOf(name), input])),
      outputs: { done: done("weights_set", setAll) },
    },
    save: { inputs: { file }, outputs: { done: saved } },
    restore: { inputs: { file }, outputs: { done: done("restored", [restored]) } },
  };
  return {
    savedModel: encodeSavedModel(graph, signatures, initial, { file, saved, restored }),
    weights: weights.list,
    outputNames: outputNames(model),
    inputShape: shape,
  };
}
