import assert from "node:assert/strict";
import { compileModel } from "../../lib/engine/compile-model.js";
import {
  type CompiledModel,
  type CompileOptions,
  type TrainingBatch,
  weightsFor,
} from "../../lib/engine/compiled-model.js";
import { eagerLoss } from "../../lib/engine/eager-losses.js";
import type { LossName, LossOptions } from "../../lib/engine/losses.js";
import { tf } from "../../lib/engine/tensorflow.js";

export type Loss = LossName | LossOptions;
export type Layers = (x: tf.SymbolicTensor) => tf.SymbolicTensor;

/** Repeatable numbers from −1 to 1. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export const values = (count: number, seed: number): Float32Array => Float32Array.from({ length: count }, random(seed));

/** Gives all weights values away from zero, so that no gradient vanishes. */
export function fillWeights(model: tf.LayersModel): tf.LayersModel {
  model.setWeights(
    model.getWeights().map((weight, i) => {
      const positive = /variance|gamma/.test(model.weights[i]!.originalName);
      const numbers = values(weight.size, i + 1).map((value) => (positive ? 0.5 + Math.abs(value) : 0.5 * value));
      return tf.tensor(numbers, weight.shape);
    }),
  );
  return model;
}

/** A model of the given layers over `[n, ...shape]`. */
export function modelOf(shape: number[], layers: Layers): tf.LayersModel {
  const input = tf.input({ shape });
  return fillWeights(tf.model({ inputs: input, outputs: layers(input) }));
}

export const output = (model: tf.LayersModel): string => model.outputNames[0]!;

export async function compiled(
  model: tf.LayersModel,
  loss: Loss = "meanSquaredError",
  options: Partial<CompileOptions> = {},
): Promise<CompiledModel> {
  return compileModel(model, {
    losses: { [output(model)]: loss },
    optimizer: { name: "Adam", epsilon: 1e-7 },
    ...options,
  });
}

export function batchFor(model: tf.LayersModel, shape: number[], size: number, loss: Loss): TrainingBatch {
  const width = model.outputs[0]!.shape[1]!;
  let labels = values(size * width, 99);
  const name = typeof loss === "string" ? loss : loss.name;
  if (name === "categoricalCrossentropy")
    labels = labels.map((_, i) => (i % width === Math.floor(i / width) % width ? 1 : 0));
  if (name === "binaryCrossentropy") labels = labels.map((value) => (value > 0 ? 1 : 0));
  const images = values(size * shape.reduce((a, b) => a * b, 1), 5);
  const weights = values(size, 3).map((value) => 1 + 0.5 * value);
  return { images, size, labels: { [output(model)]: labels }, weights };
}

/** Loss of a batch in plain TensorFlow.js. */
export function eagerLossOf(model: tf.LayersModel, shape: number[], batch: TrainingBatch, loss: Loss): tf.Scalar {
  const { size } = batch;
  const labels = batch.labels[output(model)]!;
  const prediction = model.apply(tf.tensor(batch.images, [size, ...shape]), { training: true }) as tf.Tensor2D;
  const y = tf.tensor2d(labels, [size, labels.length / size]);
  return eagerLoss(loss, prediction, y, tf.tensor1d(weightsFor(batch, output(model))));
}

/** Asserts that predictions and the gradients of all weights are those of plain TensorFlow.js. */
export async function checkGradients(
  shape: number[],
  layers: Layers,
  loss: Loss = "meanSquaredError",
  options: Partial<CompileOptions> = {},
  tolerance = 2e-4,
): Promise<void> {
  const model = modelOf(shape, layers);
  const size = 3;
  const graph = await compiled(model, loss, options);
  const batch = batchFor(model, shape, size, loss);
  const predicted = graph.predict(batch.images, size)[output(model)]!;
  const plain = (model.predict(tf.tensor(batch.images, [size, ...shape])) as tf.Tensor).dataSync();
  for (const [i, value] of plain.entries())
    assert.ok(Math.abs(value - predicted[i]!) < tolerance / 10, `prediction ${predicted[i]}, eager ${value}`);
  const reference = tf.variableGrads(() => eagerLossOf(model, shape, batch, loss));
  const ours = Object.values(graph.gradients(batch));
  const variables = Object.values(reference.grads);
  assert.equal(ours.length, variables.length);
  for (const variable of variables) {
    const wanted = variable.dataSync();
    const scale = Math.max(1e-3, ...Array.from(wanted, Math.abs));
    const close = ours.some(
      (gradient) =>
        gradient.length === wanted.length &&
        gradient.every((value, k) => Math.abs(value - wanted[k]!) < tolerance * scale),
    );
    assert.ok(close, `no gradient like that of ${variable.shape} found`);
  }
  graph.dispose();
}
