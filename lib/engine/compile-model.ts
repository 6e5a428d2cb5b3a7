import { rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CherenkitError } from "../errors.js";
import { makeFolder } from "../files/make-folder.js";
import { makeTemporaryFolder } from "../files/temporary-folder.js";
import {
  type CompiledModel,
  type CompileOptions,
  type StepResult,
  type TrainingBatch,
  weightsFor,
} from "./compiled-model.js";
import { outOfMemory } from "./out-of-memory.js";
import { tf } from "./tensorflow.js";
import { buildTrainingGraph, type TrainingGraph } from "./training-graph.js";
import { entryOf } from "./weight-signatures.js";

type Signatures = Record<string, Awaited<ReturnType<typeof tf.node.loadSavedModel>>>;

const signatureNames = [
  "init",
  "train_step",
  "accumulate_step",
  "evaluate_step",
  "predict",
  "gradients",
  "get_weights",
  "set_weights",
  "get_step",
  "save",
  "restore",
] as const;

function call(
  signatures: Signatures,
  name: (typeof signatureNames)[number],
  inputs: tf.NamedTensorMap,
): Record<string, tf.Tensor> {
  try {
    return signatures[name]!.predict(inputs) as tf.NamedTensorMap;
  } catch (cause) {
    throw outOfMemory(cause, inputs.images?.shape[0]) ?? cause;
  } finally {
    for (const tensor of Object.values(inputs)) tensor.dispose();
  }
}

function take(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync<"float32">();
  tensor.dispose();
  return values as Float32Array;
}

class GraphModel implements CompiledModel {
  private readonly graph: TrainingGraph;
  private readonly signatures: Signatures;
  private readonly accumulateSteps: number;
  /** Training steps so far, to know which of them changes the weights. */
  private steps = 0;

  constructor(graph: TrainingGraph, signatures: Signatures, accumulateSteps: number) {
    this.accumulateSteps = accumulateSteps;
    this.graph = graph;
    this.signatures = signatures;
  }

  private images(images: Float32Array, size: number): tf.Tensor {
    return tf.tensor(images, [size, ...this.graph.inputShape.slice(1)], "float32");
  }

  private batch(batch: TrainingBatch): tf.NamedTensorMap {
    const { images, size, labels } = batch;
    const named = this.graph.outputNames.map((name, i): [string, tf.Tensor] => {
      const values = labels[name];
      if (!values) throw new CherenkitError(`the batch has no labels for the output ${name}`, { place: name });
      return [`labels_${i}`, tf.tensor2d(values, [size, values.length / size], "float32")];
    });
    return {
      images: this.images(images, size),
      ...Object.fromEntries(named),
      ...Object.fromEntries(
        this.graph.outputNames.map((name, i) => [
          `sample_weights_${i}`,
          tf.tensor1d(weightsFor(batch, name), "float32"),
        ]),
      ),
    };
  }

  private outputs(tensors: Record<string, tf.Tensor>): Record<string, Float32Array> {
    return Object.fromEntries(this.graph.outputNames.map((name, i) => [name, take(tensors[`output_${i}`]!)]));
  }

  trainStep(batch: TrainingBatch, learningRate: number): StepResult {
    this.steps++;
    const inputs = this.batch(batch);
    const tensors =
      this.steps % this.accumulateSteps === 0
        ? call(this.signatures, "train_step", { ...inputs, learning_rate: tf.scalar(learningRate) })
        : call(this.signatures, "accumulate_step", inputs);
    return { loss: take(tensors.loss!)[0]!, outputs: this.outputs(tensors) };
  }

  evaluateStep(batch: TrainingBatch): StepResult {
    const tensors = call(this.signatures, "evaluate_step", this.batch(batch));
    return { loss: take(tensors.loss!)[0]!, outputs: this.outputs(tensors) };
  }

  predict(images: Float32Array, size: number): Record<string, Float32Array> {
    return this.outputs(call(this.signatures, "predict", { images: this.images(images, size) }));
  }

  gradients(batch: TrainingBatch): Record<string, Float32Array> {
    const tensors = call(this.signatures, "gradients", this.batch(batch));
    const trained = this.graph.weights.filter(({ variable }) => variable.trainable);
    return Object.fromEntries(trained.map(({ name }) => [name, take(tensors[entryOf(name)]!)]));
  }

  getWeights(): Record<string, Float32Array> {
    const tensors = call(this.signatures, "get_weights", {});
    return Object.fromEntries(this.graph.weights.map(({ name }) => [name, take(tensors[entryOf(name)]!)]));
  }

  setWeights(weights: Readonly<Record<string, Float32Array>>): void {
    const inputs: tf.NamedTensorMap = {};
    for (const { name, variable } of this.graph.weights) {
      const values = weights[name];
      if (!values) throw new CherenkitError(`the weight ${name} is missing`, { place: name });
      inputs[entryOf(name)] = tf.tensor(values, [...variable.shape], "float32");
    }
    take(call(this.signatures, "set_weights", inputs).done!);
  }

  async save(prefix: string): Promise<void> {
    makeFolder(dirname(prefix));
    call(this.signatures, "save", { file: tf.scalar(prefix) }).done!.dispose();
  }

  async restore(prefix: string): Promise<void> {
    take(call(this.signatures, "restore", { file: tf.scalar(prefix) }).done!);
    this.steps = take(call(this.signatures, "get_step", {}).step!)[0]!;
  }

  copyToModel(): void {
    const weights = this.getWeights();
    for (const { name, source, variable } of this.graph.weights) {
      const tensor = tf.tensor(weights[name]!, [...variable.shape], "float32");
      source.write(tensor);
      tensor.dispose();
    }
  }

  dispose(): void {
    for (const signature of Object.values(this.signatures)) signature.dispose();
  }
}

/**
 * Turns a LayersModel into one TensorFlow graph per training step, with the model's present weights.
 *
 * TensorFlow reads the graph as a SavedModel from a temporary folder, which is gone then, and runs it in this process;
 * `dispose` frees it. Layers without a lowering and outputs without a loss are refused.
 * @throws {CherenkitError}
 */
export async function compileModel(model: tf.LayersModel, options: CompileOptions): Promise<CompiledModel> {
  const graph = buildTrainingGraph(model, options);
  // A session is shared by path, so each compiled model needs a folder of its own.
  const folder = await makeTemporaryFolder("cherenkit-graph-");
  try {
    await writeFile(join(folder, "saved_model.pb"), graph.savedModel);
    const signatures: Signatures = {};
    const accumulates = (options.accumulateSteps ?? 1) > 1;
    for (const name of signatureNames.filter((found) => accumulates || found !== "accumulate_step"))
      signatures[name] = await tf.node.loadSavedModel(folder, ["serve"], name);
    take(call(signatures, "init", {}).done!);
    const compiled = new GraphModel(graph, signatures, options.accumulateSteps ?? 1);
    const weights = graph.weights.map(
      ({ name, source }) => [name, source.read().dataSync().slice() as Float32Array] as const,
    );
    compiled.setWeights(Object.fromEntries(weights));
    return compiled;
  } catch (cause) {
    if (cause instanceof CherenkitError) throw cause;
    throw new CherenkitError(`TensorFlow refuses the graph of ${model.name}: ${(cause as Error).message}`, {
      remedy: "set engine: eager to train it layer by layer, and report this",
      cause,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
