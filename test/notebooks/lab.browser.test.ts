import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Locator } from "playwright-core";
import { simulate } from "../../lib/simulation/simulate.js";
import { chromium, needsChromium } from "../browser.js";
import type { NotebookPage } from "./jupyter-lab-page.js";
import { type LabSession, startLab } from "./lab-session.js";

let session: LabSession;
let folder: string;
let lab: NotebookPage;
const look = (name: string): Promise<void> => session.look(name);

if (chromium) {
  before(async () => {
    session = await startLab("explore-events.ipynb", async (output) => {
      const [first] = await simulate({ events: 12, seed: 3, output, particles: ["gamma", "proton"] });
      return `let file: string = ${JSON.stringify(first!.path)};`;
    });
    ({ folder, lab } = session);
  });
  after(() => session?.close());
}

const drawn = (): Locator => lab.notebook.locator(".jp-OutputArea-output.js-plotly-plot");

test("all cells run, and their figures and tables show", needsChromium(), async () => {
  await lab.menu("Run", "Run All Cells");
  await drawn().nth(5).locator("svg.main-svg").first().waitFor({ timeout: 180_000 });
  await lab.idle();
  await look("run-all");
  assert.equal(await drawn().count(), 6);
  assert.match(await lab.notebook.innerText(), /gamma_run1\.dl1\.h5: DL1/);
});

test("a changed parameter changes what the cells show", needsChromium(), async () => {
  await lab.write(lab.cell(1), `let file: string = ${JSON.stringify(join(folder, "proton_run2.dl1.h5"))};`);
  await lab.menu("Run", "Run All Cells");
  await lab.page.getByText("proton_run2.dl1.h5: DL1").waitFor();
  await drawn().nth(5).locator("text", { hasText: "proton" }).first().waitFor();
  await lab.idle();
  await look("rerun");
});

test("the saved notebook holds its figures", needsChromium(), async () => {
  await lab.page.keyboard.press("Control+S");
  const file = join(folder, "explore-events.ipynb");
  // JupyterLab writes in place, so that a look may meet half a file.
  const figures = async (): Promise<number> =>
    (await readFile(file, "utf8")).split('"application/vnd.plotly.v1+json":').length - 1;
  for (let tries = 0; tries < 50 && (await figures()) < 6; tries++) await lab.page.waitForTimeout(200);
  assert.equal(await figures(), 6);
});

test(
  "a saved notebook shows its figures when it is opened again, and draws them under the mouse",
  needsChromium(),
  async () => {
    await lab.page.reload();
    await lab.idle();
    // JupyterLab's renderer of Plotly keeps a picture, and draws the figure itself once somebody points at it.
    const pictures = lab.notebook.locator(".jp-RenderedPlotly img.plot-img");
    await pictures.or(drawn()).nth(5).waitFor();
    await look("reopened");
    const first = lab.notebook.locator(".jp-RenderedPlotly").first();
    await first.scrollIntoViewIfNeeded();
    await first.hover();
    await drawn().first().locator("svg.main-svg").first().waitFor();
  },
);

test("an error names its place and remedy, or the line of the cell", needsChromium(), async () => {
  const said = async (code: string): Promise<string> => {
    const output = (await lab.run(code)).locator(".jp-OutputArea-output");
    await output.first().waitFor();
    return output.first().innerText();
  };
  assert.match(await said('await openEvents("nowhere.h5")'), /InputError: no such file: nowhere\.h5[\s\S]*remedy/);
  const thrown = await said('function half(n: number): number {\n  throw new RangeError("odd");\n}\nhalf(3)');
  await look("error");
  assert.match(thrown, /RangeError: odd[\s\S]*line 2/);
});

test("an endless cell is interrupted, and the kernel keeps its values", needsChromium(), async () => {
  const endless = await lab.run('console.log("begun");\nfor (;;) {}');
  await endless.getByText("begun", { exact: true }).waitFor();
  await lab.menu("Kernel", "Interrupt Kernel");
  await endless.getByText("the cell was interrupted").waitFor();
  const next = await lab.run('"kept " + (events.images.length > 0)');
  await next.getByText("kept true").waitFor();
  await look("interrupted");
});

test("completion after a dot, and help for a name", needsChromium(), async () => {
  const cell = await lab.append("events.");
  await lab.page.keyboard.press("Tab");
  await lab.page.locator(".jp-Completer-item", { hasText: "brightest" }).waitFor();
  await look("completion");
  await lab.page.keyboard.press("Escape");
  await lab.write(cell, "events.brightest");
  await lab.page.keyboard.press("Shift+Tab");
  await lab.page.locator(".jp-Tooltip", { hasText: "The images with the most light" }).waitFor();
  await look("help");
  await lab.page.keyboard.press("Escape");
});

test("a restarted kernel has forgotten everything and works", needsChromium(), async () => {
  await lab.menu("Kernel", "Restart Kernel…");
  await lab.page.locator(".jp-Dialog button.jp-mod-accept").click();
  await lab.page.locator(".jp-Dialog").waitFor({ state: "detached" });
  await lab.idle();
  const cell = await lab.run("events");
  await cell.getByText("Cannot find name 'events'").waitFor();
  await (await lab.run("6 * 7")).locator(".jp-OutputArea-executeResult", { hasText: "42" }).waitFor();
  await look("restarted");
});
