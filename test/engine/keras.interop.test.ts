import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { compileModel } from "../../lib/engine/compile-model.js";
import type { CompileOptions } from "../../lib/engine/compiled-model.js";
import type { LossName, LossOptions } from "../../lib/engine/losses.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { kerasPython, needsKeras } from "../peers.js";
import { fillWeights, values } from "./eager-reference.js";

const [steps, batch, examples] = [20, 12, 36];

/** What Keras is told and what we are told. */
interface Case {
  readonly keras: Record<string, unknown>;
  readonly ours: Omit<CompileOptions, "losses"> & { readonly rate: number };
  readonly loss?: LossName | LossOptions;
}

const plain = { optimizer: "SGD", settings: { learning_rate: 0.05 } };
const sgd = { optimizer: { name: "SGD" }, rate: 0.05 } as const;
const adam = { name: "Adam", epsilon: 1e-7 } as const;

const cases: Record<string, Case> = {
  Adam: {
    keras: { optimizer: "Adam", settings: { learning_rate: 0.01, epsilon: 1e-8 } },
    ours: { optimizer: { name: "Adam", epsilon: 1e-8 }, rate: 0.01 },
  },
  AdamW: {
    keras: { optimizer: "AdamW", settings: { learning_rate: 0.01, weight_decay: 0.1 } },
    ours: { optimizer: { name: "AdamW", epsilon: 1e-7, weightDecay: 0.1 }, rate: 0.01 },
  },
  SGD: { keras: plain, ours: sgd },
  "SGD with momentum": {
    keras: { optimizer: "SGD", settings: { learning_rate: 0.02, momentum: 0.9 } },
    ours: { optimizer: { name: "SGD", momentum: 0.9 }, rate: 0.02 },
  },
  "SGD with Nesterov's momentum": {
    keras: { optimizer: "SGD", settings: { learning_rate: 0.02, momentum: 0.9, nesterov: true } },
    ours: { optimizer: { name: "SGD", momentum: 0.9, nesterov: true }, rate: 0.02 },
  },
  RMSprop: {
    keras: { optimizer: "RMSprop", settings: { learning_rate: 0.005 } },
    ours: { optimizer: { name: "RMSProp" }, rate: 0.005 },
  },
  "RMSprop with momentum": {
    keras: { optimizer: "RMSprop", settings: { learning_rate: 0.002, momentum: 0.8, rho: 0.95 } },
    ours: { optimizer: { name: "RMSProp", momentum: 0.8, rho: 0.95 }, rate: 0.002 },
  },
  Adadelta: {
    keras: { optimizer: "Adadelta", settings: { learning_rate: 1 } },
    ours: { optimizer: { name: "Adadelta" }, rate: 1 },
  },
  "gradients clipped by their global norm": {
    keras: { optimizer: "Adam", settings: { learning_rate: 0.01, global_clipnorm: 0.1 } },
    ours: { optimizer: adam, rate: 0.01, clipNorm: 0.1 },
  },
  "gradients accumulated over three steps": {
    keras: { optimizer: "Adam", settings: { learning_rate: 0.03, gradient_accumulation_steps: 3 } },
    ours: { optimizer: adam, rate: 0.03, accumulateSteps: 3 },
  },
  "mean absolute error": {
    keras: { ...plain, loss: "MeanAbsoluteError" },
    ours: sgd,
    loss: "meanAbsoluteError",
  },
  "Huber's loss": {
    keras: { ...plain, loss: "Huber", loss_settings: { delta: 0.5 } },
    ours: sgd,
    loss: { name: "huber", delta: 0.5 },
  },
  "log-cosh": { keras: { ...plain, loss: "LogCosh" }, ours: sgd, loss: "logCosh" },
  "cosine similarity": { keras: { ...plain, loss: "CosineSimilarity" }, ours: sgd, loss: "cosineSimilarity" },
  "categorical cross-entropy with smoothed labels": {
    keras: {
      ...plain,
      loss: "CategoricalCrossentropy",
      loss_settings: { label_smoothing: 0.1 },
      labels: "class",
      activation: "softmax",
    },
    ours: sgd,
    loss: { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
  },
  "binary cross-entropy with smoothed labels": {
    keras: {
      ...plain,
      loss: "BinaryCrossentropy",
      loss_settings: { label_smoothing: 0.2 },
      labels: "bits",
      activation: "sigmoid",
    },
    ours: sgd,
    loss: { name: "binaryCrossentropy", labelSmoothing: 0.2 },
  },
};

function network(activation: "softmax" | "sigmoid" | undefined): tf.LayersModel {
  const layers = [
    tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu", inputShape: [8, 8, 2] }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 3, activation }),
  ];
  return fillWeights(tf.sequential({ layers }));
}

const images = values(examples * 128, 11);
const regression = values(examples * 3, 12);

function labelsFor(kind: unknown): Float32Array {
  if (kind === "class") return regression.map((_, i) => (Math.floor(i / 3) % 3 === i % 3 ? 1 : 0));
  return kind === "bits" ? regression.map((value) => (value > 0 ? 1 : 0)) : regression;
}

async function ourLosses({ keras, ours, loss = "meanSquaredError" }: Case): Promise<number[]> {
  const model = network(keras.activation as "softmax" | undefined);
  const name = model.layers.at(-1)!.name;
  const { rate, ...options } = ours;
  const compiled = await compileModel(model, { losses: { [name]: loss }, ...options });
  const labels = labelsFor(keras.labels);
  const found = Array.from({ length: steps }, (_, step) => {
    const start = (step * batch) % examples;
    const part = {
      images: images.slice(128 * start, 128 * (start + batch)),
      size: batch,
      labels: { [name]: labels.slice(3 * start, 3 * (start + batch)) },
    };
    return compiled.trainStep(part, rate).loss;
  });
  compiled.dispose();
  return found;
}

/** All cases in one Python process. */
function kerasLosses(): Record<string, number[]> {
  const weights = network(undefined)
    .getWeights()
    .flatMap((weight) => Array.from(weight.dataSync()));
  const spec = {
    weights,
    images: Array.from(images),
    labels: Array.from(regression),
    steps,
    batch,
    cases: Object.values(cases).map(({ keras }) => keras),
  };
  const script = fileURLToPath(new URL("../../../test/engine/keras-losses.py", import.meta.url));
  const text = execFileSync(kerasPython, [script], {
    input: JSON.stringify(spec),
    encoding: "utf8",
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" },
    stdio: "pipe",
  });
  const lists = JSON.parse(text.trim().split("\n").at(-1)!) as number[][];
  return Object.fromEntries(Object.keys(cases).map((name, i) => [name, lists[i]!]));
}

const fromKeras = needsKeras().skip ? {} : kerasLosses();

for (const [name, one] of Object.entries(cases)) {
  test(`${name}: the first ${steps} losses equal those of real Keras`, needsKeras(), async () => {
    const wanted = fromKeras[name]!;
    const found = await ourLosses(one);
    for (const [i, loss] of wanted.entries())
      assert.ok(Math.abs(found[i]! - loss) < 1e-4, `step ${i + 1}: ${found[i]}, Keras ${loss}`);
    assert.ok(wanted[0] !== wanted[steps - 1], "training changes the loss");
  });
}
