import assert from "node:assert/strict";
import { test } from "node:test";
import { tf } from "../../lib/engine/tensorflow.js";
import { replicaCount } from "../../lib/training/replica-count.js";

const dense = (): tf.layers.Layer => tf.layers.dense({ units: 2, inputShape: [4] });
const plain = tf.sequential({ layers: [dense()] });
const settings = { replicas: null, engine: "graph", batchSize: 8 } as const;

test("on CPUs a small batch goes through the network in parts, the same on any machine", () => {
  const counts = [1, 2, 3, 4, 8, 16, 17, 64].map((batchSize) => replicaCount(plain, { ...settings, batchSize }, false));
  assert.deepEqual(counts, [1, 1, 1, 2, 4, 4, 1, 1]);
});

test("a GPU, layer by layer, and a network that looks at the whole batch take it in one piece", () => {
  const normalised = tf.sequential({ layers: [tf.sequential({ layers: [dense(), tf.layers.batchNormalization()] })] });
  assert.equal(replicaCount(plain, settings, true), 1);
  assert.equal(replicaCount(plain, { ...settings, engine: "eager" }, false), 1);
  assert.equal(replicaCount(normalised, settings, false), 1);
});

test("what the configuration says is done", () => {
  assert.equal(replicaCount(plain, { ...settings, replicas: 3 }, false), 3);
});
