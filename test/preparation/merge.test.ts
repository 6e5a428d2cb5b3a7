import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { ExampleTable } from "../../lib/events/example-table.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { readExampleImages } from "../../lib/events/read-example-images.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { mergeFiles } from "../../lib/preparation/merge-files.js";
import { groupName, groupsByCount, groupsByRuns, runFiles } from "../../lib/preparation/merge-groups.js";
import { reduceFile } from "../../lib/preparation/reduce-file.js";
import { alterFile } from "../events/altered-file.js";
import { readerConfig } from "../events/reader-config.js";
import { needsData, sharedData } from "../shared-data.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-merge-"));
after(() => rmSync(folder, { recursive: true }));

const names = ["ctlearn/dl1/gamma_run1.dl1.h5", "ctlearn/dl1/proton_run2.dl1.h5", "ctlearn/dl1/north.dl1.h5"];
const raw = "dl1/v6.0.0/gamma_sst1m_digicam.r0_r1_dl1.h5";
const data = needsData(...names, raw);
const [gamma, proton, north] = names.map((name) => join(sharedData, name)) as [string, string, string];
const waveforms = join(sharedData, raw);
const activity = "cherenkit merge";

/** Every column and image, but for the number of the file. */
async function contentOf(examples: ExampleTable): Promise<unknown> {
  const columns = examples.columnNames
    .filter((name) => name !== "file_index" && name !== "table_index")
    .map((name) => [name, [...examples.column(name)]]);
  const images: string[] = [];
  for await (const { row, pixels } of readExampleImages(examples, ["image", "peak_time"])) {
    images[row] = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength).toString("base64");
  }
  return { rows: examples.rows, columns, images };
}

const examplesOf = async (...paths: string[]): Promise<unknown> =>
  contentOf(await openExamples(paths, null, readerConfig()));

test("raw and reduced files give the same example table", data, async () => {
  const output = join(folder, "reduced.h5");
  const { bytesBefore, bytes } = await reduceFile(waveforms, output);
  assert.ok(bytes < 0.5 * bytesBefore, `${bytesBefore} → ${bytes} bytes`);
  assert.deepEqual(await examplesOf(output), await examplesOf(waveforms));
  const file = await Hdf5File.open(output);
  assert.equal(file.has("/r0"), false);
  assert.equal(file.has("/r1"), false);
  assert.equal(file.attribute("/", "CTA PRODUCT DATA LEVELS"), "DL1_IMAGES,DL1_PARAMETERS");
  file.close();
});

test("a group that reduce would leave out can be kept, and true images be left out", data, async () => {
  const output = join(folder, "kept.h5");
  await reduceFile(waveforms, output, { keep: ["/r1"], trueImages: false });
  const file = await Hdf5File.open(output);
  const groups = ["/r0", "/r1/event/telescope", "/simulation/event/telescope/images"];
  assert.deepEqual(
    groups.map((group) => file.has(group)),
    [false, true, false],
  );
  file.close();
});

test("merged and reduced files give the example table of the files before", data, async () => {
  const [merged, small] = [join(folder, "merged.h5"), join(folder, "merged-reduced.h5")];
  const { events, obsIds } = await mergeFiles([gamma, proton], merged, { activity });
  assert.deepEqual([events, obsIds], [70, [1, 2]]);
  const before = await examplesOf(gamma, proton);
  assert.deepEqual(await examplesOf(merged), before);
  await reduceFile(merged, small);
  assert.deepEqual(await examplesOf(small), before);
});

test("stereo events of merged files are those of the files before", data, async () => {
  const merged = join(folder, "stereo.h5");
  await mergeFiles([gamma, proton], merged, { activity });
  const reader = readerConfig({ mode: "stereo", minTelescopes: 2 });
  const [one, two] = [await openExamples([merged], null, reader), await openExamples([gamma, proton], null, reader)];
  assert.deepEqual(one.imagesOf, two.imagesOf);
  assert.deepEqual(await contentOf(one), await contentOf(two));
});

test("files of unequal arrays, and a run named twice, are refused; nothing is written", data, async () => {
  const output = join(folder, "refused.h5");
  await assert.rejects(mergeFiles([gamma, north], output, { activity }), {
    name: "InputError",
    message: /north\.dl1\.h5 cannot be merged with .*gamma_run1\.dl1\.h5: /,
  });
  const copy = join(folder, "again.h5");
  copyFileSync(gamma, copy);
  await assert.rejects(mergeFiles([gamma, copy], output, { activity }), {
    name: "InputError",
    message: /event \d+ of observation 1 is there twice; the second time in .*again\.h5/,
  });
  const left = readdirSync(folder).filter((name) => name.startsWith("refused"));
  assert.deepEqual(left, []);
});

test("a file cut off in the middle is named, and the merged file does not appear", data, async () => {
  const cut = join(folder, "cut.h5");
  const bytes = readFileSync(proton);
  writeFileSync(cut, bytes.subarray(0, bytes.length / 2));
  await assert.rejects(mergeFiles([gamma, cut], join(folder, "of-cut.h5"), { activity }), /cut\.h5 is truncated/);
  assert.equal(statSync(join(folder, "of-cut.h5"), { throwIfNoEntry: false }), undefined);
});

test("whole numbers and texts of other width are widened, other columns are an error", data, async () => {
  const wide = await alterFile(proton, join(folder, "wide.h5"), {
    table: (path, table) => {
      if (!path.startsWith("/dl1/event") || !(table.data.obs_id instanceof Int32Array)) return;
      table.columns = table.columns.map((column) => (column.name === "obs_id" ? { ...column, type: "int64" } : column));
      table.data.obs_id = BigInt64Array.from(Array.from(table.data.obs_id, BigInt));
    },
  });
  const merged = join(folder, "widened.h5");
  await mergeFiles([gamma, wide], merged, { activity });
  assert.deepEqual(await examplesOf(merged), await examplesOf(gamma, proton));
  const less = await alterFile(proton, join(folder, "less.h5"), {
    table: (_, table) => {
      table.columns = table.columns.filter(({ name }) => name !== "peak_time");
    },
  });
  await assert.rejects(mergeFiles([gamma, less], join(folder, "of-less.h5"), { activity }), {
    message: /less\.h5:.*images.* does not fit .*gamma_run1\.dl1\.h5: only one has the column peak_time/,
  });
});

test("files are grouped by their runs, in nearly equal parts or by ranges", data, async () => {
  const files = await runFiles([proton, gamma]);
  assert.deepEqual(
    files.map(({ path, firstRun, lastRun }) => [path, firstRun, lastRun]),
    [
      [gamma, 1, 1],
      [proton, 2, 2],
    ],
  );
  const many = Array.from({ length: 7 }, (_, i) => ({ path: `gamma_run${i}.h5`, firstRun: i, lastRun: i }));
  const sizes = groupsByCount(many, 3).map((group) => group.files.length);
  assert.deepEqual(sizes, [3, 2, 2], "numpy's array_split");
  assert.deepEqual(
    groupsByCount(many, 3).map((group) => groupName(group)),
    ["gamma_runs_0-2.dl1.h5", "gamma_runs_3-4.dl1.h5", "gamma_runs_5-6.dl1.h5"],
  );
  const ranges = [
    { first: 0, last: 1 },
    { first: 4, last: 9 },
  ];
  assert.deepEqual(
    groupsByRuns(many, ranges).map((group) => [group.firstRun, group.lastRun, group.files.length]),
    [
      [0, 1, 2],
      [4, 6, 3],
    ],
  );
  assert.throws(() => groupsByRuns([{ path: "a.h5", firstRun: 1, lastRun: 5 }], ranges), /no single range/);
});

test("a broken file is left out of the groups where that is allowed", data, async () => {
  const broken = join(folder, "broken.h5");
  writeFileSync(broken, "no HDF5");
  await assert.rejects(runFiles([gamma, broken]), /broken\.h5 is not an HDF5 file/);
  const told: string[] = [];
  const files = await runFiles([gamma, broken], (path) => told.push(path));
  assert.deepEqual([files.map(({ path }) => path), told], [[gamma], [broken]]);
});
