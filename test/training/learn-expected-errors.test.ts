import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig } from "../../lib/config/load-config.js";
import { readModelCard } from "../../lib/config/model-card.js";
import { numbers } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { buildModel } from "../../lib/models/build-model.js";
import { axisErrorOf } from "../../lib/models/expected-error/axis-error.js";
import { expectedError } from "../../lib/models/expected-error/expected-error.js";
import { imageFactColumns, imageFacts } from "../../lib/models/expected-error/image-facts.js";
import { openTrainingData } from "../../lib/training/open-training-data.js";
import { train } from "../../lib/training/train.js";
import type { TrainingSet } from "../../lib/training/training-set.js";
import { temporaryFolder } from "../e2e/command.js";
import { needsData, sharedData } from "../shared-data.js";
import { syntheticSet, syntheticYaml } from "./synthetic-data.js";

const folder = temporaryFolder();
process.env.CHERENKIT_CACHE = join(folder, "cache");

test("training writes into the card what error to expect, larger where the validation images were judged worse", async () => {
  const file = join(folder, "type.yaml");
  await writeFile(file, syntheticYaml("energy", "    n_epochs: 2\n"));
  const config = await loadConfig(file);
  const set = syntheticSet(700, 400);
  // Images of the second telescope type are labelled wrongly, those of many photoelectrons a little less so.
  const { batches } = set;
  const wrong = (row: number): number => (row % 2 === 1 ? 2 + (row % 4 === 1 ? 2 : 0) : 0);
  const spoilt: TrainingSet = {
    ...set,
    batches: {
      ...batches,
      async *epoch(...args) {
        for await (const batch of batches.epoch(...args)) {
          const energy = batch.labels.energy!.map((value, i) => value + wrong(batch.indices[i]!));
          yield { ...batch, labels: { ...batch.labels, energy } };
        }
      },
    },
    eventsOf: (rows) => rows,
    imagesOf: async (rows, names) => ({
      optics: Array.from(rows, () => ({ focalLengthM: 28, pixelRotationDeg: 0 })),
      telescopeTypes: Array.from(rows, (row) => (row % 2 === 1 ? "LST_Toy" : "SST_Toy")),
      parameters: new Map(
        names.map((name) => {
          const bright = (row: number): number => (row % 4 === 1 ? 100 : 1000);
          return [name, Float64Array.from(rows, (row) => (name === "hillas_intensity" ? bright(row) : 0.5))];
        }),
      ),
    }),
  };
  const model = buildModel(config.model, [8, 8, 2], 1);
  const run = await train(model, spoilt, config, { log: () => undefined });
  const { expectedErrors } = await readModelCard(run.folder.card);
  const of = (type: string) => expectedErrors!.energy!.find(({ telescopeType }) => telescopeType === type)!;
  assert.equal(of("LST_Toy").images, 200);
  const error = (type: string, intensity: number): number =>
    expectedError(
      of(type),
      imageFacts((name) => (name === "hillas_intensity" ? intensity : 0.5)),
    );
  assert.ok(error("LST_Toy", 100) > 1.2 * error("LST_Toy", 1000), "dim images were the worse");
});

test("training on directions writes into the card what the long axes of images are worth", async () => {
  const file = join(folder, "direction.yaml");
  await writeFile(file, syntheticYaml("cameradirection", "    n_epochs: 1\n"));
  const config = await loadConfig(file);
  const set = syntheticSet(500, 300);
  const { batches } = set;
  // Sources scatter by 0.5° of longitude and 0.1° of latitude about centroids in the middle; axes lie along the longitude.
  const source = (row: number): [number, number] => [((row * 7) % 11) / 11 - 0.5, (((row * 5) % 13) / 13 - 0.5) / 5];
  const focalLengthM = 28;
  const metres = (deg: number): number => (deg * focalLengthM * Math.PI) / 180;
  const directed: TrainingSet = {
    ...set,
    batches: {
      ...batches,
      async *epoch(...args) {
        for await (const batch of batches.epoch(...args)) {
          // In the camera x is latitude, y longitude.
          const cameradirection = Float32Array.from(
            [...batch.indices].flatMap((row) => [metres(source(row)[1]), metres(source(row)[0])]),
          );
          yield { ...batch, labels: { cameradirection } };
        }
      },
    },
    eventsOf: (rows) => rows,
    imagesOf: async (rows, names) => ({
      optics: Array.from(rows, () => ({ focalLengthM, pixelRotationDeg: 0 })),
      telescopeTypes: Array.from(rows, () => "LST_Toy"),
      parameters: new Map(
        names.map((name) => [name, new Float64Array(rows.length).fill(/fov|psi/.test(name) ? 0 : 0.5)]),
      ),
    }),
  };
  const model = buildModel(config.model, [8, 8, 2], 1);
  const run = await train(model, directed, config, { log: () => undefined });
  const { axisErrors } = await readModelCard(run.folder.card);
  const [learnt, ...more] = axisErrors!;
  assert.deepEqual([learnt!.telescopeType, learnt!.along.images, more.length], ["LST_Toy", 300, 0]);
  assert.ok(learnt!.wrongSide > 0.2 && learnt!.wrongSide < 0.8, "nothing was learnt of sides");
  const { across } = axisErrorOf(
    learnt!,
    imageFacts(() => 0.5),
  );
  const mean = [...Array(300).keys()].reduce((sum, row) => sum + Math.abs(source(row)[1]) / 300, 0);
  assert.ok(Math.abs(across / mean - 1) < 0.05, `${across}° across, the axes miss by ${mean}°`);
});

const data = needsData("ctlearn/dl1/gamma_run1.dl1.h5");
test("image parameters of examples are those of their rows in the files", data, async () => {
  const file = join(folder, "real.yaml");
  const text = syntheticYaml("energy", `    n_epochs: 1\n`)
    .replace("input_dir_signal: data", `input_dir_signal: ${join(sharedData, "ctlearn/dl1")}`)
    .replace("input_dir_background: data", "file_pattern_signal: [gamma_run1.dl1.h5]");
  await writeFile(file, text);
  const set = await openTrainingData(await loadConfig(file));
  try {
    const rows = set.validation;
    const images = (await set.imagesOf(rows, imageFactColumns))!;
    assert.deepEqual(new Set(images.telescopeTypes), new Set(["LST_LST_LSTcam"]));
    const focalLengthsM = images.optics.map(({ focalLengthM }) => focalLengthM);
    assert.deepEqual(new Set(focalLengthsM), new Set([set.examples.telescopes[0]!.effectiveFocalLengthM]));
    const [obsIds, shower] = ["obs_id", "event_id"].map((name) => set.examples.column(name));
    const events = set.eventsOf(rows);
    for (const [i, row] of rows.entries()) {
      const same = rows.findIndex((other) => obsIds![other] === obsIds![row] && shower![other] === shower![row]);
      assert.equal(events[i], events[same]);
    }
    assert.ok(new Set(events).size < rows.length, "some event was seen by two telescopes");
    const hdf5 = await Hdf5File.open(join(sharedData, "ctlearn/dl1/gamma_run1.dl1.h5"));
    const [telIds, eventIds] = ["tel_id", "event_id"].map((name) => set.examples.column(name));
    for (const [i, row] of rows.entries()) {
      const { columns } = hdf5.table(`/dl1/event/telescope/parameters/tel_00${telIds![row]}`).read();
      const at = numbers(columns.get("event_id")!).indexOf(eventIds![row]!);
      for (const name of imageFactColumns) {
        assert.equal(images.parameters.get(name)![i], numbers(columns.get(name)!)[at]);
      }
    }
    hdf5.close();
    assert.ok(rows.length > 5);
  } finally {
    await set.batches.close();
  }
});
