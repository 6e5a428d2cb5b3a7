import assert from "node:assert/strict";
import { test } from "node:test";
import { rootMeanSquare } from "../../lib/evaluation/angular-statistics.js";
import { areaUnderRoc } from "../../lib/evaluation/auc.js";
import { type Estimate, meanEstimate, proportion } from "../../lib/evaluation/confidence-interval.js";
import { containmentRadius } from "../../lib/evaluation/containment-radius.js";
import { energyResolution } from "../../lib/evaluation/energy-resolution.js";
import { averagePrecision } from "../../lib/evaluation/precision-recall.js";
import { sortSample } from "../../lib/evaluation/quantile.js";
import { scoredClasses } from "../../lib/evaluation/scored-classes.js";
import { RandomGenerator } from "../../lib/random/generator.js";

const samples = 300;

/** Share of the intervals of 300 random samples that hold the truth, and their mean width. */
function coverage(truth: number, draw: (random: RandomGenerator) => Estimate): { share: number; width: number } {
  let hits = 0;
  let width = 0;
  for (let i = 0; i < samples; i++) {
    const { low, high } = draw(new RandomGenerator(4, i));
    if (low <= truth && truth <= high) hits++;
    width += (high - low) / samples;
  }
  return { share: hits / samples, width };
}

const normals = (random: RandomGenerator, count: number): Float64Array =>
  new Float64Array(count).map(() => random.normal());

/** Scores of 150 signal and 150 background events that are normal, one σ apart. */
function scores(random: RandomGenerator): ReturnType<typeof scoredClasses> {
  const classes = Uint8Array.from({ length: 300 }, (_, i) => i % 2);
  return scoredClasses(
    Float64Array.from(classes, (signal) => signal + random.normal()),
    classes,
  );
}

const cases: Readonly<Record<string, readonly [number, (random: RandomGenerator) => Estimate]>> = {
  mean: [0, (random) => meanEstimate(normals(random, 100), null)],
  "energy resolution": [1, (random) => energyResolution(sortSample(normals(random, 200), null))],
  "68 % containment": [1, (random) => containmentRadius(sortSample(normals(random, 200).map(Math.abs), null))],
  "root mean square": [1, (random) => rootMeanSquare(normals(random, 200), null)],
  "root mean square of many": [1, (random) => rootMeanSquare(normals(random, 3000), null)],
  "share of 5 %": [
    0.05,
    (random) => proportion(new Array(100).fill(0).filter(() => random.uniform() < 0.05).length, 100),
  ],
  // Φ(1/√2)
  AUC: [0.7602499389, (random) => areaUnderRoc(scores(random))],
  // scikit-learn's average_precision_score of 4 million such events
  "average precision": [0.7535, (random) => averagePrecision(scores(random))],
};

test("about 95 of 100 intervals hold the truth", () => {
  for (const [name, [truth, draw]] of Object.entries(cases)) {
    const { share } = coverage(truth, draw);
    // binomial: 0.95 ± 0.013 for 300 samples; order statistics and the bootstrap of small samples may miss by two more
    assert.ok(share > 0.9 && share < 0.99, `${name}: ${(100 * share).toFixed(1)} %`);
  }
});

test("intervals of weighted events are those of their effective number", () => {
  const equal = coverage(0, (random) => meanEstimate(normals(random, 400), null));
  // half the events carry 3/4 of the weight: (Σw)²/Σw² = 400 · 0.8
  const weights = Float64Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 3 : 1));
  const mean = coverage(0, (random) => meanEstimate(normals(random, 400), weights));
  assert.ok(Math.abs(mean.width / equal.width - Math.sqrt(1 / 0.8)) < 0.02, `${mean.width / equal.width}`);
  const radius = coverage(1, (random) => containmentRadius(sortSample(normals(random, 400).map(Math.abs), weights)));
  for (const { share } of [mean, radius]) assert.ok(share > 0.9 && share < 0.99, `${share}`);
});

test("containment and its interval are those of ctaplot at 95 % on both sides, up to the noise of the bootstrap", () => {
  // ctaplot 0.6.4, percentile_confidence_interval(x, 68.27, 0.975), and numpy.percentile(x, 68.27), of
  // x = ((0.6180339887498949 i) mod 1)², i = 1 … n
  const ctaplot = [
    { n: 100, value: 0.4672732903626489, low: 0.3561078801110417, high: 0.6038652002355427 },
    { n: 500, value: 0.46618908077379656, low: 0.4111882293887637, high: 0.5203596003701375 },
    { n: 5000, value: 0.46609739170297965, low: 0.4483336009901341, high: 0.48411182955789733 },
  ];
  for (const { n, value, low, high } of ctaplot) {
    const x = Float64Array.from({ length: n }, (_, i) => ((0.6180339887498949 * (i + 1)) % 1) ** 2);
    const found = containmentRadius(sortSample(x, null), 0.6827);
    assert.ok(Math.abs(found.value - value) < 1e-12, `${found.value}`);
    const width = high - low;
    assert.ok(Math.abs(found.low - low) < 0.15 * width, `n = ${n}: from ${found.low} instead of ${low}`);
    assert.ok(Math.abs(found.high - high) < 0.15 * width, `n = ${n}: to ${found.high} instead of ${high}`);
  }
});
