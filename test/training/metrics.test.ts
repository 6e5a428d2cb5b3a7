import assert from "node:assert/strict";
import { test } from "node:test";
import { areaUnderRoc, auc } from "../../lib/training/metrics/auc.js";
import { balancedAccuracy } from "../../lib/training/metrics/balanced-accuracy.js";
import { makeHeads, metricStates, metricValues, restoreMetrics } from "../../lib/training/metrics/head.js";

const scores = Float32Array.from({ length: 200 }, (_, i) => ((i * 37) % 101) / 101);
const signal = Uint8Array.from({ length: 200 }, (_, i) => ((i * i + 3 * i) % 7 < 3 ? 1 : 0));

test("the area under the ROC curve is scikit-learn's, with ties", () => {
  // sklearn.metrics.roc_auc_score of the same numbers.
  assert.ok(Math.abs(areaUnderRoc(scores, signal) - 0.48147466568519204) < 1e-14);
  assert.equal(areaUnderRoc(Float32Array.of(0.1, 0.2, 0.8), Uint8Array.of(0, 0, 1)), 1);
  assert.equal(areaUnderRoc(Float32Array.of(0.5, 0.5), Uint8Array.of(0, 1)), 0.5);
  assert.ok(Number.isNaN(areaUnderRoc(Float32Array.of(0.5), Uint8Array.of(1))));
});

test("auc grows batch by batch beyond its first room", () => {
  const metric = auc();
  const labels = new Float32Array(6000);
  const outputs = new Float32Array(6000);
  for (let i = 0; i < 3000; i++) {
    labels[2 * i + (i % 2)] = 1;
    outputs[2 * i + 1] = i % 2 ? 0.9 : 0.1;
  }
  metric.add(labels.subarray(0, 2), outputs.subarray(0, 2), 1);
  metric.add(labels.subarray(2), outputs.subarray(2), 2999);
  assert.equal(metric.value(), 1);
});

test("metrics have CTLearn's names and hand-made values, and go on after an interruption", () => {
  const make = () => makeHeads(["type", "cameradirection"], ["softmax", "cameradirection"]);
  const heads = make();
  const feed = (list: ReturnType<typeof make>, half: 0 | 1): void => {
    const types = [Float32Array.of(1, 0, 0, 1), Float32Array.of(0, 1, 1, 0)][half]!;
    const guesses = [Float32Array.of(0.9, 0.1, 0.6, 0.4), Float32Array.of(0.2, 0.8, 0.7, 0.3)][half]!;
    for (const metric of list[0]!.metrics) metric.add(types, guesses, 2);
    const offsets = [Float32Array.of(0, 0, 1, 1), Float32Array.of(2, 2, 3, 3)][half]!;
    for (const metric of list[1]!.metrics) metric.add(offsets, Float32Array.of(1, 0, 1, 3), 2);
  };
  feed(heads, 0);
  const states: unknown = JSON.parse(JSON.stringify(metricStates(heads)));
  feed(heads, 1);
  const values = metricValues(heads, "val_");
  assert.deepEqual(values, {
    val_accuracy: 0.75,
    val_auc: 1,
    val_balanced_accuracy: 0.75,
    val_mae_cameradirection: (3 + 5) / 8,
  });
  const again = make();
  restoreMetrics(again, states as Record<string, unknown>);
  feed(again, 1);
  assert.deepEqual(metricValues(again, "val_"), values);
  restoreMetrics(again, {});
  assert.ok(Number.isNaN(metricValues(again).accuracy));
});

test("balanced accuracy is not lifted by a large class; without one class it is not a number", () => {
  const metric = balancedAccuracy();
  // Nine background events, all right; one gamma, wrong: accuracy is 0.9.
  metric.add(
    new Float32Array(18).map((_, i) => (i % 2 === 0 ? 1 : 0)),
    new Float32Array(18).map((_, i) => (i % 2 === 0 ? 0.8 : 0.2)),
    9,
  );
  assert.ok(Number.isNaN(metric.value()));
  metric.add(Float32Array.of(0, 1), Float32Array.of(0.8, 0.2), 1);
  assert.equal(metric.value(), 0.5);
});
