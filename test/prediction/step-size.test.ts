import assert from "node:assert/strict";
import { test } from "node:test";
import type { PredictionModel } from "../../lib/prediction/prediction-model.js";
import { largestStep, StepSize } from "../../lib/prediction/step-size.js";

let now = 0;
const clock = (): number => now;

/** A network that needs `ms` for a step of so many images, and answers with the first number of each image. */
function networkOf(ms: (size: number) => number, sizes: number[]): PredictionModel {
  return {
    async predict(images: Float32Array, size: number) {
      sizes.push(size);
      now += ms(size);
      const pixels = images.length / size;
      const energies = Float32Array.from({ length: size }, (_, i) => images[i * pixels]!);
      return { outputs: new Map([["energy", energies]]), features: null };
    },
  } as unknown as PredictionModel;
}

const images = Float32Array.from({ length: 64 * 4 }, (_, i) => Math.floor(i / 4));

async function run(steps: StepSize, network: PredictionModel): Promise<number[]> {
  const answers: number[] = [];
  await steps.predict(network, images, 64, (first, { outputs }) => {
    for (const [i, value] of outputs.get("energy")!.entries()) answers[first + i] = value;
  });
  return answers;
}

test("a network that is slow in large steps is given small ones, and every image gets its answer", async () => {
  const sizes: number[] = [];
  const network = networkOf((size) => (size > 8 ? 3 * size : size), sizes);
  const steps = new StepSize(64, clock);
  for (let batch = 0; batch < 12 && !steps.chosen; batch++) {
    assert.deepEqual(
      await run(steps, network),
      Array.from({ length: 64 }, (_, i) => i),
    );
  }
  assert.equal(steps.chosen, true);
  assert.equal(steps.size, 8);
  assert.ok(!sizes.includes(64), "sizes beyond the first slower one are not tried");
});

test("a network that is fast in large steps is given the largest, though some steps are disturbed", async () => {
  let calls = 0;
  const network = networkOf((size) => 4 + size / 100 + (++calls % 3 === 0 ? 100 : 0), []);
  const steps = new StepSize(64, clock);
  for (let batch = 0; batch < 400 && !steps.chosen; batch++) await run(steps, network);
  assert.equal(steps.size, 64);
});

test("a largest step below eight is the only one", async () => {
  const sizes: number[] = [];
  await run(
    new StepSize(5, clock),
    networkOf(() => 0, sizes),
  );
  assert.ok(sizes.every((size) => size <= 5));
});

test("a larger step that gains next to nothing is not taken, since it needs more memory", async () => {
  const sizes: number[] = [];
  const network = networkOf((size) => (size <= 16 ? 8 + size : 1.48 * size), sizes);
  const steps = new StepSize(64, clock);
  for (let batch = 0; batch < 12 && !steps.chosen; batch++) await run(steps, network);
  assert.equal(steps.size, 16);
  assert.ok(!sizes.includes(64));
});

test("on CPUs onnxruntime gets eight images a core at most, TensorFlow all of a batch", () => {
  assert.equal(largestStep("onnxruntime", 64, 2), 16);
  assert.equal(largestStep("onnxruntime-int8", 64, 32), 64);
  assert.equal(largestStep("onnxruntime", 5, 2), 5);
  assert.equal(largestStep("tensorflow", 64, 2), 64);
});
