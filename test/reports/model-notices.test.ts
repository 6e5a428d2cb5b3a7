import assert from "node:assert/strict";
import { test } from "node:test";
import type { Channel } from "../../lib/config/channel.js";
import type { Predictions } from "../../lib/evaluation/predictions.js";
import { validityNotices } from "../../lib/reports/model-notices.js";

const validity = { energyTeV: { min: 0.5, max: 100 }, pointingDeg: [{ alt: 70, az: 180 }] };

function predictions(values: { true?: number[]; predicted?: number[]; alt?: number; valid?: number[] }): Predictions {
  const trueEnergyTeV = Float64Array.from(values.true ?? [1, 10, 50]);
  const rows = trueEnergyTeV.length;
  const all = (value: number): Float64Array => new Float64Array(rows).fill(value);
  return {
    task: "energy",
    level: "telescope",
    files: ["a.dl2.h5"],
    rows,
    valid: Uint8Array.from(values.valid ?? Array(rows).fill(1)),
    weights: null,
    trueEnergyTeV,
    trueParticle: new Int32Array(rows),
    energyTeV: Float64Array.from(values.predicted ?? [1, 10, 50]),
    trueAltDeg: all(70),
    trueAzDeg: all(180),
    pointingAltDeg: all(values.alt ?? 70),
    pointingAzDeg: all(180),
  } as Predictions;
}
const texts = (values: Parameters<typeof predictions>[0], ...channels: Channel[]): string[] =>
  validityNotices({ validity, reader: { channels } }, predictions(values)).map(({ text }) => text);

test("a report has nothing to say about events like those of the training", () => {
  assert.deepEqual(texts({}), []);
  assert.deepEqual(texts({ predicted: [0.2, 10, 290] }), [], "a factor of three is an error, not nonsense");
});

test("a report warns of energies that the network cannot have learned", () => {
  const [text, ...more] = texts({ predicted: [1, 202_000, 50] });
  assert.match(text!, /^one predicted energy lies more than 3 times outside the training's 0\.500 to 100 TeV/);
  assert.match(text!, /the highest is 202,000 TeV/);
  assert.deepEqual(more, []);
  assert.match(texts({ predicted: [0.1, 400, 50] })[0]!, /^2 predicted energies lie/);
  assert.match(texts({ predicted: [0.1, 10, 50] })[0]!, /the highest is 0\.1 TeV/);
  assert.deepEqual(
    texts({ predicted: [1, 202_000, 50], valid: [1, 0, 1] }),
    [],
    "events without a prediction do not count",
  );
});

test("the remedy for such energies is one that the model does not have yet", () => {
  const remedy = (...channels: Channel[]): string => texts({ predicted: [1, 202_000, 50] }, ...channels)[0]!;
  assert.match(remedy("image", "peak_time"), /; log_image in place of image keeps/);
  assert.match(remedy("cleaned_relative_peak_time", "cleaned_image"), /; log_cleaned_image in place of cleaned_image/);
  for (const known of [["log_image"], ["log_cleaned_image", "peak_time"], ["waveform[1/2 center]"]] as Channel[][]) {
    assert.match(remedy(...known), /; look at their images, and keep such out .* quality_criteria$/);
  }
});

test("a report warns of test events and pointings outside the training", () => {
  assert.match(
    texts({ true: [1, 10, 300] })[0]!,
    /^33 % of the test events have energies outside the training's 0\.500 to 100/,
  );
  assert.match(texts({ alt: 60 })[0]!, /^test files point up to 10\.0° away/);
});
