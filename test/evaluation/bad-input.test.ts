import assert from "node:assert/strict";
import { test } from "node:test";
import type { Task } from "../../lib/config/task.js";
import { evaluateTask } from "../../lib/evaluation/evaluate-task.js";
import type { TypeEvaluation } from "../../lib/evaluation/evaluation.js";
import type { Predictions } from "../../lib/evaluation/predictions.js";
import { countedPredictions } from "./counted-predictions.js";

const tasks: readonly Task[] = ["type", "energy", "cameradirection", "skydirection"];

/** The first `rows` events. */
function first(predictions: Predictions, rows: number): Predictions {
  const cut = Object.entries(predictions).map(([name, value]) => [
    name,
    ArrayBuffer.isView(value) ? (value as Float64Array).slice(0, rows) : value,
  ]);
  return { ...(Object.fromEntries(cut) as Predictions), rows };
}

test("without usable events every metric is NaN and every curve empty", () => {
  for (const task of tasks) {
    const events = countedPredictions(task);
    const nothing = [
      first(events, 0),
      { ...events, valid: new Uint8Array(events.rows) },
      {
        ...events,
        gammaness: new Float64Array(events.rows).fill(Number.NaN),
        energyTeV: new Float64Array(events.rows).fill(Number.NaN),
        altDeg: new Float64Array(events.rows).fill(Number.NaN),
      },
    ];
    for (const predictions of nothing) {
      const evaluation = evaluateTask(predictions, task);
      assert.equal(evaluation.events, 0);
      assert.equal(evaluation.rejected, predictions.rows);
      for (const [name, metric] of Object.entries(evaluation.metrics)) {
        assert.ok(Number.isNaN(metric.value) && Number.isNaN(metric.low), `${task} ${name}: ${metric.value}`);
      }
    }
  }
});

test("one event and two events give numbers where there are any, and no error", () => {
  for (const task of tasks) {
    for (const rows of [1, 2]) {
      const evaluation = evaluateTask(
        first(countedPredictions(task, false, task === "type" ? undefined : 0), rows),
        task,
      );
      assert.equal(evaluation.events, rows);
      for (const [name, { value, low, high }] of Object.entries(evaluation.metrics)) {
        if (Number.isFinite(low)) assert.ok(low <= value && value <= high, `${task} ${name}: ${low} ${value} ${high}`);
      }
    }
  }
});

test("with one class the shares of that class are known and what needs both is NaN", () => {
  const gammas = evaluateTask(countedPredictions("type", false, 0), "type") as TypeEvaluation;
  const protons = evaluateTask(countedPredictions("type", false, 101), "type") as TypeEvaluation;
  for (const { metrics, curves } of [gammas, protons]) {
    for (const name of ["auc", "balancedAccuracy", "averagePrecision", "backgroundEfficiency80", "gammaEfficiency90"]) {
      assert.ok(Number.isNaN(metrics[name]!.value), name);
    }
    for (const name of ["accuracy", "brier", "logLoss"]) assert.ok(Number.isFinite(metrics[name]!.value), name);
    assert.equal(curves.roc.threshold.length, 0);
    assert.equal(curves.precisionRecall.threshold.length, 0);
  }
  assert.ok(gammas.metrics.recall!.value > 0 && Number.isNaN(protons.metrics.recall!.value));
});

test("without gammas energy and direction are those of all events, and the evaluation says so", () => {
  for (const task of ["energy", "skydirection"] as const) {
    const evaluation = evaluateTask(countedPredictions(task, false, 101), task);
    assert.equal(evaluation.particle, "all");
    assert.deepEqual(evaluation.particles, { proton: 400 });
    assert.ok(Number.isFinite(evaluation.metrics.resolution!.value));
  }
});

test("energies that are not positive, infinite values and weights of zero count as missing", () => {
  const energy = countedPredictions("energy", false, 0);
  energy.energyTeV!.set([0, -1, Number.POSITIVE_INFINITY]);
  energy.trueEnergyTeV[3] = 0;
  assert.equal(evaluateTask(energy, "energy").rejected, 4);
  const weighted = countedPredictions("type", true);
  weighted.weights!.set([0, Number.NaN, -1]);
  assert.equal(evaluateTask(weighted, "type").rejected, 3);
});

test("missing predictions of the task count as missing rows", () => {
  const { gammaness: _, ...rest } = countedPredictions("type");
  const evaluation = evaluateTask(rest, "type");
  assert.equal(evaluation.events, 0);
  assert.equal(evaluation.rejected, 400);
});
