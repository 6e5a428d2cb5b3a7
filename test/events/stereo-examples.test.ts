import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { ReaderConfig } from "../../lib/config/config.js";
import { exportImages } from "../../lib/events/export-images.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { needsData, sharedData } from "../shared-data.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-stereo-"));
after(() => rmSync(folder, { recursive: true }));

const gamma = join(sharedData, "ctlearn/dl1/gamma_run1.dl1.h5");
const proton = join(sharedData, "ctlearn/dl1/proton_run2.dl1.h5");
const data = needsData("ctlearn/dl1/gamma_run1.dl1.h5", "ctlearn/reader/stereo.json");

const reader: ReaderConfig = {
  mode: "stereo",
  channels: ["cleaned_image", "cleaned_relative_peak_time"],
  mapper: "BilinearMapper",
  imageShape: null,
  allowedTelescopes: null,
  allowedTelescopeTypes: null,
  qualityCriteria: [{ name: "> 50 phe", expression: "hillas_intensity > 50" }],
  focalLength: "effective",
  minTelescopes: 2,
  minTelescopesOfType: [],
  stackTelescopeImages: true,
  sortByIntensity: false,
  skipIncompatibleFiles: false,
};

interface Golden {
  readonly n: number;
  readonly class_weight: Record<string, number>;
  /** One row an image. */
  readonly table: Record<string, number[]>;
  /** Three events with a row for each of the four telescopes. */
  readonly batch: Record<string, number[]>;
  readonly features_sum: number[][];
}
const golden = (): Golden => JSON.parse(readFileSync(join(sharedData, "ctlearn/reader/stereo.json"), "utf8")) as Golden;

function assertClose(name: string, value: number, expected: number): void {
  assert.ok(Math.abs(value - expected) <= 1e-6 * Math.max(1, Math.abs(expected)), `${name}: ${value} not ${expected}`);
}

test("the stereo example table equals dl1-data-handler's, image by image and event by event", data, async () => {
  const { n, table, class_weight: weights } = golden();
  const examples = await openExamples([gamma], [proton], reader);
  assert.equal(examples.rows, n);
  assert.equal(examples.images.rows, table.event_id!.length);
  for (const name of ["file_index", "table_index", "obs_id", "event_id", "tel_id", "hillas_intensity"]) {
    const column = examples.images.column(name);
    for (const [row, value] of table[name]!.entries()) assertClose(`${name}[${row}]`, column[row]!, value);
  }
  // Columns of events: those of the event's first image, as dl1-data-handler's list of events.
  const slots = examples.telescopes.length;
  assert.equal(slots, 4);
  for (const name of examples.columnNames.filter((column) => column !== "index")) {
    assert.ok(name in table, name);
    const column = examples.column(name);
    for (let event = 0; event < n; event++) {
      const first = examples.imagesOf!.subarray(event * slots, (event + 1) * slots).find((image) => image >= 0)!;
      assertClose(`${name}[${event}]`, column[event]!, table[name]![first]!);
    }
  }
  assertClose("weight", examples.classes!.background.weight, weights[0]!);
  assertClose("weight", examples.classes!.signal.weight, weights[1]!);
});

test("exported stereo images stand by telescope, blank where one did not see the event", data, async () => {
  const { n, batch, features_sum: sums } = golden();
  const output = join(folder, "stereo.h5");
  const result = await exportImages({ signal: [gamma], background: [proton], reader }, output);
  assert.equal(result.examples, n);
  const file = await Hdf5File.open(output);
  const { shape, data: values } = file.array("features");
  assert.deepEqual(shape, [n, 4, 110, 110, 2]);
  const [obsIds, eventIds] = ["obs_id", "event_id"].map((name) =>
    Array.from(file.array(name).data as BigInt64Array, Number),
  );
  const images = values as Float32Array;
  const cells = 110 * 110;
  const factors: number[] = [];
  for (const [k, telescope] of batch.tel_id!.entries()) {
    const event = eventIds!.findIndex((id, row) => id === batch.event_id![k] && obsIds![row] === batch.obs_id![k]);
    assert.ok(event >= 0);
    let charge = 0;
    const from = (event * 4 + telescope - 1) * cells;
    for (let cell = from; cell < from + cells; cell++) charge += images[cell * 2]!;
    if (batch.table_index![k] === -1) assert.equal(charge, 0, `telescope ${telescope} is blank`);
    else factors.push(charge / sums[k]![0]!);
  }
  // Our mapper keeps the charge; dl1-data-handler's differs by one factor for the whole camera.
  for (const factor of factors) assert.ok(Math.abs(factor / factors[0]! - 1) < 1e-3, factors.join(", "));
  assert.equal(file.attributes("features").telescopes, "1,2,3,4");
  assert.ok(!file.has("tel_id") && !file.has("table_index"));
  file.close();
});

test(
  "telescopes of a type are asked for by a cut of its own; the last pattern that fits the type counts",
  data,
  async () => {
    const rows = async (minTelescopesOfType: ReaderConfig["minTelescopesOfType"], minTelescopes = 1): Promise<number> =>
      (await openExamples([gamma], [proton], { ...reader, minTelescopes, minTelescopesOfType })).rows;
    const [one, three] = [await rows([]), await rows([], 3)];
    assert.ok(one > three && three > 0);
    assert.equal(await rows([{ type: "*", least: 3 }]), three);
    assert.equal(
      await rows([
        { type: "*", least: 1 },
        { type: "LST*", least: 3 },
      ]),
      three,
    );
    // The telescopes are of another type, and of the two cuts the stricter holds.
    assert.equal(await rows([{ type: "MST_*", least: 4 }]), one);
    assert.equal(await rows([{ type: "LST_???_LSTCam", least: 2 }], 3), three);
    assert.equal(
      await rows([
        { type: "LST*", least: 4 },
        { type: "*", least: 0 },
      ]),
      one,
    );
  },
);

test("more telescopes asked for means fewer events", data, async () => {
  const rows = [];
  for (const minTelescopes of [1, 2, 3, 4]) {
    const examples = await openExamples([gamma], [proton], { ...reader, minTelescopes });
    rows.push(examples.rows);
    const slots = examples.telescopes.length;
    for (let event = 0; event < examples.rows; event++) {
      const seen = examples.imagesOf!.subarray(event * slots, (event + 1) * slots).filter((image) => image >= 0);
      assert.ok(seen.length >= minTelescopes);
    }
  }
  assert.deepEqual(
    [...rows].sort((a, b) => b - a),
    rows,
  );
  assert.ok(rows[3]! > 0 && rows[0]! > rows[3]!);
});
