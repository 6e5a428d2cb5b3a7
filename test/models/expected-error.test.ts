import assert from "node:assert/strict";
import { test } from "node:test";
import { expectedError } from "../../lib/models/expected-error/expected-error.js";
import { fewestImages, fitExpectedError } from "../../lib/models/expected-error/fit-expected-error.js";
import { imageFactNames, imageFacts } from "../../lib/models/expected-error/image-facts.js";
import { RandomGenerator } from "../../lib/random/generator.js";

const random = new RandomGenerator(5);
const between = (low: number, high: number): number => low + (high - low) * random.uniform();

/** Parameters of an image as a camera could see it. */
function image(): Record<string, number> {
  const length = between(0.1, 0.6);
  return {
    hillas_intensity: 10 ** between(1.7, 4),
    hillas_length: length,
    hillas_width: length * between(0.2, 0.9),
    hillas_r: between(0, 4),
    leakage_intensity_width_2: random.uniform() < 0.7 ? 0 : between(0, 0.8),
  };
}

const factsOf = (parameters: Record<string, number>): number[] => imageFacts((name) => parameters[name]!);

test("the scale of errors that was put in is found again, though every thousandth fails wholly", () => {
  const truth = [-0.5, -0.4, 0, 0.8, 0.1, 1.5, 0.3];
  const images = Array.from({ length: 20_000 }, image);
  const facts = images.map(factsOf);
  const scaleOf = (row: readonly number[]): number => Math.exp(row.reduce((sum, v, k) => sum + v * truth[k]!, 0));
  const errors = facts.map((row, i) => {
    if (i % 1000 === 0) return 1;
    const laplace = -Math.log(1 - random.uniform()) * scaleOf(row);
    return random.uniform() < 0.5 ? laplace : -laplace;
  });
  const fit = fitExpectedError(facts, errors)!;
  assert.equal(fit.images, 20_000);
  assert.deepEqual(fit.facts, imageFactNames);
  for (const row of facts.slice(0, 500)) {
    const ratio = expectedError(fit, row) / scaleOf(row);
    assert.ok(ratio > 0.85 && ratio < 1.2, `${ratio}`);
  }
});

test("beyond what it was learnt from, an image counts as the nearest that was; one without parameters has no error", () => {
  const facts = Array.from({ length: 500 }, () => factsOf(image()));
  const fit = fitExpectedError(
    facts,
    facts.map(([, brightness]) => 3 / brightness!),
  )!;
  const bright = { ...image(), hillas_intensity: 10 ** fit.ranges[1]!.max };
  const brighter = { ...bright, hillas_intensity: 1e9 };
  assert.ok(Math.abs(expectedError(fit, factsOf(brighter)) / expectedError(fit, factsOf(bright)) - 1) < 1e-12);
  assert.ok(Number.isNaN(expectedError(fit, factsOf({ ...bright, hillas_width: Number.NaN }))));
});

test("nothing is learnt from a few images, from errors that are all nought, or from images without parameters", () => {
  const facts = Array.from({ length: fewestImages }, () => factsOf(image()));
  assert.equal(fitExpectedError(facts.slice(1), facts.slice(1).map(random.uniform.bind(random))), null);
  assert.equal(
    fitExpectedError(
      facts,
      facts.map(() => 0),
    ),
    null,
  );
  const without = facts.map((row) => row.map(() => Number.NaN));
  assert.equal(
    fitExpectedError(
      without,
      facts.map(() => 1),
    ),
    null,
  );
  // A fact that never varies does no harm.
  const flat = facts.map((row) => [...row.slice(0, 5), 0, row[6]!]);
  const errors = flat.map(() => between(0.5, 1.5));
  assert.ok(fitExpectedError(flat, errors)!.coefficients.every(Number.isFinite));
});
