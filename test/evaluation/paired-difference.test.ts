import assert from "node:assert/strict";
import { test } from "node:test";
import { areaUnderRoc } from "../../lib/evaluation/auc.js";
import type { Estimate } from "../../lib/evaluation/confidence-interval.js";
import { aucDifference, pairedDifference, rocPlacements } from "../../lib/evaluation/paired-difference.js";
import { scoredClasses } from "../../lib/evaluation/scored-classes.js";
import { RandomGenerator } from "../../lib/random/generator.js";

const random = new RandomGenerator(11, 0);
const isSignal = Uint8Array.from({ length: 800 }, (_, i) => i % 2);
const shared = Float64Array.from(isSignal, (signal) => signal + random.normal());
const noisy = (spread: number): Float64Array => shared.map((value) => value + spread * random.normal());

test("the mean of the placements is the area under the ROC curve, ties counting half", () => {
  for (const scores of [shared, shared.map((value) => Math.round(value))]) {
    const { value } = areaUnderRoc(scoredClasses(scores.slice(), isSignal));
    const placements = rocPlacements(scores, isSignal);
    const ofSignal = placements.filter((_, i) => isSignal[i] === 1);
    assert.ok(Math.abs(ofSignal.reduce((sum, place) => sum + place, 0) / 400 - value) < 1e-12);
  }
});

test("the difference of two areas is exact, and its interval is DeLong's", () => {
  // By hand: signals 3 and 1 against backgrounds 0 and 2 and, for the other score, 3 and 2 against 0 and 1.
  const classes = Uint8Array.of(1, 1, 0, 0);
  const a = rocPlacements(Float64Array.of(3, 1, 0, 2), classes);
  const b = rocPlacements(Float64Array.of(3, 2, 0, 1), classes);
  assert.deepEqual([...a], [1, 0.5, 1, 0.5]);
  const { value, low, high } = aucDifference(a, b, classes);
  assert.equal(value, -0.25);
  // differences 0 and −0.5 in each class: variance of the mean 0.125 / 2 each
  assert.ok(Math.abs((high - low) / 2 - 1.959964 * Math.sqrt(0.125)) < 1e-6);
});

test("a difference of the same events is seen where the intervals of the two overlap", () => {
  const [better, worse] = [noisy(0.1), noisy(0.6)];
  const of = (scores: Float64Array): Estimate => areaUnderRoc(scoredClasses(scores.slice(), isSignal));
  assert.ok(of(worse).high > of(better).low);
  const { low } = aucDifference(rocPlacements(better, isSignal), rocPlacements(worse, isSignal), isSignal);
  assert.ok(low > 0);
});

test("the paired bootstrap covers the mean difference and leaves out what one model lacks", () => {
  const a = Float64Array.from({ length: 1000 }, () => random.normal());
  const b = a.map((value) => value - 0.01 + 0.02 * random.normal());
  b[0] = Number.NaN;
  const { value, low, high } = pairedDifference(a, b);
  assert.ok(low > 0 && low < 0.01 && high > 0.01 && high < 0.02, `${low} … ${high}`);
  assert.ok(Math.abs(value - 0.01) < 0.002);
  assert.ok(Number.isNaN(pairedDifference(a, a.fill(Number.NaN)).value));
});
