import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Config } from "../../lib/config/config.js";
import { loadConfig } from "../../lib/config/load-config.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { buildModel } from "../../lib/models/build-model.js";
import { loadModel } from "../../lib/models/load-model.js";
import { compileOptions } from "../../lib/training/compile-options.js";
import { learningRateFactor } from "../../lib/training/learning-rate-schedule.js";
import { train } from "../../lib/training/train.js";
import { syntheticSet, syntheticYaml } from "./synthetic-data.js";

async function withConfig<T>(yaml: string, use: (config: Config) => Promise<T> | T): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-keys-"));
  try {
    await writeFile(join(folder, "package.json"), "{}");
    await writeFile(join(folder, "toy.yaml"), yaml);
    return await use(await loadConfig(join(folder, "toy.yaml")));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const withOptimizer = (optimizer: string, more = ""): string =>
  syntheticYaml("energy", more).replace("optimizer: {name: Adam, base_learning_rate: 0.01}", `optimizer: ${optimizer}`);

test("keys of loss and optimizer reach the engine", () =>
  withConfig(
    withOptimizer(
      "{name: SGD, base_learning_rate: 0.01, momentum: 0.9, nesterov: true, clip_norm: 2}",
      `    loss: {energy: huber}
    huber_delta: 0.3
    average_momentum: 0.99
    accumulate_steps: 4
    precision: bfloat16
    replicas: 2
    loss_weights: {energy: 3}
`,
    ),
    (config) => {
      const options = compileOptions(config, ["energy"], config.training.replicas ?? 1);
      assert.deepEqual(options.losses, { energy: { name: "huber", delta: 0.3 } });
      assert.deepEqual(options.lossWeights, { energy: 3 });
      const { optimizer, clipNorm, averageMomentum, accumulateSteps, precision, replicas, seed } = options;
      assert.deepEqual(optimizer, { name: "SGD", momentum: 0.9, nesterov: true, weightDecay: 0.004 });
      assert.deepEqual([clipNorm, averageMomentum, accumulateSteps, precision, seed], [2, 0.99, 4, "bfloat16", 3]);
      assert.equal(replicas?.count, 2);
    },
  ));

test("contradictions are told: nesterov without momentum, an average with pruning, an unknown loss", async () => {
  await assert.rejects(
    withConfig(withOptimizer("{name: Adam, nesterov: true}"), () => {}),
    /nesterov needs the optimizer SGD/,
  );
  const pruning =
    "    pruning_model: {initial_sparsity: 0.1, final_sparsity: 0.5, begin_step: 0}\n    average_momentum: 0.9\n";
  await assert.rejects(
    withConfig(syntheticYaml("energy", pruning), () => {}),
    /exclude each other/,
  );
  await assert.rejects(
    withConfig(syntheticYaml("energy", "    loss: {energy: hubert}\n"), () => {}),
    /huber/,
  );
});

test("the learning rate rises in the warm-up and falls along a cosine to its end", () =>
  withConfig(
    withOptimizer("{base_learning_rate: 0.01, warmup_epochs: 0.5, schedule: cosine, final_learning_rate: 0.001}"),
    ({ training }) => {
      const factors = Array.from({ length: 40 }, (_, step) => learningRateFactor(training.optimizer, step, 10, 4));
      assert.deepEqual(factors.slice(0, 5), [0.2, 0.4, 0.6, 0.8, 1]);
      assert.ok(Math.abs(factors[22]! - 0.55) < 1e-6, "half way it is in the middle");
      assert.ok(Math.abs(factors[39]! - 0.1) < 1e-9);
      assert.ok(factors.slice(5).every((factor, i, all) => i === 0 || factor < all[i - 1]!));
    },
  ));

const yaml = withOptimizer(
  "{name: AdamW, base_learning_rate: 0.01, warmup_epochs: 1, schedule: cosine, clip_norm: 1}",
  "    n_epochs: 3\n    loss: {energy: log_cosh}\n    accumulate_steps: 2\n    average_momentum: 0.8\n",
);

for (const engine of ["graph", "eager"]) {
  test(`engine ${engine} trains with schedule, clipping, accumulation and average; the log tells the rate`, () =>
    withConfig(`${yaml}    engine: ${engine}\n`, async (config) => {
      const set = syntheticSet(160, 32);
      const model = buildModel(config.model, set.batches.imageShape, config.training.seed);
      const run = await train(model, set, config, { log: () => {} });
      const rates = run.history.map(({ learningRate }) => learningRate);
      assert.ok(Math.abs(rates[0]! - 0.01) < 1e-12 && rates[1]! < rates[0]! && rates[2]! < 1e-6, `${rates}`);
      assert.ok(run.history[2]!.val_loss < run.history[0]!.val_loss);
    }));
}

const keeping: Record<string, [more: string, keepsBest: boolean]> = {
  "save_best_validation_only: true": ["    save_best_validation_only: true\n", true],
  "save_best_validation_only: false": ["    save_best_validation_only: false\n", false],
  restore_best_weights: [
    "    save_best_validation_only: false\n    early_stopping: {patience: 9, min_delta: 0, restore_best_weights: true}\n",
    true,
  ],
};
for (const [name, [more, keepsBest]] of Object.entries(keeping)) {
  test(`${name}: the saved network has the weights of the ${keepsBest ? "best" : "last"} epoch`, () =>
    withConfig(
      withOptimizer("{name: SGD, base_learning_rate: 0.4, momentum: 0.95}", `    n_epochs: 5\n${more}`),
      async (config) => {
        const set = syntheticSet(160, 32);
        const model = buildModel(config.model, set.batches.imageShape, config.training.seed);
        const { history } = await train(model, set, config, { log: () => {} });
        const losses = history.map((record) => record.val_loss);
        const best = Math.min(...losses);
        assert.ok(best < losses.at(-1)!, `the last epoch must not be the best for this test: ${losses}`);
        const saved = await loadModel(join(config.modelFolder, "model"));
        let sum = 0;
        for await (const { images, labels, size } of set.batches.epoch(set.validation, 32, { keepLast: true })) {
          const predicted = (
            saved.predict(tf.tensor(images, [size, ...set.batches.imageShape])) as tf.Tensor
          ).dataSync();
          for (const [i, value] of predicted.entries()) sum += Math.abs(value - labels.energy![i]!);
        }
        const wanted = keepsBest ? best : losses.at(-1)!;
        assert.ok(Math.abs(sum / set.validation.length - wanted) < 1e-4 * wanted, `${sum / 32}; ${losses}`);
      },
    ));
}
