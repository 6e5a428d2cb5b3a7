import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { worstEvents } from "../../lib/evaluation/worst-events.js";
import { Figure } from "../../lib/figures/figure.js";
import { evaluateModel } from "../../lib/reports/evaluated-model.js";
import { MissingBox } from "../../lib/reports/missing-box.js";
import { modelReport } from "../../lib/reports/model-report.js";
import { worstGallery } from "../../lib/reports/worst-gallery.js";
import { predicted, simulated } from "./response-files.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-worst-"));
after(() => rmSync(folder, { recursive: true }));
const demo = (task: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../configs/demo/${task}.yaml`, import.meta.url)), "utf8");

/** A tested model of simulated showers, whose configuration finds the DL1 file when `found`. */
async function testedModel(task: "energy" | "cameradirection", found: boolean): Promise<string> {
  const model = join(folder, task, found ? "found" : "lost");
  mkdirSync(join(model, "predict"), { recursive: true });
  const dl1 = await simulated(join(folder, "data"), "gamma", 60, 1);
  await predicted(dl1, join(model, "predict/gamma_run1.dl2.h5"), [task === "energy" ? "energy" : "geometry"]);
  const from = found ? join(folder, "data") : join(folder, "elsewhere");
  const text = demo(task).replace(/testing_model:[\s\S]*/, `testing_model:\n  files:\n    gammas: "${from}/*.h5"\n`);
  writeFileSync(join(model, "config.yaml"), text);
  return model;
}

test("the gallery shows the images that are most wrong, with truth and prediction", async () => {
  const model = await evaluateModel(await testedModel("energy", true));
  const gallery = await worstGallery(model);
  assert.ok(gallery instanceof Figure, String(gallery));
  const captions = (gallery.layout.annotations as { text: string }[]).map(({ text }) => text);
  assert.ok(captions.length > 0 && captions.length <= 6);
  const rows = model.predictions!;
  for (const caption of captions)
    assert.match(caption, /^gamma of [\d.]+ TeV: predicted [\d.]+ TeV<br>run 1, event \d+, telescope 1$/);
  const worst = worstEvents(rows, "energy", 6).map(({ row }) => `event ${rows.eventId[row]},`);
  assert.ok(captions.every((caption) => worst.some((event) => caption.includes(event))));
  assert.ok(JSON.stringify(gallery.data).length < 200_000, "a gallery is small");
});

test("the gallery of a direction marks where the network saw the shower come from", async () => {
  const report = await modelReport(await testedModel("cameradirection", true));
  const gallery = await report.worstImages();
  assert.ok(gallery instanceof Figure, String(gallery));
  const names = new Set(gallery.data.map(({ name }) => name));
  assert.ok(names.has("true direction") && names.has("predicted direction"));
  const legend = gallery.data.filter(({ showlegend }) => showlegend);
  assert.equal(new Set(legend.map(({ name }) => name)).size, legend.length, "each mark stands once in the legend");
  assert.match(String(report.worstEvents()), /error deg/);
});

test("without the DL1 files the gallery is a box that says so", async () => {
  const gallery = await worstGallery(await evaluateModel(await testedModel("energy", false)));
  assert.ok(gallery instanceof MissingBox);
  assert.match(gallery.reason, /DL1 files/);
});
