import assert from "node:assert/strict";
import { test } from "node:test";
import { RandomGenerator } from "../../lib/random/generator.js";

interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly skewness: number;
}

function moments(count: number, draw: () => number): Moments {
  const values = Float64Array.from({ length: count }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  let square = 0;
  let cube = 0;
  for (const value of values) {
    square += (value - mean) ** 2 / count;
    cube += (value - mean) ** 3 / count;
  }
  return { mean, variance: square, skewness: cube / square ** 1.5 };
}

function assertNear(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - expected) < tolerance, `${what}: ${actual}, expected ${expected} ± ${tolerance}`);
}

const count = 200_000;

test("the same seed gives the same numbers, another seed or stream others", () => {
  const draw = (seed: number, stream?: number): number[] => {
    const random = new RandomGenerator(seed, stream);
    return Array.from({ length: 20 }, () => random.uniform());
  };
  assert.deepEqual(draw(7), draw(7));
  assert.deepEqual(draw(7, 3), draw(7, 3));
  for (const other of [draw(8), draw(7, 1), draw(7 + 2 ** 32), draw(-7)]) assert.notDeepEqual(draw(7), other);
});

test("numbers stay the same from version to version", () => {
  const random = new RandomGenerator(2024, 5);
  const numbers = [random.integer(1000), random.integer(1000), random.poisson(3), random.poisson(300)];
  assert.deepEqual(numbers, [471, 155, 4, 312]);
});

test("bits are those of the published xoshiro128++", () => {
  const random = new RandomGenerator(0);
  random.state = { words: [1, 2, 3, 4], spare: null };
  // first outputs of the reference implementation from this state
  const expected = [641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295];
  assert.deepEqual(
    expected.map(() => random.integer(2 ** 32)),
    expected,
  );
});

test("a saved state continues where it was, through JSON", () => {
  const random = new RandomGenerator(3);
  random.normal();
  const saved = JSON.parse(JSON.stringify(random.state));
  const expected = Array.from({ length: 10 }, () => random.normal() + random.poisson(20));
  const other = new RandomGenerator(99);
  other.state = saved;
  assert.deepEqual(
    Array.from({ length: 10 }, () => other.normal() + other.poisson(20)),
    expected,
  );
});

test("uniform numbers fill [0, 1) evenly and follow each other without memory", () => {
  const random = new RandomGenerator(1);
  const bins = new Uint32Array(1000);
  let last = 0.5;
  let correlation = 0;
  for (let i = 0; i < count; i++) {
    const value = random.uniform();
    bins[Math.floor(value * bins.length)]!++;
    correlation += (12 * (value - 0.5) * (last - 0.5)) / count;
    last = value;
  }
  const expected = count / bins.length;
  const chiSquare = bins.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  assertNear(chiSquare, 999, 5 * Math.sqrt(2 * 999), "chi square of 1000 bins");
  assertNear(correlation, 0, 5 / Math.sqrt(count), "correlation of neighbours");
});

test("streams of one seed are uncorrelated", () => {
  const streams = [0, 1, 2, 3].map((stream) => new RandomGenerator(11, stream));
  const values = streams.map((random) => Float64Array.from({ length: 50_000 }, () => random.normal()));
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < i; j++) {
      const correlation = values[i]!.reduce((sum, value, k) => sum + value * values[j]![k]!, 0) / 50_000;
      assertNear(correlation, 0, 5 / Math.sqrt(50_000), `streams ${i} and ${j}`);
    }
  }
});

test("normal, exponential and gamma deviates have their moments", () => {
  const random = new RandomGenerator(2);
  const normal = moments(count, () => random.normal());
  assertNear(normal.mean, 0, 0.012, "mean");
  assertNear(normal.variance, 1, 0.017, "variance");
  assertNear(normal.skewness, 0, 0.03, "skewness");
  const exponential = moments(count, () => random.exponential(3));
  assertNear(exponential.mean, 3, 0.035, "mean");
  assertNear(exponential.variance, 9, 0.3, "variance");
  for (const shape of [0.4, 1, 6.5]) {
    const gamma = moments(count, () => random.gamma(shape));
    assertNear(gamma.mean, shape, 5 * Math.sqrt(shape / count), `mean of gamma ${shape}`);
    assertNear(gamma.variance, shape, 0.03 * shape + 0.02, `variance of gamma ${shape}`);
  }
});

test("Poisson numbers have mean, variance and skewness of every size of mean", () => {
  const random = new RandomGenerator(4);
  for (const mean of [0.3, 4, 9.99, 10, 25, 400, 1e6]) {
    const poisson = moments(count, () => random.poisson(mean));
    assertNear(poisson.mean, mean, 5 * Math.sqrt(mean / count), `mean ${mean}`);
    assertNear(poisson.variance, mean, mean * 0.03, `variance at ${mean}`);
    assertNear(poisson.skewness, 1 / Math.sqrt(mean), 0.05, `skewness at ${mean}`);
  }
  assert.equal(random.poisson(0), 0);
  assert.equal(random.poisson(-1), 0);
});

test("Poisson numbers near the switch of methods follow the true probabilities", () => {
  const random = new RandomGenerator(5);
  const mean = 12;
  const bins = new Uint32Array(40);
  for (let i = 0; i < count; i++) bins[Math.min(39, random.poisson(mean))]!++;
  let probability = Math.exp(-mean);
  let chiSquare = 0;
  let degrees = 0;
  for (let k = 0; k < 30; k++) {
    if (k > 0) probability *= mean / k;
    const expected = probability * count;
    if (expected < 20) continue;
    chiSquare += (bins[k]! - expected) ** 2 / expected;
    degrees++;
  }
  assertNear(chiSquare, degrees, 5 * Math.sqrt(2 * degrees), "chi square");
});

test("whole numbers are even over a range that does not divide 2^32", () => {
  const random = new RandomGenerator(6);
  const bins = new Uint32Array(7);
  for (let i = 0; i < count; i++) bins[random.integer(7)]!++;
  for (const n of bins) assertNear(n, count / 7, 5 * Math.sqrt(count / 7), "count");
});
