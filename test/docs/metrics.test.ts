import assert from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "../../lib/config/task.js";
import { taskMetrics } from "../../lib/evaluation/evaluate-task.js";
import { metricTitle } from "../../lib/evaluation/metric-title.js";
import type { Predictions } from "../../lib/evaluation/predictions.js";
import { costColumns } from "../../lib/reports/cost-columns.js";
import { pageText } from "./code-blocks.js";

const none = new Float64Array(0);
const noEvents: Omit<Predictions, "task"> = {
  level: "telescope",
  files: [],
  rows: 0,
  valid: new Uint8Array(0),
  weights: null,
  trueEnergyTeV: none,
  trueParticle: new Int32Array(0),
  trueAltDeg: none,
  trueAzDeg: none,
  pointingAltDeg: none,
  pointingAzDeg: none,
};

test("the page about reports defines every metric of every task, under its title and its key", () => {
  const page = pageText("docs/reports.md");
  const missing = tasks.flatMap((task) =>
    Object.keys(taskMetrics({ ...noEvents, task }, task)).filter((key) => {
      // those that differ in a percentage share a row
      const [title, name] = [metricTitle(key), key].map((text) => text.replace(/(80|90|99)( %.*)?$/, ""));
      return !page.includes(title!) || !page.includes(name!);
    }),
  );
  assert.deepEqual(missing, []);
});

test("the page about reports explains every column of costs", () => {
  const page = pageText("docs/reports.md");
  const missing = costColumns
    .map(({ title }) => title.replace(/ (of|\[).*$/, ""))
    .filter((title) => !page.includes(title));
  assert.deepEqual(missing, []);
});
