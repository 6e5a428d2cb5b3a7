import assert from "node:assert/strict";
import { test } from "node:test";
import { type AxisExample, axisErrorOf, fitAxisError } from "../../lib/models/expected-error/axis-error.js";
import { imageFacts } from "../../lib/models/expected-error/image-facts.js";
import { RandomGenerator } from "../../lib/random/generator.js";

const facts = (intensity: number, width = 0.1): number[] =>
  imageFacts(
    (name) =>
      ({
        hillas_intensity: intensity,
        hillas_length: 0.4,
        hillas_width: width,
        hillas_r: 1,
        leakage_intensity_width_2: 0,
      })[name],
  );

/** Images whose axis misses by 10 / I, whose distance is wrong by 0.3°, and of which a fifth is told on the wrong side. */
function examples(count: number): AxisExample[] {
  const random = new RandomGenerator(5);
  const laplace = (scale: number): number => random.exponential(scale) * (random.uniform() < 0.5 ? -1 : 1);
  return Array.from({ length: count }, () => {
    const intensity = 10 ** (2 + 2 * random.uniform());
    const along = (random.uniform() < 0.5 ? -1 : 1) * (5 + random.uniform());
    const told = (along + laplace(0.3)) * (random.uniform() < 0.2 ? -1 : 1);
    return { facts: facts(intensity), along, across: laplace(10 / intensity), told };
  });
}

test("what axes are worth is learnt: how far they miss, how far along, how often on the other side", () => {
  const learnt = fitAxisError(examples(4000))!;
  for (const intensity of [300, 1000, 3000]) {
    const { along, across, wrongSide } = axisErrorOf(learnt, facts(intensity));
    assert.ok(Math.abs(along - 0.3) < 0.03, `${along} along`);
    assert.ok(Math.abs((across * intensity) / 10 - 1) < 0.1, `${across} across at ${intensity} p.e.`);
    assert.ok(Math.abs(wrongSide - 0.2) < 0.02, `${wrongSide} on the wrong side`);
  }
});

test("few images teach nothing, and images without parameters do not count", () => {
  assert.equal(fitAxisError(examples(60)), null);
  const missing = examples(200).map((example) => ({ ...example, told: Number.NaN }));
  assert.deepEqual(fitAxisError([...examples(150), ...missing]), fitAxisError(examples(150)));
});

test("of a model that was not taught, round images are trusted less across the axis", () => {
  const [slim, round] = [axisErrorOf(null, facts(300, 0.1)), axisErrorOf(null, facts(300, 0.3))];
  assert.ok(round.across > 2 * slim.across && slim.across > 0 && slim.across < slim.along);
});
