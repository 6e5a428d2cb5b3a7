import assert from "node:assert/strict";
import { test } from "node:test";
import { NumpyLegacyRandom } from "../../lib/random/numpy-legacy.js";

const range = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);

// np.random.seed(0); a = np.arange(20); np.random.shuffle(a) twice; the same with seed 42 and 2000 numbers (numpy 2)
test("shuffles are numpy's, also one after the other", () => {
  const random = new NumpyLegacyRandom(0);
  const array = range(20);
  random.shuffle(array);
  assert.deepEqual([...array], [18, 1, 19, 8, 10, 17, 6, 13, 4, 2, 5, 14, 9, 7, 16, 11, 3, 0, 15, 12]);
  random.shuffle(array);
  assert.deepEqual([...array], [14, 1, 15, 0, 19, 9, 12, 3, 5, 18, 8, 10, 11, 4, 7, 2, 17, 16, 13, 6]);
});

test("a long shuffle, beyond one block of the generator, is numpy's", () => {
  const array = range(2000);
  new NumpyLegacyRandom(42).shuffle(array);
  assert.deepEqual([...array.subarray(0, 8)], [1860, 353, 1333, 905, 1289, 1273, 938, 1731]);
  assert.deepEqual([...array.subarray(-3)], [860, 1459, 1126]);
});

test("a stored state goes on with the same numbers", () => {
  const random = new NumpyLegacyRandom(7);
  for (let i = 0; i < 1000; i++) random.next();
  const other = new NumpyLegacyRandom(1);
  other.state = JSON.parse(JSON.stringify(random.state)) as typeof random.state;
  assert.deepEqual([other.next(), other.next()], [random.next(), random.next()]);
});
