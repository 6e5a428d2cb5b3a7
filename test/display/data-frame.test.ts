import assert from "node:assert/strict";
import { test } from "node:test";
import { dataFrame } from "../../lib/display/data-frame.js";
import { DataTable } from "../../lib/display/data-table.js";
import { isDisplayable, jupyterDisplay } from "../../lib/display/mime-bundle.js";

const images = new DataTable(
  ["telescope", "intensity", "particle"],
  [
    [1, 100.5, "gamma"],
    [2, 50.25, "gamma"],
    [1, 200.5, "proton"],
    [2, 25.5, "proton"],
    [3, null, "proton"],
  ],
);

function html(value: unknown): string {
  assert.ok(isDisplayable(value));
  return String(value[jupyterDisplay]()["text/html"]);
}

test("a table becomes a frame that can be selected from, grouped and shown", async () => {
  const frame = await dataFrame(images);
  assert.deepEqual(frame.shape, [5, 3]);
  assert.equal(frame.query(frame.column("telescope").eq(1)).shape[0], 2);
  const means = frame.groupby(["telescope"]).col(["intensity"]).max();
  assert.deepEqual(means.column("intensity_max").values, [200.5, 50.25, Number.NaN]);
  assert.match(html(frame), /5 rows × 3 columns[\s\S]*<th[^>]*>particle<[\s\S]*100\.5/);
  assert.match(html(means), /3 rows × 2 columns/);
});

test("columns of numbers become a frame; of a long one both ends are shown", async () => {
  const energies = Float64Array.from({ length: 100 }, (_, i) => i + 0.5);
  const ids = BigInt64Array.from({ length: 100 }, (_, i) => 2n ** 60n + BigInt(i));
  const columns = new Map<string, ArrayLike<number | bigint>>([
    ["true_energy", energies],
    ["event_id", ids],
  ]);
  const frame = await dataFrame({ columnNames: [...columns.keys()], column: (name) => columns.get(name)! });
  assert.deepEqual(frame.column("true_energy").values, [...energies]);
  assert.equal(frame.column("event_id").values[1], String(2n ** 60n + 1n));
  const shown = html(frame);
  assert.match(shown, /100 rows × 2 columns/);
  assert.equal(shown.match(/<tr>/g)!.length, 1 + 10 + 1 + 10);
  assert.match(shown, /…[\s\S]*99\.5/);
});

test("what shows itself as a table becomes the frame of that table", async () => {
  assert.deepEqual((await dataFrame({ table: () => images })).columns, images.columns);
});

test("words of a table stand to the left and sentences keep their width, numbers to the right", () => {
  const sentence = "Radius that contains 68 % of the angles between true and reconstructed direction.";
  const html = new DataTable(["metric", "value", "meaning"], [["Resolution", 0.7, sentence]]).toHtml();
  assert.match(html, /<td style="text-align:left">Resolution<\/td><td style="text-align:right">0\.7<\/td>/);
  assert.match(html, /<td style="text-align:left;min-width:14rem">Radius that contains 68\u00a0% of/);
});
