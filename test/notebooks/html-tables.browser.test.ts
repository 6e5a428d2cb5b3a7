import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { IOutput } from "@jupyterlab/nbformat";
import { DataTable } from "../../lib/display/data-table.js";
import { renderNotebook } from "../../lib/notebooks/html.js";
import { needsChromium, startBrowser } from "../browser.js";
import { code, notebook } from "./notebook.js";

const table = new DataTable(
  ["model", "parameters", "note"],
  [
    ["b", 1200, 'with "quotes", and a comma'],
    ["a", 90, ""],
    ["c", null, "unknown"],
    ["d", 1234567, ""],
  ],
  "Cost of the models",
);
const output = { output_type: "display_data", data: { "text/html": table.toHtml() }, metadata: {} } as IOutput;

test("a table of a page sorts by a click on a column and comes as CSV", needsChromium(), async () => {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-table-"));
  const browser = await startBrowser();
  try {
    const file = join(folder, "page.html");
    await writeFile(file, renderNotebook(notebook({ ...code("table"), outputs: [output] }), { title: "Page" }));
    const page = await browser.newPage({ offline: true, acceptDownloads: true });
    page.setDefaultTimeout(120_000);
    await page.goto(pathToFileURL(file).href);
    const first = (): Promise<string[]> => page.locator("tbody tr td:first-child").allTextContents();
    assert.deepEqual(await first(), ["b", "a", "c", "d"]);
    await page.getByRole("button", { name: "parameters" }).click();
    assert.deepEqual(await first(), ["a", "b", "d", "c"]);
    await page.getByRole("button", { name: "parameters" }).click();
    assert.deepEqual(await first(), ["d", "b", "a", "c"]);
    await page.getByRole("button", { name: "parameters" }).click();
    assert.deepEqual(await first(), ["b", "a", "c", "d"]);
    await page.getByRole("button", { name: "model" }).click();
    assert.deepEqual(await first(), ["a", "b", "c", "d"]);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByText("CSV", { exact: true }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "cost-of-the-models.csv");
    const text = await readFile(await download.path(), "utf8");
    assert.equal(text, 'model,parameters,note\na,90,\nb,1200,"with ""quotes"", and a comma"\nc,,unknown\nd,1234567,\n');
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
});
