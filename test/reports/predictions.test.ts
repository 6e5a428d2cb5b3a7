import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { InputError } from "../../lib/errors.js";
import { evaluateTask } from "../../lib/evaluation/evaluate-task.js";
import { readPredictions } from "../../lib/reports/predictions.js";
import { needsData, sharedData } from "../shared-data.js";
import { type SyntheticDl2, syntheticDl2, telescopesFile } from "./dl2-files.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-reports-"));
let telescopes = "";
before(async () => {
  telescopes = await telescopesFile(folder);
});
after(() => rmSync(folder, { recursive: true }));

let count = 0;
async function dl2(options: SyntheticDl2): Promise<string> {
  const path = join(folder, `file${++count}.dl2.h5`);
  await syntheticDl2(path, telescopes, options);
  return path;
}

const near = (value: number, expected: number): void =>
  assert.ok(Math.abs(value - expected) <= 1e-6 * Math.abs(expected), `${value} is not ${expected}`);

const ctlearn = join(sharedData, "ctlearn/dl2/gamma.mono.dl2.h5");

// Expected numbers: PyTables and numpy, each row paired by (obs_id, event_id) with its shower.
test("CTLearn's own energies are read and judged as numpy does", needsData("ctlearn/dl2"), async () => {
  const predictions = await readPredictions([ctlearn], "energy", "telescope");
  const { events, metrics } = evaluateTask(predictions, "energy");
  assert.deepEqual([predictions.rows, events], [128, 119]);
  near(metrics.logMae!.value, 0.873826308082936);
  near(metrics.mae!.value, 4.116845032073765);
  assert.deepEqual(predictions.notes, []);
});

test("CTLearn's gammaness and the zeros of its last batch", needsData("ctlearn/dl2"), async () => {
  const predictions = await readPredictions([ctlearn], "type", "telescope");
  const { events, metrics } = evaluateTask(predictions, "type");
  assert.equal(events, 119);
  near(metrics.accuracy!.value, 0.9411764705882353);
  near(metrics.brier!.value, 0.189301986643);
  assert.match(predictions.notes.join(), /^7 rows have a gammaness of exactly 0/);
});

test("a gammaness of exactly 0 that cherenkit has predicted is an answer like others", async () => {
  const wide = { task: "type", events: 60, spread: 1, smallest: 0 } as const;
  const own = await dl2({ ...wide, activity: "cherenkit predict" });
  assert.deepEqual((await readPredictions([own], "type", "telescope")).notes, []);
  const foreign = await readPredictions([await dl2(wide)], "type", "telescope");
  assert.match(foreign.notes.join(), /rows have a gammaness of exactly 0, which CTLearn writes/);
});

test("CTLearn's directions, with the pointing of each telescope", needsData("ctlearn/dl2"), async () => {
  const predictions = await readPredictions([ctlearn], "cameradirection", "telescope");
  const { metrics } = evaluateTask(predictions, "cameradirection");
  near(metrics.mean!.value, 1.0498062404015567);
  near(metrics.rms!.value, 1.2479231246133329);
  assert.ok(predictions.pointingAltDeg.every((alt) => Math.abs(alt - 70) < 0.01));
});

test("ctapipe's own DL2 is read, a choice is asked for where there are two", needsData("dl2"), async () => {
  const file = join(sharedData, "dl2/gamma_diffuse_run000010_nectarcam.dl2.h5");
  const energies = await readPredictions([file], "energy", "subarray");
  assert.deepEqual([energies.rows, energies.prefixes[0]], [2, "ExtraTreesRegressor"]);
  await assert.rejects(readPredictions([file], "skydirection", "subarray"), /HillasReconstructor, disp[\s\S]*--prefix/);
  const chosen = await readPredictions([file], "skydirection", "subarray", { prefix: "disp" });
  assert.equal(chosen.rows, 2);
  // ctapipe's own true_impact_distance of telescopes 6, 7, 9, 10, 12 and 13
  const { impactM } = await readPredictions([file], "energy", "telescope");
  const expected = [295.47976264, 311.80710218, 91.17250945, 120.14867386, 187.20375915, 170.22090265];
  for (const [i, distance] of expected.entries()) assert.ok(Math.abs(impactM![i]! - distance) < 0.01);
});

test("groups and prefixes of earlier versions are found", async () => {
  const file = await dl2({ task: "type", events: 30, group: "classification", prefix: "CTLearn" });
  const predictions = await readPredictions([file], "type", "telescope");
  assert.deepEqual([predictions.rows, predictions.prefixes], [30, ["CTLearn"]]);
});

test("predictions without truth, of another task or of another level are one clear error each", async () => {
  const blind = await dl2({ task: "energy", events: 5, truth: false });
  await assert.rejects(readPredictions([blind], "energy", "telescope"), (error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, /has no simulated truth[\s\S]*where: .*shower[\s\S]*remedy/);
    return true;
  });
  const energies = await dl2({ task: "energy", events: 5 });
  await assert.rejects(
    readPredictions([energies], "type", "telescope"),
    /no predictions of type at telescope level: it has energy by CTLearnRegressor \(telescope\)/,
  );
  await assert.rejects(readPredictions([energies], "energy", "subarray"), /at subarray level/);
  await assert.rejects(readPredictions([telescopes], "energy", "telescope"), /it has no predictions at all/);
});

test("a repeated event counts once, an unknown one not at all, and both are said", async () => {
  const file = await dl2({ task: "energy", events: 40, eventId: (row) => (row === 7 ? 3 : row === 39 ? 1000 : row) });
  const predictions = await readPredictions([file, file], "energy", "telescope");
  assert.equal(predictions.rows, 39);
  const { events } = evaluateTask(predictions, "energy");
  assert.equal(events, 38);
  const notes = predictions.notes.join("\n");
  assert.match(notes, /named more than once counts once/);
  assert.match(notes, /1 row repeats an event/);
  assert.match(notes, /1 row has no simulated shower/);
});

test("rows that are all invalid, or none at all, give a note and no number", async () => {
  const invalid = await dl2({ task: "energy", events: 12, valid: () => false });
  const predictions = await readPredictions([invalid], "energy", "telescope");
  assert.match(predictions.notes.join(), /none of 12 predictions is valid/);
  assert.ok(Number.isNaN(evaluateTask(predictions, "energy").metrics.bias!.value));
  const empty = await dl2({ task: "energy", events: 0 });
  assert.match((await readPredictions([empty], "energy", "telescope")).notes.join(), /no row of predictions/);
});

test("the same event number of two runs is two events", async () => {
  const [a, b] = [
    await dl2({ task: "energy", events: 20, seed: 1 }),
    await dl2({ task: "energy", events: 20, seed: 2 }),
  ];
  const predictions = await readPredictions([a, b], "energy", "telescope");
  assert.equal(predictions.rows, 40);
  assert.deepEqual(new Set(predictions.fileIndex), new Set([0, 1]));
  assert.deepEqual(predictions.notes, []);
});
