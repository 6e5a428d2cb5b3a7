import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExpression } from "../../lib/events/expression.js";

const known = new Map<string, string | undefined>([
  ["hillas_intensity", undefined],
  ["hillas_width", "deg"],
  ["leakage_intensity_width_2", undefined],
  ["true_energy", "TeV"],
  ["pointing_altitude", "rad"],
  ["true_core_x", "m"],
  ["true_core_y", "m"],
  ["true_x_max", "g.cm**-2"],
  ["timing_slope", "deg**-1"],
  ["missing", undefined],
]);
const values: Record<string, number> = {
  hillas_intensity: 120,
  hillas_width: 0.2,
  leakage_intensity_width_2: 0.1,
  true_energy: 2.5,
  pointing_altitude: Math.PI / 3,
  true_core_x: 300,
  true_core_y: 400,
  true_x_max: 350,
  timing_slope: 6,
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
  ["sqrt(true_core_x ** 2 + true_core_y ** 2) < 0.51 * u.km", 1],
  ["sqrt(true_core_x ** 2 + true_core_y ** 2) < 0.49 * u.km", 0],
  ["true_core_x * true_core_y > 0.1 * u.km ** 2", 1],
  ["true_core_x * true_core_y > 0.13 * u.km ** 2", 0],
  ["true_energy / (500 * u.GeV) == 5", 1],
  ["log10(true_energy / u.GeV) > 3.3", 1],
  ["log10(true_energy / u.GeV) > 3.5", 0],
  ["true_energy ** -1 > 0.3 / u.TeV", 1],
  ["true_x_max > 3 * u.kg / u.cm ** 2 * 0.1", 1],
  ["true_x_max < 4000 * u.kg / u.m ** 2", 1],
  ["timing_slope * hillas_width > 1.1", 1],
  ["timing_slope > 300 / u.rad", 1],
  ["true_energy + 100 * u.GeV > 2.59 * u.TeV", 1],
  ["true_energy % (1 * u.TeV) == 0.5", 1],
  ["abs(-1 * true_core_x) > 299 * u.m", 1],
  ["arctan2(true_core_y, 0.3 * u.km) > 53 * u.deg", 1],
  ["-true_core_x < -0.2 * u.km", 1],
  ["true_energy > 2", 1],
] as const) {
  test(`${text} is ${expected === 1 ? "true" : "false"}`, () => assert.equal(holds(text), expected));
}

test("mistakes are told with the expression and a remedy, and nothing is run as code", () => {
  assert.throws(() => holds("hillas_intensty > 50"), { remedy: "did you mean hillas_intensity?" });
  assert.throws(() => holds("hillas_intensity > "), /ends too early/);
  assert.throws(() => holds("(hillas_intensity > 5"), /'\)' is missing/);
  assert.throws(() => holds("process.exit()"), /'\.' at position 8|is not/);
  assert.throws(() => holds("eval(1)"), /function eval is unknown/);
  assert.throws(() => holds("true_energy > 5 5"), /one word too many/);
});

for (const [text, message] of [
  ["true_energy > 5 * u.deg", /'true_energy' \(energy\) and '5 \* u\.deg' \(angle\) cannot be compared/],
  ["true_core_x * true_core_y > 5 * u.m", /'true_core_x \* true_core_y' \(length\*\*2\) and '5 \* u\.m' \(length\)/],
  ["true_energy / u.m < 2 * u.TeV", /'true_energy \/ u\.m' \(energy·length\*\*-1\) and/],
  ["true_energy + true_core_x > 1", /'true_energy' \(energy\) and 'true_core_x' \(length\) cannot be added/],
  ["log10(true_energy) > 1", /log10 needs a plain number, and 'true_energy' measures energy/],
  ["sin(true_core_x) > 0", /sin needs an angle, and 'true_core_x' measures length/],
  [
    "true_energy ** hillas_intensity > 1",
    /'true_energy' measures energy: its exponent 'hillas_intensity' must be a number/,
  ],
  ["2 ** true_energy > 1", /'true_energy' is an exponent and measures energy/],
  ["sqrt(true_core_x) > 1 * u.m", /'sqrt \( true_core_x \)' \(length\*\*0\.5\) and/],
  ["hillas_intensity > 5 * u.parsec", /unit u\.parsec is unknown; known are eV/],
] as const) {
  test(`${text} is told as an error of units, with its place`, () => {
    assert.throws(
      () => holds(text),
      (error: Error) => message.test(error.message) && error.message.includes(text),
    );
  });
}
