import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../lib/errors.js";
import { bestValidation } from "../../lib/training/callbacks/best-validation.js";
import type { Callback, Training, Weights } from "../../lib/training/callbacks/callback.js";
import { logText } from "../../lib/training/callbacks/csv-log.js";
import { earlyStopping } from "../../lib/training/callbacks/early-stopping.js";
import { epochLine } from "../../lib/training/callbacks/progress-line.js";
import { dueSparsity, pruneWeights, pruning, sparsityOf } from "../../lib/training/callbacks/pruning.js";
import { reduceLearningRate } from "../../lib/training/callbacks/reduce-learning-rate.js";
import type { EpochRecord } from "../../lib/training/epoch-record.js";
import { freshState } from "../../lib/training/training-state.js";

/** Validation losses of a made-up training. */
const losses = [
  1.0, 0.9, 0.895, 0.89, 0.889, 0.5, 0.505, 0.51, 0.499, 0.498, 0.52, 0.53, 0.3, 0.31, 0.32, 0.33, 0.34, 0.35,
];

const recordOf = (epoch: number, loss: number): EpochRecord => ({
  epoch,
  loss,
  val_loss: loss,
  metrics: { accuracy: 1 - loss, auc: 1 - loss, val_accuracy: 1 - loss, val_auc: 1 - loss },
  learningRate: 1e-3,
  imagesPerSecond: 1234.4,
  waitShare: 0.0123,
  seconds: 2,
  memoryMB: 812.3,
});

/** A training whose only weight is the number of the epoch. */
function fakeTraining(): Training & { weight: number; lines: string[] } {
  const lines: string[] = [];
  return {
    state: freshState(1e-3),
    weight: 0,
    lines,
    weights() {
      return { "dense/kernel": Float32Array.of(this.weight) };
    },
    setWeights(weights: Weights) {
      this.weight = weights["dense/kernel"]![0]!;
    },
    say: (line) => lines.push(line),
  };
}

/** Runs callbacks over the losses; `interruptAt` replaces them by fresh ones with the saved state at that epoch. */
async function run(
  make: () => Callback,
  afterEpoch: (training: ReturnType<typeof fakeTraining>, epoch: number) => void,
  interruptAt = -1,
): Promise<Callback> {
  const training = fakeTraining();
  let callback = make();
  for (const [epoch, loss] of losses.entries()) {
    if (epoch === interruptAt) {
      const state: unknown = JSON.parse(JSON.stringify(callback.state?.()));
      const kept = callback.keptWeights?.();
      callback = make();
      callback.restore?.(state);
      if (kept) callback.restoreWeights?.(kept);
    }
    training.weight = epoch;
    await callback.onEpoch?.(recordOf(epoch, loss), training);
    afterEpoch(training, epoch);
    if (training.state.stopped !== null) break;
  }
  return callback;
}

// The expected numbers were computed with Keras 3.6 from the same losses.

test("the learning rate falls as in Keras' ReduceLROnPlateau, also across an interruption", async () => {
  const cases = [
    {
      settings: { factor: 0.5, patience: 2, minDelta: 0.01, minLearningRate: 1e-4 },
      keras: [1e-3, 1e-3, 1e-3, 5e-4, 5e-4, 5e-4, 5e-4, 2.5e-4, 2.5e-4, 1.25e-4, 1.25e-4, ...Array(7).fill(1e-4)],
    },
    {
      settings: { factor: 0.3, patience: 1, minDelta: 0, minLearningRate: 5e-5 },
      keras: [...Array(6).fill(1e-3), 3e-4, 9e-5, 9e-5, 9e-5, ...Array(8).fill(5e-5)],
    },
  ];
  for (const { settings, keras } of cases) {
    for (const interruptAt of [-1, 3, 7]) {
      const rates: number[] = [];
      await run(
        () => reduceLearningRate(settings),
        (training) => rates.push(Number(training.state.learningRate.toPrecision(6))),
        interruptAt,
      );
      assert.deepEqual(rates, keras);
    }
  }
});

test("training stops, and keeps weights, as in Keras' EarlyStopping, also across an interruption", async () => {
  const cases = [
    { monitor: "val_loss", patience: 3, minDelta: 0.01, startFromEpoch: 0, stop: 8, best: 5 },
    { monitor: "val_loss", patience: 3, minDelta: 0.001, startFromEpoch: 6, stop: 11, best: 8 },
    { monitor: "val_accuracy", patience: 2, minDelta: 0, startFromEpoch: 0, stop: 7, best: 5 },
    { monitor: "val_loss", patience: 0, minDelta: 0, startFromEpoch: 0, stop: 6, best: 5 },
  ];
  for (const { stop, best, ...settings } of cases) {
    for (const interruptAt of [-1, 4, 6]) {
      let stopped = -1;
      let last: ReturnType<typeof earlyStopping> | undefined;
      await run(
        () => {
          last = earlyStopping({ ...settings, restoreBestWeights: true, verbose: true }, true);
          return last;
        },
        (training, epoch) => {
          if (training.state.stopped === null) return;
          stopped = epoch;
          assert.match(training.lines.at(-1)!, /early stopping after epoch/);
        },
        interruptAt,
      );
      assert.deepEqual([stopped, last!.epoch, last!.weights!["dense/kernel"]![0]], [stop, best, best]);
    }
  }
});

test("early stopping on a value that does not exist names those that do", async () => {
  const settings = { monitor: "val_los", patience: 1, minDelta: 0, startFromEpoch: 0 };
  await assert.rejects(
    run(
      () => earlyStopping({ ...settings, restoreBestWeights: false, verbose: false }, false),
      () => {},
    ),
    (error) => error instanceof ConfigError && /"val_los"[\s\S]*auc, loss, lr, val_accuracy/.test(error.message),
  );
});

test("the best validation is the lowest loss of all epochs", async () => {
  let best = bestValidation(true);
  await run(
    () => {
      best = bestValidation(true);
      return best;
    },
    () => {},
    10,
  );
  assert.deepEqual([best.epoch, best.loss, best.weights!["dense/kernel"]![0]], [12, 0.3, 12]);
});

test("training_log.csv has CTLearn's columns and the learning rate", () => {
  const energy: EpochRecord = { ...recordOf(0, 0.5), metrics: { mae_energy: 0.5, val_mae_energy: Number.NaN } };
  assert.equal(logText([energy]), "epoch,loss,lr,mae_energy,val_loss,val_mae_energy\n0,0.5,0.001,0.5,0.5,nan\n");
  const type = {
    ...recordOf(0, 1),
    metrics: { ...recordOf(0, 1).metrics, balanced_accuracy: 1, val_balanced_accuracy: 1 },
  };
  assert.equal(logText([type]).split("\n")[0], "epoch,accuracy,auc,loss,lr,val_accuracy,val_auc,val_loss");
});

test("the line of an epoch tells images per second, the share of time waiting, memory and GPU", () => {
  assert.match(
    epochLine(recordOf(2, 0.5), 10),
    /^epoch 3\/10 {2}2\.0 s {2}loss 0\.5000\/0\.5000 .*1,234 images\/s {2}waiting 1\.2 % {2}812 MB$/,
  );
  assert.match(epochLine({ ...recordOf(0, 0.5), gpuUtilisation: 0.87 }, 10), / {2}812 MB {2}GPU 87 %$/);
  const long = { ...recordOf(11, 0.5), seconds: 123.4, waitShare: 0.104, memoryMB: 1812, imagesPerSecond: 12_345 };
  assert.equal(
    epochLine(long, 100),
    "epoch 12/100  123 s  loss 0.5000/0.5000  accuracy 0.5000/0.5000  auc 0.5000/0.5000  12,345 images/s  waiting 10 %  1.8 GB",
  );
});

test("pruning follows the cubic schedule and zeroes the smallest weights", () => {
  const settings = { initialSparsity: 0.5, finalSparsity: 0.9, beginStep: 100 };
  // sf + (si - sf) (1 - t)^3, by hand.
  assert.equal(dueSparsity(settings, 100, 300), 0.5);
  assert.ok(Math.abs(dueSparsity(settings, 200, 300) - 0.85) < 1e-12);
  assert.equal(dueSparsity(settings, 300, 300), 0.9);
  const weights = { "a/kernel": Float32Array.of(3, -1, 0.5, -2, 1, 1, 0, 4), "a/bias": Float32Array.of(0.1) };
  pruneWeights(weights, 0.5);
  assert.deepEqual([...weights["a/kernel"]], [3, 0, 0, -2, 0, 1, 0, 4]);
  assert.deepEqual([...weights["a/bias"]], [Math.fround(0.1)]);
  assert.equal(sparsityOf(weights), 0.5);
});

test("pruned weights stay zero between two choices", () => {
  const training = fakeTraining();
  let weights: Weights = { "a/kernel": Float32Array.of(1, 2, 3, 4) };
  const holder: Training = {
    ...training,
    weights: () => structuredClone(weights),
    setWeights: (w) => {
      weights = w;
    },
  };
  const callback = pruning({ initialSparsity: 0.5, finalSparsity: 0.75, beginStep: 2 }, 1000);
  callback.onStep?.(1, holder);
  assert.deepEqual([...weights["a/kernel"]!], [1, 2, 3, 4]);
  callback.onStep?.(2, holder);
  assert.deepEqual([...weights["a/kernel"]!], [0, 0, 3, 4]);
  weights = { "a/kernel": Float32Array.of(9, 9, 3, 4) };
  callback.onStep?.(3, holder);
  assert.deepEqual([...weights["a/kernel"]!], [0, 0, 3, 4]);
});
