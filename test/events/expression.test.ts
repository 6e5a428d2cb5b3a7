import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExpression } from "../../lib/events/expression.js";

const known = new Map<string, string | undefined>([
  ["hillas_intensity", undefined],
  ["hillas_width", "deg"],
  ["leakage_intensity_width_2", undefined],
  ["true_energy", "TeV"],
  ["pointing_altitude", "rad"],
  ["missing", undefined],
]);
const values: Record<string, number> = {
  hillas_intensity: 120,
  hillas_width: 0.2,
  leakage_intensity_width_2: 0.1,
  true_energy: 2.5,
  pointing_altitude: Math.PI / 3,
  missing: Number.NaN,
};
const holds = (text: string): number => parseExpression(text, known).evaluate((column) => values[column]!);

for (const [text, expected] of [
  ["hillas_intensity > 50", 1],
  ["50 < hillas_intensity < 100", 0],
  ["hillas_intensity > 50 and leakage_intensity_width_2 < 0.2", 1],
  ["(hillas_intensity > 50) & (leakage_intensity_width_2 > 0.2)", 0],
  ["hillas_intensity < 50 or not leakage_intensity_width_2 > 0.2", 1],
  ["~(hillas_intensity < 50)", 1],
  ["log10(hillas_intensity) > 2.05", 1],
  ["np.sqrt(hillas_intensity) < 10", 0],
  ["true_energy > 2000 * u.GeV", 1],
  ["true_energy < 2 * u.TeV", 0],
  ["hillas_width < 13 * u.arcmin", 1],
  ["hillas_width < 11 * u.arcmin", 0],
  ["pointing_altitude > 59 * u.deg", 1],
  ["cos(pointing_altitude) < 0.51", 1],
  ["missing > 0", 0],
  ["missing <= 0", 0],
  ["missing == missing", 0],
  ["missing != 0", 0],
  ["2 * hillas_intensity / 3 - 5 == 75", 1],
  ["-2 ** 2 == -4", 1],
  ["arctan2(1, 1) > 0.78", 1],
  ["7 % 3 == 1", 1],
] as const) {
  test(`${text} is ${expected === 1 ? "true" : "false"}`, () => assert.equal(holds(text), expected));
}

test("mistakes are told with the expression and a remedy, and nothing is run as code", () => {
  assert.throws(() => holds("hillas_intensty > 50"), { remedy: "did you mean hillas_intensity?" });
  assert.throws(() => holds("hillas_intensity > "), /ends too early/);
  assert.throws(() => holds("(hillas_intensity > 5"), /'\)' is missing/);
  assert.throws(() => holds("process.exit()"), /'\.' at position 8|is not/);
  assert.throws(() => holds("eval(1)"), /function eval is unknown/);
  assert.throws(() => holds("true_energy > 5 * u.deg"), /deg and TeV cannot be compared/);
  assert.throws(() => holds("true_energy > 5 5"), /one word too many/);
});
