import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { ReaderConfig } from "../../lib/config/config.js";
import { loadConfig } from "../../lib/config/load-config.js";
import { openEventFile, telescopeTable } from "../../lib/events/event-file.js";
import { openImageStore } from "../../lib/events/image-store.js";
import { exampleLabels } from "../../lib/events/labels.js";
import { openBatches } from "../../lib/events/open-batches.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { splitExamples } from "../../lib/events/split-examples.js";
import { needsData, sharedData } from "../shared-data.js";
import { readerConfig } from "./reader-config.js";

const cache = mkdtempSync(join(tmpdir(), "cherenkit-events-"));
process.env.CHERENKIT_CACHE = cache;
after(() => rmSync(cache, { recursive: true }));

const gamma = join(sharedData, "ctlearn/dl1/gamma_run1.dl1.h5");
const proton = join(sharedData, "ctlearn/dl1/proton_run2.dl1.h5");
const data = needsData("ctlearn/dl1/gamma_run1.dl1.h5", "ctlearn/reader/mono.json");

async function reader(changes: Partial<ReaderConfig> = {}): Promise<ReaderConfig> {
  const config = await loadConfig(new URL("../../../configs/demo/energy.yaml", import.meta.url).pathname);
  return {
    ...config.reader,
    focalLength: "effective",
    allowedTelescopes: null,
    allowedTelescopeTypes: null,
    qualityCriteria: [{ name: "> 50 phe", expression: "hillas_intensity > 50" }],
    channels: ["cleaned_image", "cleaned_relative_peak_time"],
    imageShape: null,
    ...changes,
  };
}

interface Golden {
  readonly n: number;
  readonly class_weight: Record<string, number>;
  readonly table: Record<string, (number | null)[]>;
  readonly batch: { readonly index: number[] };
  readonly features_shape: number[];
  readonly features_sum: number[][];
}

test("the mono example table equals dl1-data-handler's, column by column", data, async () => {
  const golden = JSON.parse(readFileSync(join(sharedData, "ctlearn/reader/mono.json"), "utf8")) as Golden;
  const examples = await openExamples([gamma], [proton], await reader());
  assert.equal(examples.rows, golden.n);
  assert.deepEqual([...examples.columnNames], [...Object.keys(golden.table), "true_impact_distance"]);
  for (const [name, expected] of Object.entries(golden.table)) {
    const column = examples.column(name);
    for (const [row, value] of expected.entries()) {
      const tolerance = 1e-6 * Math.max(1, Math.abs(value!));
      assert.ok(Math.abs(column[row]! - value!) <= tolerance, `${name}[${row}]: ${column[row]} instead of ${value}`);
    }
  }
  assert.ok(Math.abs(examples.classes!.background.weight - golden.class_weight[0]!) < 1e-12);
  assert.ok(Math.abs(examples.classes!.signal.weight - golden.class_weight[1]!) < 1e-12);
});

for (const path of [
  "dl1/v7.6.0/proton_run000001_alpha.dl1.h5",
  "dl1/v6.0.0/gamma_1.3TeV_4LST_15NectarCam.dl1.h5",
  "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5",
]) {
  test(`impact distances are those of ctapipe's table in ${path}`, needsData(path), async () => {
    const file = await openEventFile(join(sharedData, path));
    const types = new Set(file.subarray.telescopes.map(({ type }) => type));
    try {
      for (const type of types) {
        const settings = readerConfig({ allowedTelescopeTypes: [type] });
        const examples = await openExamples([file.path], null, settings);
        if (examples.rows === 0) continue;
        const names = ["obs_id", "event_id", "tel_id", "true_impact_distance", "true_x_max", "true_h_first_int"];
        const [obsIds, eventIds, telIds, distances, xMax, height] = names.map((name) => examples.column(name));
        for (let row = 0; row < examples.rows; row++) {
          const table = `/simulation/event/telescope/impact/${telescopeTable(telIds![row]!)}`;
          const columns = file.hdf5.table(table).readNumbers(["obs_id", "event_id", "true_impact_distance"]);
          const at = [...columns.get("event_id")!].findIndex(
            (id, i) => id === eventIds![row] && columns.get("obs_id")![i] === obsIds![row],
          );
          const expected = columns.get("true_impact_distance")![at]!;
          assert.ok(Math.abs(distances![row]! - expected) < 1e-3, `row ${row}: ${distances![row]}, not ${expected}`);
          assert.ok(xMax![row]! > 100 && height![row]! > 1000);
        }
      }
    } finally {
      file.close();
    }
  });
}

test(
  "batches from the image store hold dl1-data-handler's images, in any order and from any thread",
  data,
  async () => {
    const golden = JSON.parse(readFileSync(join(sharedData, "ctlearn/reader/mono.json"), "utf8")) as Golden;
    const settings = await reader();
    const examples = await openExamples([gamma], [proton], settings);
    const store = await openImageStore(examples, settings);
    assert.equal(store.reused, false);
    assert.equal((await openImageStore(examples, settings)).reused, true);
    const batches = await openBatches(examples, store, settings, {
      tasks: ["type", "energy"],
      batchSize: 16,
      workers: 2,
    });
    assert.deepEqual(batches.imageShape, golden.features_shape.slice(1));
    const order = Uint32Array.from({ length: examples.rows }, (_, i) => (i * 37) % examples.rows);
    const sums = new Map<number, [number, number]>();
    const cells = batches.imageShape[0] * batches.imageShape[1];
    let seen = 0;
    for await (const batch of batches.epoch(order, 16, { keepLast: true })) {
      const energies = exampleLabels(examples, "energy");
      for (let i = 0; i < batch.size; i++) {
        assert.equal(batch.indices[i], order[seen + i]);
        assert.equal(batch.labels.energy![i], energies[batch.indices[i]!]);
        const sum: [number, number] = [0, 0];
        for (let cell = 0; cell < cells; cell++) {
          sum[0] += batch.images[(i * cells + cell) * 2]!;
          sum[1] += batch.images[(i * cells + cell) * 2 + 1]!;
        }
        sums.set(batch.indices[i]!, sum);
      }
      seen += batch.size;
      batch.release();
    }
    await batches.close();
    assert.equal(seen, examples.rows);
    // Our mapper keeps the charge; dl1-data-handler's differs by one factor for the whole camera.
    const factors = golden.batch.index.map((index, k) => sums.get(index)![0] / golden.features_sum[k]![0]!);
    for (const factor of factors) assert.ok(Math.abs(factor / factors[0]! - 1) < 1e-3, `factors ${factors.join(", ")}`);
  },
);

test("splits: the former one is numpy's shuffle, the one by event keeps a shower on one side", data, async () => {
  const examples = await openExamples([gamma], [proton], await reader());
  const former = splitExamples(examples, { validationSplit: 0.1, splitBy: "image", seed: 0 });
  assert.equal(former.validation.length, 21);
  // numpy: np.random.seed(0); i = list(range(218)); np.random.shuffle(i); i[:5]
  assert.deepEqual([...former.validation.slice(0, 5)], [201, 90, 71, 144, 55]);
  const split = splitExamples(examples, { validationSplit: 0.2, splitBy: "event", seed: 3 });
  assert.equal(split.training.length + split.validation.length, examples.rows);
  const event = (row: number): string =>
    ["file_index", "obs_id", "event_id"].map((name) => examples.column(name)[row]).join("/");
  const training = new Set(Array.from(split.training, event));
  assert.ok(split.validation.every((row) => !training.has(event(row))));
  // Each class gives its share, to within the telescopes of one event.
  const classes = examples.column("true_shower_primary_class");
  for (const [value, { examples: count }] of [examples.classes!.background, examples.classes!.signal].entries()) {
    const held = split.validation.filter((row) => classes[row] === value).length;
    assert.ok(Math.abs(held - 0.2 * count) < 4, `class ${value}: ${held} of ${count}`);
  }
  assert.ok(split.validation.length > 0.15 * examples.rows && split.validation.length < 0.3 * examples.rows);
});

for (const splitBy of ["image", "event"] as const) {
  test(`the parts of a cross-validation by ${splitBy} hold each image once, and together all`, data, async () => {
    const examples = await openExamples([gamma], [proton], await reader());
    const parts = [1, 2, 3].map((index) =>
      splitExamples(examples, { validationSplit: 0.1, splitBy, seed: 3, fold: { index, of: 3 } }),
    );
    const held = parts.flatMap(({ validation }) => [...validation]).sort((a, b) => a - b);
    assert.deepEqual(
      held,
      Array.from({ length: examples.rows }, (_, i) => i),
    );
    for (const { training, validation } of parts) {
      assert.equal(new Set([...training, ...validation]).size, examples.rows);
      assert.ok(Math.abs(validation.length - examples.rows / 3) < 0.1 * examples.rows, `${validation.length}`);
    }
  });
}

test("a criterion on an unknown column, two telescope types and missing files are told clearly", data, async () => {
  const wrong = [{ name: "x", expression: "hillas_intensty > 50" }];
  await assert.rejects(openExamples([gamma], null, await reader({ qualityCriteria: wrong })), {
    message: /no column hillas_intensty in .*gamma_run1\.dl1\.h5.*did you mean hillas_intensity/s,
  });
  await assert.rejects(openExamples([gamma], null, await reader({ allowedTelescopes: [99] })), {
    message: /no telescope 99/,
  });
  await assert.rejects(openExamples([join(cache, "none.h5")], null, await reader()), { message: /no such file/ });
  await assert.rejects(openExamples([gamma], [gamma], await reader()), { message: /as signal and as background/ });
});
