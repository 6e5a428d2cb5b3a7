import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluateTask } from "../../lib/evaluation/evaluate-task.js";
import type { DirectionEvaluation, Evaluation, TypeEvaluation } from "../../lib/evaluation/evaluation.js";
import { countedPredictions } from "./counted-predictions.js";

function assertMetrics(evaluation: Evaluation, expected: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(expected)) {
    const metric = evaluation.metrics[name];
    assert.ok(metric, `there is no metric ${name}`);
    assert.ok(Math.abs(metric.value - value) < 1e-9, `${name}: ${metric.value} is not ${value}`);
  }
}

/** Every interval surrounds its value, is finite and not absurdly wide. */
function assertIntervals(evaluation: Evaluation): void {
  for (const [name, { value, low, high }] of Object.entries(evaluation.metrics)) {
    assert.ok(low <= value && value <= high, `${name}: ${low} … ${value} … ${high}`);
    assert.ok(high > low, name);
  }
}

// scikit-learn 1.9.1: roc_auc_score, accuracy_score, balanced_accuracy_score, precision_score, recall_score, f1_score,
// matthews_corrcoef (all at gammaness >= 0.5), brier_score_loss, log_loss, average_precision_score
test("metrics of the type equal scikit-learn's", () => {
  const evaluation = evaluateTask(countedPredictions("type"), "type");
  assertMetrics(evaluation, {
    auc: 0.7994313545491637,
    accuracy: 0.7225,
    balancedAccuracy: 0.7251631986944105,
    precision: 0.6564102564102564,
    recall: 0.7441860465116279,
    specificity: 0.706140350877193,
    f1: 0.6975476839237057,
    mcc: 0.4460307658668029,
    brier: 0.18574060750000002,
    logLoss: 0.6444727586276311,
    averagePrecision: 0.6976357329147211,
    // numpy: sum over the 20 bins of |sum(gammaness - y)| / 400
    calibrationError: 0.0660975,
    baselineAccuracy: 228 / 400,
    // numpy: share of background at or above the gammaness that keeps 70, 80 and 90 % of the gammas
    backgroundEfficiency70: 0.25877192982456143,
    backgroundEfficiency80: 0.3333333333333333,
    backgroundEfficiency90: 0.4342105263157895,
  });
  assertIntervals(evaluation);
});

test("weighted metrics of the type equal scikit-learn's with sample_weight", () => {
  const evaluation = evaluateTask(countedPredictions("type", true), "type");
  assertMetrics(evaluation, {
    auc: 0.8074053687527423,
    accuracy: 0.728125,
    balancedAccuracy: 0.7309201866698576,
    precision: 0.6606683804627249,
    recall: 0.7503649635036497,
    specificity: 0.7114754098360656,
    f1: 0.7026657552973342,
    mcc: 0.4572166329449604,
    brier: 0.18159231250000002,
    logLoss: 0.5899989372444465,
    averagePrecision: 0.708378051811891,
  });
  assertIntervals(evaluation);
});

test("curves of the type pass through scikit-learn's points", () => {
  const { curves } = evaluateTask(countedPredictions("type"), "type") as TypeEvaluation;
  const { falsePositiveRate, truePositiveRate } = curves.roc;
  // roc_curve(…, drop_intermediate=False)[::40]
  const points = [
    [0.05263157894736842, 0.18604651162790697],
    [0.17105263157894737, 0.5232558139534884],
    [0.34210526315789475, 0.8081395348837209],
    [0.7631578947368421, 0.9941860465116279],
  ] as const;
  for (const [x, y] of points) {
    const near = falsePositiveRate.some(
      (rate, i) => Math.abs(rate - x) < 0.006 && Math.abs(truePositiveRate[i]! - y) < 0.006,
    );
    assert.ok(near, `${x}, ${y}`);
  }
  assert.equal(curves.precisionRecall.recall.at(-1), 1);
  assert.ok(Math.abs(curves.precisionRecall.precision.at(-1)! - 172 / 400) < 1e-12);
  // numpy: 20 bins, first and last
  assert.equal(
    curves.calibration.counts.reduce((sum, count) => sum + count, 0),
    400,
  );
  assert.ok(Math.abs(curves.calibration.gammaness.at(-1)! - 0.975) < 0.002);
  const equal = curves.calibrationEqualCounts;
  assert.ok(
    equal.counts.every((count) => Math.abs(count - 20) <= 3),
    equal.counts.join(),
  );
  assert.equal(
    equal.counts.reduce((sum, count) => sum + count, 0),
    400,
  );
});

// scikit-learn 1.9.1: mean_absolute_error, mean_squared_error, r2_score of E and log10 E; numpy quantiles of E_reco/E_true - 1
test("metrics of the energy equal scikit-learn's and numpy's, R² with the truth in its denominator", () => {
  const evaluation = evaluateTask(countedPredictions("energy", false, 0), "energy");
  assertMetrics(evaluation, {
    mae: 1.524280477239663,
    rmse: 2.6571287808684594,
    r2: 0.8860898676883127,
    logMae: 0.10000302724520686,
    logRmse: 0.11547093330989691,
    logR2: 0.960017496804427,
    bias: -0.0027842047943207326,
    resolution: 0.3182185768735626,
    resolutionAboutZero: 0.3040697599278542,
  });
  assertIntervals(evaluation);
  assert.ok(Math.abs(evaluation.metrics.r2!.legacy!.value - 0.8955054145318297) < 1e-9);
  assert.ok(Math.abs(evaluation.metrics.logRmse!.legacy!.value - 2.6571287808684594) < 1e-9);
});

test("weighted metrics of the energy equal scikit-learn's with sample_weight", () => {
  assertMetrics(evaluateTask(countedPredictions("energy", true, 0), "energy"), {
    mae: 1.572103666289828,
    rmse: 2.728397126326452,
    r2: 0.8817226210668117,
    logMae: 0.10005171543895056,
    logRmse: 0.11552341349173259,
    logR2: 0.960042023347502,
  });
});

// astropy 7: angular_separation; SkyCoord(AltAz).transform_to(truth.skyoffset_frame()) for the shifts; numpy quantiles
test("metrics of the direction equal astropy's, across north", () => {
  const evaluation = evaluateTask(countedPredictions("skydirection", false, 0), "skydirection");
  assertMetrics(evaluation, {
    mean: 0.21326717694147376,
    median: 0.22099167956497123,
    rms: 0.22830295863297842,
    resolution: 0.2587238219968687,
    containment95: 0.3375260944250407,
    lonBias: -0.001717041010271127,
    latBias: -0.00042529823372289277,
  });
  assertIntervals(evaluation);
});

test("the direction is told in bins of energy, offset, impact and intensity", () => {
  const predictions = countedPredictions("skydirection", false, 0);
  const { curves, metrics } = evaluateTask(predictions, "skydirection") as DirectionEvaluation;
  const { impact, intensity, offset, energy } = curves.statistics;
  assert.ok(impact && intensity);
  // impacts 0 … 395 m in steps of 5 m, five times each
  assert.deepEqual(impact.mean.edges, [0, 50, 100, 150, 200, 250, 300, 350, 400]);
  assert.deepEqual(impact.mean.counts, new Array(8).fill(50));
  for (const { resolution, median, mean, rms } of [impact, intensity, offset, energy]) {
    const total = mean.counts.reduce((sum, count) => sum + count, 0);
    assert.equal(total, 400);
    const filled = mean.counts.flatMap((count, i) => (count >= 20 ? [i] : []));
    assert.ok(filled.length > 0);
    for (const i of filled) {
      assert.ok(median.value[i]! < resolution.value[i]! && mean.value[i]! <= rms.value[i]!);
      assert.ok(mean.low[i]! < mean.value[i]! && mean.value[i]! < mean.high[i]!);
    }
    if (mean.counts.every((count) => count >= 20)) {
      const average = mean.value.reduce((sum, value, i) => sum + value * mean.counts[i]!, 0) / total;
      assert.ok(Math.abs(average - metrics.mean!.value) < 1e-12);
    }
  }
  const { impactM: _, intensity: __, ...without } = predictions;
  const less = (evaluateTask(without, "skydirection") as DirectionEvaluation).curves.statistics;
  assert.deepEqual(Object.keys(less), ["energy", "offset"]);
});
