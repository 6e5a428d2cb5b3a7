import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { buildMapper } from "../../lib/camera/build-mapper.js";
import { mapImage } from "../../lib/camera/map-image.js";
import { readModelCard } from "../../lib/config/model-card.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { readExampleImages } from "../../lib/events/read-example-images.js";
import { numbers } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { loadModel } from "../../lib/models/load-model.js";
import { predictFiles } from "../../lib/prediction/predict-files.js";
import { reconstructStereo } from "../../lib/prediction/reconstructed.js";
import { needsData, sharedData } from "../shared-data.js";
import { type ToyOptions, toyModel } from "./toy-model.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-stereo-"));
process.env.CHERENKIT_CACHE = join(folder, "cache");
after(() => rmSync(folder, { recursive: true }));

const gamma = join(sharedData, "ctlearn/dl1/gamma_run1.dl1.h5");
const data = needsData("ctlearn/dl1/gamma_run1.dl1.h5");
const stacked: ToyOptions = { stacked: 4, reader: { mode: "stereo", stackTelescopeImages: true, minTelescopes: 2 } };

/** Plain model.predict on the stacked images of each event, by event. */
async function reference(model: string): Promise<Map<string, number[]>> {
  const { reader } = await readModelCard(join(model, "card.json"));
  const examples = await openExamples([gamma], null, reader);
  const mapper = buildMapper(reader.mapper, examples.cameras[0]!, reader.imageShape);
  const channels = reader.channels.length;
  const size = mapper.height * mapper.width;
  const telescopes = examples.telescopes.length;
  const batch = new Float32Array(examples.rows * size * channels * telescopes);
  const one = new Float32Array(size * channels);
  for await (const { row, pixels } of readExampleImages(examples, reader.channels)) {
    const place = examples.imagesOf!.indexOf(row);
    const [event, telescope] = [Math.floor(place / telescopes), place % telescopes];
    mapImage(mapper, pixels, 0, channels, one, 0);
    for (let cell = 0; cell < size; cell++) {
      for (let k = 0; k < channels; k++) {
        batch[((event * size + cell) * telescopes + telescope) * channels + k] = one[cell * channels + k]!;
      }
    }
  }
  const network = await loadModel(join(model, "model"));
  const output = network.predict(
    tf.tensor(batch, [examples.rows, mapper.height, mapper.width, channels * telescopes]),
  ) as tf.Tensor2D;
  const rows = await output.array();
  return new Map(
    rows.map((values, i) => [[examples.column("obs_id")[i], examples.column("event_id")[i]].join("/"), values]),
  );
}

test(
  "stereo networks see the stacked images of each event, and mono ones their images, in one pass",
  data,
  async () => {
    const energy = await toyModel(folder, "energy", stacked);
    const sky = await toyModel(folder, "skydirection", stacked);
    const type = await toyModel(folder, "type");
    const options = {
      files: [gamma],
      output: join(folder, "dl2"),
      workers: 2,
      batchSize: 8,
      onProgress: () => undefined,
    };
    const result = await predictFiles({ models: [energy, type, sky], ...options });
    assert.equal(result.files[0]!.images, 119);
    const expected = await reference(energy);
    assert.ok(expected.size > 20 && expected.size < 40, `${expected.size} of 40 events have two telescopes`);
    const file = await Hdf5File.open(result.files[0]!.output);
    const { rows, columns } = file.table("/dl2/event/subarray/energy/CTLearnRegressor").read();
    assert.equal(rows, 40);
    const of = (name: string): Float64Array => numbers(columns.get(name)!);
    const telescopes = of("CTLearnRegressor_telescopes");
    for (let row = 0; row < rows; row++) {
      const answer = expected.get([of("obs_id")[row], of("event_id")[row]].join("/"));
      const taking = telescopes.subarray(4 * row, 4 * row + 4).reduce((sum, value) => sum + value, 0);
      assert.equal(of("CTLearnRegressor_is_valid")[row], answer ? 1 : 0);
      if (!answer) {
        assert.ok(Number.isNaN(of("CTLearnRegressor_energy")[row]!));
        assert.equal(taking, 0);
        continue;
      }
      assert.ok(taking >= 2);
      const wanted = 10 ** answer[0]!;
      assert.ok(Math.abs(of("CTLearnRegressor_energy")[row]! - wanted) < 1e-4 * wanted, `event ${row}`);
    }
    assert.equal(file.has("/dl2/event/telescope/energy"), false);
    assert.equal(file.table("/dl2/event/subarray/geometry/CTLearnSkyReconstructor").rows, 40);
    assert.equal(file.table("/dl1/monitoring/subarray/pointing").rows, 40);
    assert.equal(file.children("/dl2/event/telescope/particle_type/CTLearnClassifier").length, 4);
    file.close();
  },
);

test("a network trained on images sorted by intensity sees them in that order again", data, async () => {
  const reader = { ...stacked.reader, sortByIntensity: true };
  const model = await toyModel(join(folder, "sorted"), "energy", { ...stacked, reader });
  const options = { files: [gamma], output: join(folder, "sorted-dl2"), onProgress: () => undefined };
  const result = await predictFiles({ models: [model], ...options });
  const expected = await reference(model);
  const inOrder = await reference(await toyModel(join(folder, "in-order"), "energy", stacked));
  const file = await Hdf5File.open(result.files[0]!.output);
  const columns = file
    .table("/dl2/event/subarray/energy/CTLearnRegressor")
    .readNumbers(["obs_id", "event_id", "CTLearnRegressor_energy"]);
  file.close();
  const [obsIds, eventIds, energies] = [...columns.values()];
  let [seen, others] = [0, 0];
  for (const [row, energy] of energies!.entries()) {
    const event = [obsIds![row], eventIds![row]].join("/");
    const answer = expected.get(event);
    if (!answer) continue;
    seen++;
    const wanted = 10 ** answer[0]!;
    assert.ok(Math.abs(energy - wanted) < 1e-4 * wanted, `event ${event}`);
    if (Math.abs(10 ** inOrder.get(event)![0]! - wanted) > 1e-3 * wanted) others++;
  }
  assert.ok(seen > 20 && others > 10, `${others} of ${seen} events look different when sorted`);
});

test("an array of another size than the trained one is refused", data, async () => {
  const two = await toyModel(join(folder, "two"), "energy", { ...stacked, stacked: 2 });
  const options = { files: [gamma], output: join(folder, "none"), onProgress: () => undefined };
  await assert.rejects(predictFiles({ models: [two], ...options }), /has 4 telescopes .* takes the images of 2/);
});

test(
  "dl1-data-handler's labels of the sky lead back to the true directions",
  needsData("ctlearn/reader/stereo.json"),
  () => {
    const { table } = JSON.parse(readFileSync(join(sharedData, "ctlearn/reader/stereo.json"), "utf8")) as {
      table: Record<string, number[]>;
    };
    const answers = new Float32Array(table.fov_lon!.flatMap((lon, row) => [lon, table.fov_lat![row]!]));
    const pointings = table.pointing_azimuth!.map((azRad, row) => ({ azRad, altRad: table.pointing_altitude![row]! }));
    const { alt, az } = reconstructStereo("skydirection", answers, pointings);
    for (const [row, value] of table.true_alt!.entries()) {
      assert.ok(Math.abs(alt![row]! - value) < 1e-5);
      assert.ok(Math.abs(((az![row]! - table.true_az![row]! + 540) % 360) - 180) < 1e-5);
    }
  },
);
