import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { ICodeCell, IOutput } from "@jupyterlab/nbformat";
import { DataTable } from "../../lib/display/data-table.js";
import { renderNotebook } from "../../lib/notebooks/html.js";
import type { RunRecord } from "../../lib/notebooks/run-record.js";
import { needsChromium, startBrowser } from "../browser.js";
import { code, notebook, prose } from "./notebook.js";

const run: RunRecord = {
  status: "completed",
  exitCode: 0,
  input: "in.ipynb",
  output: "out.ipynb",
  kernel: "TypeScript (cherenkit)",
  cwd: "/",
  parameters: { configFile: "configs/".repeat(40) },
  startedAt: "2026-01-02T03:04:05.000Z",
  endedAt: "2026-01-02T04:06:05.000Z",
  seconds: 3720,
  node: "v20.20.2",
  cherenkit: "0.1.0",
  gitCommit: "0123456789abcdef0123456789abcdef01234567+",
  host: "node017",
  processId: 1,
  slurm: { SLURM_JOB_ID: "4711" },
  peakMemoryBytes: 2.5e9,
};

function shown(data: Record<string, unknown>): ICodeCell {
  return { ...code("show()"), outputs: [{ output_type: "display_data", data, metadata: {} } as IOutput] };
}

const wide = new DataTable(
  Array.from({ length: 20 }, (_, i) => `a long column ${i}`),
  [Array.from({ length: 20 }, (_, i) => i * 12345.678)],
);
const figure = {
  data: [{ x: [1, 2, 3], y: [3, 1, 2], type: "scatter" }],
  layout: { width: 1600, height: 380, title: { text: "Loss" } },
};
const page = renderNotebook(
  notebook(
    prose("# Report\n\nText with `code`."),
    shown({ "application/vnd.plotly.v1+json": figure }),
    shown({ "application/vnd.plotly.v1+json": { ...figure, layout: { ...figure.layout, width: undefined } } }),
    shown({ "text/html": wide.toHtml() }),
    {
      ...code('console.log("x")'),
      outputs: [
        {
          output_type: "stream",
          name: "stdout",
          text: '<script>document.title = "hacked"</script>'.repeat(20),
        } as IOutput,
      ],
    },
  ),
  { title: "report", run },
);

test(
  "the page opens without network, its figures live, and nothing is wider than the window",
  needsChromium(),
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "cherenkit-page-"));
    const file = join(folder, "report.html");
    await writeFile(file, page);
    const browser = await startBrowser();
    try {
      for (const width of [1280, 800, 400]) {
        const view = await browser.newPage({ viewport: { width, height: 900 } });
        view.setDefaultTimeout(120_000);
        const troubles: string[] = [];
        view.on("pageerror", (error) => troubles.push(error.message));
        view.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
        view.on("request", (request) => !/^(file|data|blob):/.test(request.url()) && troubles.push(request.url()));
        await view.goto(pathToFileURL(file).href);
        await view.waitForFunction(() => document.querySelectorAll(".figure .scatterlayer .trace").length === 2);
        const seen = await view.evaluate(() => ({
          pageWidth: document.documentElement.scrollWidth,
          figures: Array.from(
            document.querySelectorAll(".figure svg.main-svg"),
            (item) => item.getBoundingClientRect().right,
          ),
          title: document.title,
          text: (document.querySelector("header.run") as HTMLElement).innerText,
        }));
        assert.deepEqual(troubles, []);
        assert.ok(seen.pageWidth <= width, `${seen.pageWidth} px of ${width}`);
        assert.ok(seen.figures.length > 0 && seen.figures.every((right) => right <= width));
        assert.equal(seen.title, "report");
        for (const part of ["completed", "1 h 2 min", "node017", "0123456789+", "4711", "2.50 GB", "configs/configs/"])
          assert.ok(seen.text.includes(part), part);
        if (width === 1280) {
          const widths = (): number[] =>
            Array.from(document.querySelectorAll(".figure svg.main-svg"), (item) => item.getBoundingClientRect().width);
          await view.evaluate(() => dispatchEvent(new Event("beforeprint")));
          assert.ok((await view.evaluate(widths)).every((item) => item <= 690));
          await view.evaluate(() => dispatchEvent(new Event("afterprint")));
          await view.waitForFunction(
            () => document.querySelector(".figure svg.main-svg")!.getBoundingClientRect().width > 900,
          );
        }
        if (width === 800) {
          const figureWidth = (): Promise<number> =>
            view.evaluate(() => document.querySelector(".figure svg.main-svg")!.getBoundingClientRect().width);
          const before = await figureWidth();
          await view.setViewportSize({ width: 600, height: 900 });
          await view.waitForFunction(
            (old) => document.querySelector(".figure svg.main-svg")!.getBoundingClientRect().width < old,
            before,
          );
          await view.click("#toggle-code");
          assert.equal(await view.locator("details.code[open]").count(), 0);
        }
        await view.close();
      }
    } finally {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
