import { CherenkitError } from "../errors.js";
import type { CompileOptions } from "./compiled-model.js";
import { gate } from "./gate.js";
import { accumulate, anySlope, clipByGlobalNorm, followAverages } from "./gradient-steps.js";
import { Graph, type Value, type Variable } from "./graph.js";
import { attribute, dataTypes } from "./graph-def.js";
import { lossScale } from "./loss-scale.js";
import { lowerModel, type ModelWeight, ModelWeights } from "./lower-model.js";
import { addOptimizer } from "./optimizers.js";
import { outputNames } from "./output-names.js";
import { replicated } from "./replicas.js";
import { rewritesThatPay } from "./rewrites.js";
import { encodeSavedModel, type Signature } from "./saved-model.js";
import { addStorage } from "./storage.js";
import type { tf } from "./tensorflow.js";
import { totalLoss, uncertaintyVariables } from "./total-loss.js";
import { entryOf, weightSignatures } from "./weight-signatures.js";

/** The graph of a model and what is needed to call it. */
export interface TrainingGraph {
  readonly savedModel: Uint8Array;
  readonly weights: readonly ModelWeight[];
  readonly outputNames: readonly string[];
  readonly inputShape: readonly number[];
}

const precisions = { float32: dataTypes.float, bfloat16: dataTypes.bfloat16, float16: dataTypes.half } as const;

/** `[-1, height, width, channels]`. @throws {CherenkitError} for a model with several inputs */
export function inputShape(model: tf.LayersModel): number[] {
  if (model.inputs.length !== 1) {
    throw new CherenkitError(`${model.name} has ${model.inputs.length} inputs, the engine compiles models with one`, {
      remedy: "join the inputs along the channels, or set engine: eager",
    });
  }
  return model.inputs[0]!.shape.map((size) => size ?? -1);
}

/** What goes into a step. */
interface StepInputs {
  readonly images: Value;
  readonly labels: readonly Value[];
  readonly sampleWeights: readonly Value[];
}

export const named = (graph: Graph, values: readonly Value[], prefix: string): Record<string, Value> =>
  Object.fromEntries(values.map((value, i) => [`output_${i}`, graph.identity(value, `${prefix}_${i}`)]));

const batchEntries = ({ images, labels, sampleWeights }: StepInputs): Record<string, Value> => ({
  images,
  ...Object.fromEntries(labels.map((label, i) => [`labels_${i}`, label])),
  ...Object.fromEntries(sampleWeights.map((weights, i) => [`sample_weights_${i}`, weights])),
});

/** The signatures of training: forward pass, loss, gradients and optimizer. */
function trainSignatures(
  graph: Graph,
  weights: ModelWeights,
  model: tf.LayersModel,
  step: Variable,
  inputs: StepInputs,
  options: CompileOptions,
  uncertainties: readonly Variable[],
): Record<string, Signature> {
  const T = attribute.type(dataTypes.float);
  const learningRate = graph.placeholder("learning_rate", []);
  const randomness = { step: step.value, seed: options.seed ?? 0 };
  const forward = replicated(graph, inputs.images, options.replicas ?? { count: 1 }, (images, copy) =>
    lowerModel(graph, weights, model, images, { training: true, copy, ...randomness }),
  );
  const names = outputNames(model);
  const { labels, sampleWeights } = inputs;
  const loss = totalLoss(graph, names, forward.outputs, labels, sampleWeights, options, uncertainties);
  const trainedWeights = weights.list.filter(({ variable }) => variable.trainable);
  const trained = [...trainedWeights.map(({ variable }) => variable), ...uncertainties];
  const scaling = options.precision === "float16" ? lossScale(graph) : null;
  const wanted = trained.map(({ value }) => value);
  const raw = graph.gradients(loss, wanted, scaling?.seed);
  const unscaled = scaling?.unscaled(raw);
  const gradients = unscaled?.gradients ?? raw;

  const outputsRead = forward.outputs.map((output, i) => graph.identity(output, `train_output_${i}`));
  const outputs = Object.fromEntries(outputsRead.map((value, i) => [`output_${i}`, value]));
  const counted = graph.add("AddV2", [step.value, graph.floats(1)], { T }, []);
  // A variable must not change before everything that reads it in this step has read it.
  const nextStep = graph.assign(step, counted, [loss, ...outputsRead, ...raw]);
  // After an overflow nothing may change but the loss scale and the number of the step.
  const whole = unscaled ? gate(graph, unscaled.finite) : null;
  const averaged = forward.updates.map(({ variable, value }) =>
    graph.assign(variable, whole ? whole.through(value) : value),
  );
  const always = [...(whole ? [whole.passed(averaged)] : averaged), ...(unscaled?.updates ?? []), nextStep];

  const steps = options.accumulateSteps ?? 1;
  const sums = steps > 1 ? accumulate(graph, trained, gradients, steps) : null;
  const means = sums?.means ?? gradients;
  // Of several steps one that did not overflow is enough.
  const changes = unscaled ? gate(graph, sums ? anySlope(graph, means) : unscaled.finite) : null;
  const clipped = options.clipNorm === undefined ? means : clipByGlobalNorm(graph, means, options.clipNorm);
  const used = changes ? clipped.map((gradient) => changes.through(gradient)) : clipped;
  const updates = addOptimizer(graph, options.optimizer, learningRate, trained, used);
  const averages = trainedWeights.map(({ variable }) => weights.averageOf(variable)).filter((found) => found !== null);
  const followed =
    options.averageMomentum === undefined
      ? []
      : followAverages(graph, trained.slice(0, averages.length), averages, options.averageMomentum, updates);
  const emptied = [...updates, ...followed, ...(sums?.emptied(updates) ?? [])];
  const changing = [...(changes ? [changes.passed(emptied)] : emptied), ...always];

  const entries = batchEntries(inputs);
  const gradientOutputs = trainedWeights.map(
    ({ name }, i) => [entryOf(name), graph.identity(gradients[i]!, `gradient/${name}`)] as const,
  );
  return {
    train_step: {
      inputs: { ...entries, learning_rate: learningRate },
      outputs: { loss: graph.identity(loss, "train_loss", changing), ...outputs },
    },
    ...(sums
      ? {
          accumulate_step: {
            inputs: entries,
            outputs: { loss: graph.identity(loss, "accumulate_loss", [...sums.adding, ...always]), ...outputs },
          },
        }
      : {}),
    gradients: { inputs: entries, outputs: Object.fromEntries(gradientOutputs) },
  };
}

/**
 * Builds the graph of a whole training step: forward pass, loss, gradients, optimizer, and around it the entries to
 * predict, to move weights and to save.
 */
export function buildTrainingGraph(model: tf.LayersModel, options: CompileOptions): TrainingGraph {
  const graph = new Graph(precisions[options.precision ?? "float32"], options.rewrites ?? rewritesThatPay());
  const shape = inputShape(model);
  const names = outputNames(model);
  const images = graph.placeholder("images", shape);
  const step = graph.variable("optimizer/step", [], false);
  const weights = new ModelWeights(graph, options.averageMomentum !== undefined);
  const predicting = lowerModel(graph, weights, model, images, {
    training: false,
    step: step.value,
    seed: options.seed ?? 0,
  });
  const labels = predicting.outputs.map((output, i) => graph.placeholder(`labels_${i}`, [-1, output.shape[1]!]));
  const sampleWeights = labels.map((_, i) => graph.placeholder(`sample_weights_${i}`, [-1]));
  const inputs = { images, labels, sampleWeights };
  const uncertainties = uncertaintyVariables(graph, names, options);
  const evaluated = totalLoss(graph, names, predicting.outputs, labels, sampleWeights, options, uncertainties);
  const training = trainSignatures(graph, weights, model, step, inputs, options, uncertainties);
  const moving = weightSignatures(graph, weights);

  const storage = addStorage(graph);
  const predict: Signature = { inputs: { images }, outputs: named(graph, predicting.outputs, "predicted") };
  const signatures: Record<string, Signature> = {
    ...training,
    evaluate_step: {
      inputs: batchEntries(inputs),
      outputs: { loss: graph.identity(evaluated, "evaluate_loss"), ...named(graph, predicting.outputs, "evaluated") },
    },
    predict,
    serving_default: predict,
    ...moving,
    get_step: { inputs: {}, outputs: { step: graph.identity(step.value, "step_read") } },
    ...storage.signatures,
  };
  return {
    savedModel: encodeSavedModel(graph, signatures, storage),
    weights: weights.list,
    outputNames: names,
    inputShape: shape,
  };
}
