import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type ModelCard, readModelCard, taskLabels, writeModelCard } from "../../lib/config/model-card.js";
import { modelFolder } from "../../lib/config/model-folder.js";
import { taskOutputs, tasks } from "../../lib/config/task.js";
import { InputError } from "../../lib/errors.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cherenkit-card-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const card: ModelCard = {
  format: 1,
  cherenkit: "0.1.0",
  trained: "2026-01-01T00:00:00.000Z",
  name: "cnn",
  tasks: ["energy"],
  reader: {
    mode: "mono",
    channels: ["image", "peak_time"],
    mapper: "BilinearMapper",
    imageShape: null,
    allowedTelescopes: [1, 2],
    allowedTelescopeTypes: null,
    qualityCriteria: [{ name: "> 50 phe", expression: "hillas_intensity > 50" }],
    focalLength: "equivalent",
    minTelescopes: 1,
    minTelescopesOfType: [],
    stackTelescopeImages: false,
    sortByIntensity: false,
    skipIncompatibleFiles: false,
  },
  inputShape: [96, 96, 2],
  camera: { name: "DigiCam", pixels: 1296 },
  telescopes: [{ id: 1, type: "SST_1M_DigiCam" }],
  labels: { energy: [{ name: "log_true_energy", unit: "log10(TeV)" }] },
  validity: {
    pointingDeg: [{ alt: 70, az: 175.2 }],
    energyTeV: { min: 0.2, max: 800 },
    dataModels: ["v7.1.0"],
    examples: { training: 900, validation: 100 },
    trainingFiles: 3,
    trainingFilesHash: "00",
  },
};

test("a model card is read as it was written", async () => {
  const path = join(folder, "card.json");
  await writeModelCard(path, card);
  assert.deepEqual(await readModelCard(path), card);
});

test("a missing, damaged or strange model card is one clear error", async () => {
  const is = (pattern: RegExp) => (error: unknown) => error instanceof InputError && pattern.test(error.message);
  await assert.rejects(readModelCard(join(folder, "no.json")), is(/there is no model card[\s\S]*cherenkit train/));
  const path = join(folder, "strange.json");
  await writeFile(path, "{");
  await assert.rejects(readModelCard(path), is(/is damaged/));
  await writeFile(path, JSON.stringify({ ...card, inputShape: [96, 96] }));
  await assert.rejects(readModelCard(path), is(/another form: inputShape/));
});

test("every output of every task has a name and a unit", () => {
  for (const task of tasks) assert.equal(taskLabels[task].length, taskOutputs[task]);
});

test("the layout of a model folder", () => {
  const layout = modelFolder("/m/energy/cnn");
  assert.equal(layout.model, "/m/energy/cnn/model");
  assert.equal(layout.trainingLog, "/m/energy/cnn/training_log.csv");
  assert.equal(layout.previous, "/m/energy/cnn/.previous");
});
