import assert from "node:assert/strict";
import { test } from "node:test";
import { exponentialQuantiles, normalQuantiles, quantiles } from "../../lib/random/quantile-tables.js";

/** Mean of a power of the entries. */
const moment = (table: Float32Array, power: number): number =>
  table.reduce((sum, value) => sum + value ** power, 0) / quantiles;

test("the quantiles of the normal distribution have its moments and its known values", () => {
  const table = normalQuantiles();
  assert.equal(table.length, 65_536);
  assert.ok(table.every((value, i) => i === 0 || value > table[i - 1]!));
  for (const [power, expected] of [
    [1, 0],
    [2, 1],
    [3, 0],
    [4, 3],
  ] as const) {
    assert.ok(Math.abs(moment(table, power) - expected) < 3e-3, `moment ${power}: ${moment(table, power)}`);
  }
  // Abramowitz and Stegun, table 26.5
  for (const [probability, value] of [
    [0.975, 1.95996],
    [0.9, 1.28155],
    [0.5, 0],
    [0.001, -3.09023],
  ] as const) {
    const at = table[Math.floor(probability * quantiles)]!;
    assert.ok(Math.abs(at - value) < 5e-3, `${probability}: ${at}`);
  }
});

test("the quantiles of the exponential distribution have its moments", () => {
  const table = exponentialQuantiles();
  for (const [power, expected] of [
    [1, 1],
    [2, 2],
    [3, 6],
  ] as const) {
    assert.ok(Math.abs(moment(table, power) / expected - 1) < 0.02, `moment ${power}: ${moment(table, power)}`);
  }
});
