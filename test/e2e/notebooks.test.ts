import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { ICodeCell, INotebookContent } from "@jupyterlab/nbformat";
import { predictedValues } from "../../lib/reports/predicted-values.js";
import { project } from "../docs/code-blocks.js";
import { toyModel } from "../prediction/toy-model.js";
import { bothParticles } from "../reports/response-files.js";
import { needsData, sharedData } from "../shared-data.js";
import { cherenkit, temporaryFolder } from "./command.js";

const folder = temporaryFolder();
const data = join(folder, "data");

/** Runs a notebook of the project and counts the figures that its cells show. */
async function figuresOf(name: string, parameters: Readonly<Record<string, unknown>>): Promise<number> {
  const output = join(folder, name);
  const values = Object.entries(parameters).flatMap(([key, value]) => [
    "-p",
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const { code, stderr } = await cherenkit("run", join(project, "notebooks", name), output, ...values, "--quiet");
  assert.equal(code, 0, stderr);
  const { cells } = JSON.parse(readFileSync(output, "utf8")) as INotebookContent;
  return cells
    .filter((cell): cell is ICodeCell => cell.cell_type === "code")
    .flatMap(({ outputs }) => outputs)
    .filter(({ data: shown }) => shown && "application/vnd.plotly.v1+json" in (shown as object)).length;
}

test("the tour goes from simulated showers to a trained and tested network", async () => {
  const model = join(folder, "models/energy/start-here");
  const overrides = { output_dir: model, n_epochs: "1", batch_size: "16" };
  const shown = await figuresOf("00-start-here.ipynb", {
    events: 48,
    dataFolder: data,
    configFile: join(project, "configs/demo/energy.yaml"),
    overrides,
  });
  // The image of a shower, the learning curve and two curves of the report.
  assert.equal(shown, 4);
  assert.ok(existsSync(join(model, "card.json")));
});

test("the showers of the tour can be explored", async () => {
  const file = join(data, "gammas_diffuse/test/gamma_run3.dl1.h5");
  assert.equal(await figuresOf("explore-events.ipynb", { file }), 6);
  assert.doesNotMatch(readFileSync(join(folder, "explore-events.ipynb"), "utf8"), /NaN/, "no mean of nothing");
});

test("an image of the tour goes through all mappers", async () => {
  const file = join(data, "gammas_diffuse/test/gamma_run3.dl1.h5");
  assert.equal(await figuresOf("image-mapping.ipynb", { file }), 2);
});

test("predictions of three networks become cuts, a sensitivity and a response", async () => {
  const reader = {
    camera: { name: "DigiCam", pixels: 1296 },
    telescopes: [1, 2].map((id) => ({ id, type: "SST_1M_DigiCam" })),
  };
  const tasks = ["type", "energy", "cameradirection"] as const;
  const models = await Promise.all(
    tasks.map((task) => toyModel(join(folder, "models"), task, { ...reader, side: 96 })),
  );
  const both = await bothParticles(join(folder, "both"), 80);
  const output = join(folder, "irf.fits");
  const shown = await figuresOf("instrument-response.ipynb", {
    models,
    dl1Files: [both.gamma, both.proton],
    dl2Folder: join(folder, "both/dl2"),
    output,
    maxOffsetDeg: 10,
  });
  // Sensitivity, area, dispersion, point spread, background, and two across the field of view.
  assert.equal(shown, 7);
  assert.match(readFileSync(output, "latin1").slice(0, 80), /^SIMPLE/);
  assert.match(readFileSync(join(folder, "instrument-response.ipynb"), "utf8"), /fewer than 10 simulated/);
});

const realEvents = "real/sst1m_20180823_32events.r0.h5";

test("real camera events go from waveforms to a prediction", needsData(realEvents), async () => {
  const model = await toyModel(join(folder, "models"), "energy", {
    side: 96,
    camera: { name: "DigiCam", pixels: 1296 },
    telescopes: [{ id: 1, type: "SST_1M_DigiCam" }],
  });
  const output = join(folder, "sst1m.dl1.h5");
  const dl2 = join(folder, "dl2");
  // A baseline, waveforms, a camera, and two cleaned images.
  assert.equal(await figuresOf("real-events.ipynb", { file: join(sharedData, realEvents), output, dl2, model }), 5);
  assert.ok(existsSync(join(dl2, "sst1m.dl2.h5")));
  assert.equal((await predictedValues(join(dl2, "sst1m.dl2.h5"), ["energy"])).rows.length, 2);
});

test("without a file of real events the notebook says what to give", async () => {
  const output = join(folder, "absent.ipynb");
  const notebook = join(project, "notebooks/real-events.ipynb");
  const { code } = await cherenkit("run", notebook, output, "-p", "file", join(folder, "absent.h5"), "--quiet");
  assert.equal(code, 1);
  const cells = readFileSync(output, "utf8");
  assert.match(cells, /InputError/);
  assert.match(cells, /give the path of one of yours in `file`/);
});

test("the trained network is pruned and quantised in a notebook, and by the command line", async () => {
  const model = join(folder, "models/energy/start-here");
  const pruned = join(folder, "models/energy/pruned");
  await figuresOf("optimize-model.ipynb", {
    configFile: join(project, "configs/demo/energy.yaml"),
    overrides: { "paths.data_path": data, output_dir: model, batch_size: "16" },
    prunedFolder: pruned,
    epochs: 1,
  });
  for (const name of ["model.onnx", "model.float16.onnx", "model.int8.onnx"]) assert.ok(existsSync(join(pruned, name)));
  const { code, stdout, stderr } = await cherenkit("quantise", model, "--json");
  assert.equal(code, 0, stderr);
  const rows = JSON.parse(stdout) as { name: string; bytes: number; quality: { val_mae_energy: number } }[];
  assert.deepEqual(
    rows.map(({ name }) => name),
    ["TensorFlow", "ONNX float32", "ONNX float16", "ONNX int8"],
  );
  const [own, single, half, whole] = rows.map((row) => ({ ...row, mae: row.quality.val_mae_energy }));
  assert.ok(Math.abs(single!.mae - own!.mae) < 1e-4 && Math.abs(half!.mae - own!.mae) < 0.01);
  // The ranges come from a few dozen images here.
  assert.ok(Math.abs(whole!.mae - own!.mae) < 0.2);
  assert.ok(whole!.bytes < 0.35 * single!.bytes);
});

test("a network of one's own is trained in a notebook beside SingleCNN", async () => {
  const own = join(folder, "models/energy/own");
  const shown = await figuresOf("custom-model.ipynb", {
    configFile: join(project, "configs/demo/energy.yaml"),
    overrides: { "paths.data_path": data, batch_size: "16", n_epochs: "1" },
    ownFolder: own,
    standardFolder: join(folder, "models/energy/standard"),
  });
  assert.equal(shown, 1);
  assert.ok(existsSync(join(own, "card.json")));
});
