import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { CompileOptions } from "../../lib/engine/compiled-model.js";
import { eagerModel } from "../../lib/engine/eager-model.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { batchFor, compiled, modelOf, output } from "./eager-reference.js";

const network = (): tf.LayersModel =>
  modelOf([6, 5, 2], (x) => {
    const layers = [
      tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: "same", activation: "relu" }),
      tf.layers.batchNormalization({}),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2 }),
    ];
    return layers.reduce((value, layer) => layer.apply(value) as tf.SymbolicTensor, x);
  });

const settings: Record<string, Omit<CompileOptions, "losses">> = {
  Adam: { optimizer: { name: "Adam" } },
  "AdamW, clipped": { optimizer: { name: "AdamW" }, clipNorm: 0.2 },
  "SGD with Nesterov's momentum": { optimizer: { name: "SGD", momentum: 0.9, nesterov: true } },
  "RMSprop with momentum": { optimizer: { name: "RMSProp", momentum: 0.5 } },
  "Adadelta over two steps": { optimizer: { name: "Adadelta" }, accumulateSteps: 2 },
  "Adam with a running average": { optimizer: { name: "Adam" }, averageMomentum: 0.8 },
};

for (const [name, options] of Object.entries(settings)) {
  test(`${name}: engine eager gives the losses and weights of engine graph, also when restored`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "cherenkit-eager-"));
    const [one, two, three] = [network(), network(), network()];
    const graph = await compiled(one, "huber", options);
    let eager = eagerModel(two, { losses: { [output(two)]: "huber" }, ...options });
    const batch = batchFor(one, [6, 5, 2], 6, "huber");
    const relabelled = (model: tf.LayersModel): typeof batch => ({
      ...batch,
      labels: { [output(model)]: batch.labels[output(one)]! },
    });
    let current = two;
    for (let step = 0; step < 7; step++) {
      if (step === 3) {
        await eager.save(join(folder, "state"));
        eager.dispose();
        current = three;
        eager = eagerModel(three, { losses: { [output(three)]: "huber" }, ...options });
        await eager.restore(join(folder, "state"));
      }
      const wanted = graph.trainStep(batch, 0.02).loss;
      const { loss } = eager.trainStep(relabelled(current), 0.02);
      assert.ok(Math.abs(loss - wanted) < 2e-5, `step ${step}: ${loss}, graph ${wanted}`);
    }
    const wanted = graph.predict(batch.images, 6)[output(one)]!;
    const found = eager.predict(batch.images, 6)[output(three)]!;
    for (const [i, value] of wanted.entries()) assert.ok(Math.abs(value - found[i]!) < 1e-4, `${found[i]}, ${value}`);
    assert.ok(Math.abs(graph.evaluateStep(batch).loss - eager.evaluateStep(relabelled(three)).loss) < 1e-4);
    const tensors = tf.memory().numTensors;
    eager.trainStep(relabelled(three), 0.02);
    eager.trainStep(relabelled(three), 0.02);
    assert.equal(tf.memory().numTensors, tensors, "no tensor is left behind");
    graph.dispose();
    eager.dispose();
    await rm(folder, { recursive: true });
  });
}

test("engine eager trains a layer that the graph lacks, and refuses what only the graph can do", () => {
  const model = modelOf([4], (x) => {
    const row = tf.layers.repeatVector({ n: 3 }).apply(x) as tf.SymbolicTensor;
    const sequence = tf.layers.simpleRNN({ units: 3 }).apply(row) as tf.SymbolicTensor;
    return tf.layers.dense({ units: 1 }).apply(sequence) as tf.SymbolicTensor;
  });
  const options = { losses: { [output(model)]: "meanSquaredError" }, optimizer: { name: "Adam" } } as const;
  const eager = eagerModel(model, options);
  const batch = batchFor(model, [4], 6, "meanSquaredError");
  const losses = Array.from({ length: 20 }, () => eager.trainStep(batch, 0.05).loss);
  assert.ok(losses.at(-1)! < 0.7 * losses[0]!, `${losses}`);
  eager.dispose();
  assert.throws(
    () => eagerModel(model, { ...options, replicas: { count: 2 } }),
    /does not know replicas[\s\S]*engine: graph/,
  );
});
