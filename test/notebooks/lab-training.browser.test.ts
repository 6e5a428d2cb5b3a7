import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium, needsChromium } from "../browser.js";
import type { NotebookPage } from "./jupyter-lab-page.js";
import { type LabSession, startLab } from "./lab-session.js";

const config = fileURLToPath(new URL("../../../configs/demo/energy.yaml", import.meta.url));
const epochs = 40;

let session: LabSession;
let folder: string;
let lab: NotebookPage;
let trainingCell: number;
const look = (name: string): Promise<void> => session.look(name);

if (chromium) {
  before(async () => {
    session = await startLab("00-start-here.ipynb", (place) =>
      [
        "let events: number = 120;",
        `let dataFolder: string = ${JSON.stringify(join(place, "data"))};`,
        `let configFile: string = ${JSON.stringify(config)};`,
        `let overrides: Record<string, string> = ${JSON.stringify({
          output_dir: join(place, "model"),
          n_epochs: String(epochs),
          batch_size: "16",
        })};`,
      ].join("\n"),
    );
    ({ folder, lab } = session);
    trainingCell = session.content.cells.findIndex(({ source }) => [source].flat().join("").includes("await train("));
  });
  after(() => session?.close());
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
