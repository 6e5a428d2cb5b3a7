import assert from "node:assert/strict";
import { test } from "node:test";
import { expectedError } from "../../lib/models/expected-error/expected-error.js";
import { type EventImage, fewestEvents, fitCombination } from "../../lib/models/expected-error/fit-combination.js";
import { fitExpectedError } from "../../lib/models/expected-error/fit-expected-error.js";
import { RandomGenerator } from "../../lib/random/generator.js";

const random = new RandomGenerator(11);

/** Facts of an image of given brightness; the others do not vary. */
const factsOf = (brightness: number): number[] => [1, brightness, brightness ** 2, 0.4, 1, 0, 0.3];

/**
 * Events of two images. Errors of both have a part in common; faint images have a bias besides, which single errors hardly show.
 */
function shower(event: number, components = 1): EventImage[] {
  const common = Array.from({ length: components }, () => 0.1 * random.normal());
  return [0, 1].map(() => {
    const brightness = 2 + 1.5 * random.uniform();
    const bias = 0.15 * (3.5 - brightness);
    const error = common.map((part, c) => part + (c === 0 ? bias : 0) + 0.02 * random.normal());
    return { event, type: 0, facts: factsOf(brightness), error };
  });
}

type Fits = ReturnType<typeof fitCombination>;

/** Mean distance of the events' weighted means from the truth. */
function meanDistance(images: readonly EventImage[], fits: Fits): number {
  const groups = new Map<number, EventImage[]>();
  for (const image of images) groups.set(image.event, [...(groups.get(image.event) ?? []), image]);
  const distances = [...groups.values()].map((members) => {
    const weights = members.map(({ type, facts }) => expectedError(fits[type]!, facts) ** -2);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return Math.hypot(
      ...members[0]!.error.map(
        (_, c) => members.reduce((sum, { error }, i) => sum + weights[i]! * error[c]!, 0) / total,
      ),
    );
  });
  return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
}

const single = (images: readonly EventImage[]) =>
  fitExpectedError(
    images.map(({ facts }) => facts),
    images.map(({ error }) => Math.hypot(...error)),
  );

for (const components of [1, 2]) {
  test(`means of other events come nearer to the truth than by the errors of single images (${components} components)`, () => {
    const learnt = Array.from({ length: 800 }, (_, i) => shower(i, components)).flat();
    const others = Array.from({ length: 4000 }, (_, i) => shower(i, components)).flat();
    const start = [single(learnt)];
    const fits = fitCombination(learnt, start);
    const [before, after] = [meanDistance(others, start), meanDistance(others, fits)];
    assert.ok(after < 0.97 * before, `${after} against ${before}`);
    assert.deepEqual(fits[0]!.ranges, start[0]!.ranges);
  });
}

test("a telescope type whose answers are worse counts less beside the other", () => {
  const images = Array.from({ length: 1000 }, (_, event) =>
    [0.05, 0.2].map((spread, type) => ({
      event,
      type,
      facts: factsOf(2 + random.uniform()),
      error: [spread * random.normal()],
    })),
  ).flat();
  const same = single(images)!;
  const [good, poor] = fitCombination(images, [same, same]);
  const ratio = expectedError(poor!, factsOf(2.5)) / expectedError(good!, factsOf(2.5));
  assert.ok(ratio > 2.5 && ratio < 7, `${ratio} instead of 4`);
});

test("with few events of several telescopes, or images without parameters, what single images told stays", () => {
  const images = Array.from({ length: fewestEvents }, (_, i) => shower(i)).flat();
  const start = [single(images)];
  assert.equal(fitCombination(images.slice(1), start), start);
  const alone = images.map((image, i) => ({ ...image, event: i }));
  assert.equal(fitCombination(alone, start), start);
  const without = images.map((image) => ({ ...image, facts: image.facts.map(() => Number.NaN) }));
  assert.equal(fitCombination(without, start), start);
  assert.deepEqual(fitCombination(images, [null]), [null]);
  const right = images.map((image) => ({ ...image, error: [0] }));
  assert.equal(fitCombination(right, start), start);
  assert.ok(fitCombination(images, start)[0]!.coefficients.every(Number.isFinite));
});
