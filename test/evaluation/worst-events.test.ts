import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluateTask } from "../../lib/evaluation/evaluate-task.js";
import type { DirectionEvaluation } from "../../lib/evaluation/evaluation.js";
import { worstEvents } from "../../lib/evaluation/worst-events.js";
import { worstEventsTable } from "../../lib/reports/worst-events-table.js";
import { countedPredictions } from "./counted-predictions.js";

test("the worst events are those with the largest errors, the worst first", () => {
  const predictions = countedPredictions("energy", false, 0);
  const errors = Array.from(predictions.energyTeV!, (energy, row) => ({
    row,
    error: Math.abs(Math.log10(energy / predictions.trueEnergyTeV[row]!)),
  }));
  const expected = errors.sort((a, b) => b.error - a.error).slice(0, 7);
  assert.deepEqual(
    worstEvents(predictions, "energy", 7).map(({ error }) => error),
    expected.map(({ error }) => error),
  );
  predictions.energyTeV![17] = 1e9;
  predictions.energyTeV![18] = 1e12;
  predictions.valid[18] = 0;
  predictions.energyTeV![19] = Number.NaN;
  assert.equal(worstEvents(predictions, "energy")[0]!.row, 17);
  assert.equal(worstEvents(predictions, "energy", 1000).length, 398);
});

test("of energy and direction only gammas count, of the type all", () => {
  for (const task of ["energy", "skydirection"] as const) {
    const predictions = countedPredictions(task);
    assert.ok(worstEvents(predictions, task, 50).every(({ row }) => predictions.trueParticle[row] === 0));
  }
  const types = countedPredictions("type");
  types.gammaness!.set([0, 1], 5);
  types.trueParticle.set([0, 101], 5);
  assert.deepEqual(
    worstEvents(types, "type", 3)
      .map(({ row, error }) => [row, error])
      .sort(),
    [
      // a gamma with a gammaness of exactly 0
      [0, 1],
      [5, 1],
      [6, 1],
    ],
  );
  assert.deepEqual(worstEvents({ ...types, gammaness: undefined }, "type"), []);
});

test("the table names each event by file, run, number and telescope", () => {
  const predictions = countedPredictions("skydirection", false, 0);
  const key = (of: (row: number) => number): Float64Array => Float64Array.from({ length: 400 }, (_, row) => of(row));
  const table = worstEventsTable(
    {
      ...predictions,
      level: "telescope",
      files: ["/data/a.dl2.h5", "/data/b.dl2.h5"],
      fileIndex: new Uint32Array(400).fill(1),
      obsId: key(() => 7),
      eventId: key((row) => 1000 + row),
      telId: key(() => 2),
      prefixes: [],
      parameters: {},
      notes: [],
    },
    3,
  );
  const [worst] = worstEvents(predictions, "skydirection", 1);
  assert.deepEqual(table.rows[0]!.slice(0, 5), ["b", "7", String(1000 + worst!.row), 2, "gamma"]);
  assert.equal(table.rows.length, 3);
  assert.equal(table.columns.at(-1), "error deg");
});

test("the errors of the cells of the field of view average to the bias of all", () => {
  const predictions = countedPredictions("skydirection", false, 0);
  const shifted = {
    ...predictions,
    altDeg: predictions.trueAltDeg.map((alt) => alt + 0.05),
    azDeg: predictions.trueAzDeg,
  };
  const { fieldErrors } = (evaluateTask(shifted, "skydirection") as DirectionEvaluation).curves;
  assert.ok(fieldErrors.counts.length > 5);
  assert.ok(fieldErrors.counts.every((count) => count >= 5));
  for (const [i, lat] of fieldErrors.errorLatDeg.entries()) {
    assert.ok(Math.abs(lat - 0.05) < 1e-9 && Math.abs(fieldErrors.errorLonDeg[i]!) < 1e-9);
  }
});
