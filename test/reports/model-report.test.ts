import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ConfigError, InputError } from "../../lib/errors.js";
import { loadModel } from "../../lib/models/load-model.js";
import { modelSummary } from "../../lib/models/model-summary.js";
import { compareModels } from "../../lib/reports/comparison.js";
import { modelReport } from "../../lib/reports/model-report.js";
import { toyModel } from "../prediction/toy-model.js";
import { syntheticDl2, telescopesFile } from "./dl2-files.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-report-"));
after(() => rmSync(folder, { recursive: true }));

const epoch = (number: number): string => `${number},${0.5 / (number + 1)},0.001,${0.6 / (number + 1)}`;

/** A model folder as training and test leave it, but for the network itself. */
async function makeModel(
  path: string,
  telescopes: string,
  options: { epochs?: number; spread?: number; events?: number; seed?: number; file?: string },
): Promise<void> {
  const epochs = options.epochs ?? 5;
  mkdirSync(path, { recursive: true });
  const log = Array.from({ length: epochs }, (_, i) => epoch(i));
  writeFileSync(join(path, "training_log.csv"), ["epoch,loss,lr,val_loss", ...log, ""].join("\n"));
  const metrics = {
    num_params: 1000,
    layers: 5,
    estimated_flops: 0.1,
    training_ms: 90_000,
    training_events: 4000,
    testing_ms: 500,
    testing_events: 1000,
    epochs,
    epochs_planned: 5,
    best_epoch: epochs - 1,
    images_per_second: 500,
    wait_share: 0.1,
    complete: true,
  };
  writeFileSync(join(path, "metrics.json"), JSON.stringify(metrics));
  const dl2 = join(path, "predict", options.file ?? "gammas.dl2.h5");
  const { spread = 0.1, events = 1000, seed = 3 } = options;
  await syntheticDl2(dl2, telescopes, { task: "energy", events, spread, seed });
}

const task = join(folder, "energy");
before(async () => {
  const telescopes = await telescopesFile(folder);
  await makeModel(join(task, "good"), telescopes, { spread: 0.05 });
  await makeModel(join(task, "fair"), telescopes, { spread: 0.15, epochs: 3 });
  await makeModel(join(task, "twin"), telescopes, { spread: 0.05, seed: 4 });
  await makeModel(join(task, "poor"), telescopes, { spread: 3 });
  mkdirSync(join(task, "begun/checkpoint"), { recursive: true });
  mkdirSync(join(task, ".compare"));
});

test("a report tells the metrics with intervals, and what guessing would give", async () => {
  const report = await modelReport(join(task, "good"));
  const metrics = String(report.metrics());
  assert.match(metrics, /1,000 telescope images of gammas/);
  assert.match(metrics, /Mean error of log E +0\.0\d+ +0\.0\d+\s…\s0\.0\d+ +dex +0\.\d+/);
  assert.match(metrics, /By guessing: every image gets the median energy/);
  assert.match(String(report.overview()), /epochs +5 of 5, best: 5/);
  assert.match(String(report.cost()), /training time +1 min 30 s[\s\S]*inference an image +0\.5 +ms/);
  assert.equal(report.figures().length, 5);
});

test("a report warns of a training that ended early and of a network no better than guessing", async () => {
  assert.match(String((await modelReport(join(task, "fair"))).warnings()), /warning: trained for 3 of 5 epochs/);
  const poor = String((await modelReport(join(task, "poor"))).warnings());
  assert.match(poor, /warning: on these events not clearly better than a guess: every/);
  assert.doesNotMatch(String((await modelReport(join(task, "good"))).warnings()), /guessing|epochs/);
});

test("a half-finished model gets a report of labelled empty boxes", async () => {
  const report = await modelReport(join(task, "begun"));
  assert.match(String(report.metrics()), /Metrics: the model was not tested yet/);
  assert.match(String(report.figures()[0]), /Figures of the predictions: the model was not tested yet/);
  assert.match(String(await report.summary()), /training has not finished/);
  assert.match(String(report.warnings()), /training has not finished/);
  assert.match(report.learningCurve().description, /no epoch is finished yet/);
  for (const part of [report.overview(), report.cost(), report.provenance(), report.legacy()]) assert.ok(String(part));
});

test("damaged files of a model are said, not thrown", async () => {
  const damaged = join(folder, "damaged/energy/cnn");
  cpSync(join(task, "good"), damaged, { recursive: true });
  writeFileSync(join(damaged, "metrics.json"), "{");
  writeFileSync(join(damaged, "training_log.csv"), "nothing\n");
  writeFileSync(join(damaged, "predict/gammas.dl2.h5"), "no HDF5");
  const report = await modelReport(damaged);
  assert.match(String(report.metrics()), /Metrics: .*gammas\.dl2\.h5/);
  assert.ok(String(report.cost()));
});

test("a missing folder is one clear error", async () => {
  await assert.rejects(modelReport(join(task, "absent")), InputError);
  await assert.rejects(compareModels(join(folder, "absent")), /cannot be read[\s\S]*remedy/);
  await assert.rejects(compareModels(join(task, "good")), /there is no model in/);
});

test("cuts choose what is judged, and a wrong one names the nearest column", async () => {
  const cut = await modelReport(join(task, "good"), { cuts: ["true_energy > 10 * u.TeV"] });
  const events = cut.model.evaluation!.events;
  assert.ok(events > 400 && events < 600, `${events} events`);
  await assert.rejects(modelReport(join(task, "good"), { cuts: ["true_enrgy > 1"] }), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /true_energy/);
    return true;
  });
});

test("the comparison ranks models, lists the incomplete and tells chance from difference", async () => {
  const comparison = await compareModels(task);
  assert.deepEqual(
    comparison.models.map(({ record }) => record.name),
    ["fair", "good", "poor", "twin"],
  );
  assert.match(String(comparison.leftOut()), /begun +the model was not tested yet/);
  const ranks = String(comparison.ranks()).split("\n");
  assert.match(ranks.at(-1)!, /^poor +4 +4 +4 +4 +4 +4$|^poor/);
  const significance = String(comparison.significance());
  assert.match(significance, /fair +1,000 .*yes/);
  assert.match(significance, /(good|twin) +1,000 .*not distinguishable/);
  assert.doesNotMatch(String(comparison.notices()), /different files/);
  assert.match(String(comparison.costs()), /GFLOP an image/);
  assert.ok(!existsSync(join(task, "compare.html")));
  for (const figure of [...comparison.figures(), comparison.metricFigure(), comparison.tradeOff()]) {
    assert.ok(String(figure).length > 10);
  }
});

test("models tested on different files are compared with a warning", async () => {
  const other = join(folder, "other/energy");
  cpSync(join(task, "good"), join(other, "good"), { recursive: true });
  await makeModel(join(other, "elsewhere"), join(folder, "gamma_run1.dl1.h5"), { file: "others.dl2.h5" });
  const comparison = await compareModels(other);
  assert.match(String(comparison.notices()), /warning: the models were tested on different files.*others\.dl2\.h5/);
  assert.match(String(comparison.significance()), /no event in common/);
});

test("parameters, layers and operations of an imported network, which has no metrics.json, are counted", async () => {
  const telescopes = join(folder, "gamma_run1.dl1.h5");
  const parent = join(folder, "imported");
  const imported = await toyModel(parent, "energy", { side: 24 });
  const dl2 = join(imported, "predict/gammas.dl2.h5");
  await syntheticDl2(dl2, telescopes, { task: "energy", events: 200, spread: 0.1, seed: 5 });
  const summary = modelSummary(await loadModel(join(imported, "model")));
  const comparison = await compareModels(join(parent, "energy"));
  const { num_params, layers, estimated_flops } = comparison.models[0]!.record.metrics!;
  assert.deepEqual([num_params, layers, estimated_flops], [summary.parameters, summary.layers, summary.flops / 1e9]);
  assert.ok(String(comparison.costs()).includes(summary.parameters.toLocaleString("en-US")));
  // What was measured stays, what is not known is counted.
  writeFileSync(
    join(imported, "metrics.json"),
    JSON.stringify({ testing_ms: 500, testing_events: 1000, layers: null }),
  );
  const { metrics } = (await modelReport(imported)).model.record;
  assert.deepEqual([metrics!.testing_ms, metrics!.num_params, metrics!.layers], [500, num_params, layers]);
  writeFileSync(join(imported, "model/weights.bin"), "cut");
  const damaged = (await modelReport(imported)).model.record;
  assert.equal(damaged.metrics!.testing_ms, 500);
  assert.match(damaged.missing.model!, /weights.bin has 3 bytes/);
});
