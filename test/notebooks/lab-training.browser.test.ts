import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { INotebookContent } from "@jupyterlab/nbformat";
import { type Browser, chromium as browserType } from "playwright-core";
import { chromium, needsChromium } from "../peers.js";
import { LabServer, NotebookPage } from "./jupyter-lab-page.js";
import { readJson } from "./notebook.js";

const project = fileURLToPath(new URL("../../..", import.meta.url));
const offline = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
const shots = process.env.CHERENKIT_SCREENSHOTS;
const epochs = 40;

let folder: string;
let server: LabServer;
let browser: Browser;
let lab: NotebookPage;
let trainingCell: number;

if (chromium) {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "cherenkit-lab-training-"));
    const content = await readJson<INotebookContent>(join(project, "notebooks/00-start-here.ipynb"));
    const overrides = { output_dir: join(folder, "model"), n_epochs: String(epochs), batch_size: "16" };
    const parameters = [
      "let events: number = 120;",
      `let dataFolder: string = ${JSON.stringify(join(folder, "data"))};`,
      `let configFile: string = ${JSON.stringify(join(project, "configs/demo/energy.yaml"))};`,
      `let overrides: Record<string, string> = ${JSON.stringify(overrides)};`,
    ];
    content.cells.find(({ metadata }) => metadata.tags?.includes("parameters"))!.source = parameters.join("\n");
    trainingCell = content.cells.findIndex(({ source }) => [source].flat().join("").includes("await train("));
    const copy = join(folder, "00-start-here.ipynb");
    await writeFile(copy, JSON.stringify(content));
    server = await LabServer.start(copy, join(folder, "jupyter"));
    browser = await browserType.launch({ executablePath: chromium!, args: offline });
    lab = new NotebookPage(await browser.newPage({ viewport: { width: 1400, height: 1600 } }));
    await lab.open(server.url);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });
}

/** Epochs in the training's log. */
function logged(): number[] {
  const log = join(folder, "model/training_log.csv");
  if (!existsSync(log)) return [];
  return readFileSync(log, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => Number(line.split(",")[0]));
}

async function until(done: () => boolean, seconds: number): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !done(); await sleep(100)) {
    assert.ok(Date.now() < deadline, "it takes too long");
  }
}

async function look(name: string): Promise<void> {
  if (shots) await lab.page.screenshot({ path: join(shots, `${name}.png`) });
}

test("a training that is interrupted in JupyterLab goes on from its checkpoint", needsChromium(), async () => {
  await lab.menu("Run", "Run All Cells");
  await until(() => logged().length >= 2, 180);
  await lab.menu("Kernel", "Interrupt Kernel");
  const cell = lab.cell(trainingCell);
  await cell.locator(".jp-OutputArea-output", { hasText: /interrupt/i }).waitFor();
  await lab.idle();
  await look("training-interrupted");
  const curve = cell.locator(".js-plotly-plot").first();
  await curve.getByText("Epoch", { exact: true }).waitFor();
  assert.equal(await curve.getByText("no epoch is finished yet").count(), 0, "the learning curve does not grow");
  const before = logged();
  assert.ok(before.length < epochs, "the training had ended before it was interrupted");

  await cell.locator(".jp-InputPrompt").click();
  await lab.menu("Run", "Run Selected Cell and All Below");
  await until(() => logged().length === epochs, 180);
  await lab.notebook.getByText("energy bias").first().waitFor({ state: "attached" });
  await lab.idle();
  await look("training-resumed");
  assert.deepEqual(
    logged(),
    Array.from({ length: epochs }, (_, i) => i),
  );
});
