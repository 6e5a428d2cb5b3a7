import assert from "node:assert/strict";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readModelCard } from "../../lib/config/model-card.js";
import type { Task } from "../../lib/config/task.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { ConfigError, InputError, OutputError } from "../../lib/errors.js";
import { openImageStore } from "../../lib/events/image-store.js";
import { openBatches } from "../../lib/events/open-batches.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { type Column, numbers } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { loadModel } from "../../lib/models/load-model.js";
import { outputPaths, type PredictOptions, predictFiles } from "../../lib/prediction/predict-files.js";
import type { PredictionResult } from "../../lib/prediction/prediction-result.js";
import { needsData, sharedData } from "../shared-data.js";
import { toyModel } from "./toy-model.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-prediction-"));
process.env.CHERENKIT_CACHE = join(folder, "cache");
after(() => rmSync(folder, { recursive: true }));

const gamma = join(sharedData, "ctlearn/dl1/gamma_run1.dl1.h5");
const data = needsData("ctlearn/dl1/gamma_run1.dl1.h5");
const models: Partial<Record<Task, string>> = {};
before(async () => {
  for (const task of ["type", "energy", "cameradirection"] as const) models[task] = await toyModel(folder, task);
});

let counter = 0;
async function predicted(options: Partial<PredictOptions> = {}): Promise<PredictionResult> {
  return predictFiles({
    models: [models.type!, models.energy!, models.cameradirection!],
    files: [gamma],
    output: join(folder, `out${counter++}`),
    onProgress: () => undefined,
    ...options,
  });
}

type Rows = ReadonlyMap<string, Column>;
async function columnsOf(path: string, table: string): Promise<Rows> {
  const file = await Hdf5File.open(path);
  try {
    return file.table(table).read().columns;
  } finally {
    file.close();
  }
}

const values = (rows: Rows, name: string): Float64Array => numbers(rows.get(name)!);
const close = (a: number, b: number, tolerance: number): boolean =>
  Math.abs(a - b) <= tolerance || (Number.isNaN(a) && Number.isNaN(b));

/** What plain model.predict gives for the images of the example table, by `obs/event/tel`. */
async function reference(task: Task): Promise<Map<string, number[]>> {
  const { reader } = await readModelCard(join(models[task]!, "card.json"));
  const model = await loadModel(join(models[task]!, "model"));
  const examples = await openExamples([gamma], null, reader);
  const store = await openImageStore(examples, reader);
  const batches = await openBatches(examples, store, reader, { tasks: [], batchSize: 1000, workers: 1 });
  const found = new Map<string, number[]>();
  const order = Uint32Array.from({ length: examples.rows }, (_, i) => i);
  for await (const batch of batches.epoch(order, 1000, { keepLast: true })) {
    const output = model.predict(tf.tensor(batch.images, [batch.size, ...batches.imageShape])) as tf.Tensor2D;
    const rows = await output.array();
    for (const [i, index] of batch.indices.entries()) {
      const key = ["obs_id", "event_id", "tel_id"].map((name) => examples.column(name)[index]).join("/");
      found.set(key, rows[i]!);
    }
    batch.release();
  }
  await batches.close();
  return found;
}

test("every trigger has its row, valid ones hold what model.predict gives, the others NaN", data, async () => {
  const result = await predicted({ batchSize: 16 });
  const [file] = result.files;
  assert.equal(file!.images, 119);
  assert.equal(file!.triggers, 128);
  assert.equal(file!.events, 40);
  const expected = { type: await reference("type"), energy: await reference("energy") };
  assert.equal(expected.type.size, 119);
  const trigger = await columnsOf(gamma, "/dl1/event/telescope/trigger");
  let valid = 0;
  for (const id of [1, 2, 3, 4]) {
    const rows = Array.from(values(trigger, "tel_id").keys()).filter((row) => values(trigger, "tel_id")[row] === id);
    const type = await columnsOf(file!.output, `/dl2/event/telescope/particle_type/CTLearnClassifier/tel_00${id}`);
    const energy = await columnsOf(file!.output, `/dl2/event/telescope/energy/CTLearnRegressor/tel_00${id}`);
    for (const table of [type, energy]) {
      for (const key of ["obs_id", "event_id"]) {
        assert.deepEqual(
          [...values(table, key)],
          rows.map((row) => values(trigger, key)[row]!),
        );
      }
      assert.deepEqual(
        [...values(table, "tel_id")],
        rows.map(() => id),
      );
    }
    const gammaness = values(type, "CTLearnClassifier_tel_prediction");
    const energyTeV = values(energy, "CTLearnRegressor_tel_energy");
    for (const [i, row] of rows.entries()) {
      const key = [values(trigger, "obs_id")[row], values(trigger, "event_id")[row], id].join("/");
      const there = expected.type.has(key);
      if (there) valid++;
      assert.equal(values(type, "CTLearnClassifier_tel_is_valid")[i], there ? 1 : 0);
      assert.equal(values(energy, "CTLearnRegressor_tel_is_valid")[i], there ? 1 : 0);
      assert.ok(close(gammaness[i]!, expected.type.get(key)?.[1] ?? Number.NaN, 1e-5), key);
      const wanted = 10 ** (expected.energy.get(key)?.[0] ?? Number.NaN);
      assert.ok(close(energyTeV[i]!, wanted, 1e-4 * wanted), `${key}: ${energyTeV[i]} TeV instead of ${wanted}`);
    }
  }
  assert.equal(valid, 119);
});

test("the batch size and the number of threads change nothing, the last small batch included", data, async () => {
  const table = "/dl2/event/telescope/particle_type/CTLearnClassifier/tel_002";
  const all: Float64Array[] = [];
  for (const [batchSize, workers] of [
    [1000, 1],
    [7, 1],
    [64, 3],
  ]) {
    const result = await predicted({ models: [models.type!], batchSize, workers });
    all.push(values(await columnsOf(result.files[0]!.output, table), "CTLearnClassifier_tel_prediction"));
  }
  for (const other of all.slice(1)) {
    assert.equal(other.length, all[0]!.length);
    for (const [i, value] of other.entries()) assert.ok(close(value, all[0]![i]!, 1e-6), `row ${i}`);
  }
});

test("models with other channels, cuts and telescopes get what is theirs in the same pass", data, async () => {
  const other = await toyModel(join(folder, "other"), "energy", {
    reader: {
      channels: ["image"],
      allowedTelescopes: [2, 3],
      qualityCriteria: [{ name: "bright", expression: "hillas_intensity > 500" }],
    },
  });
  const alone = await predicted({ models: [other] });
  const together = await predicted({ models: [models.type!, other] });
  const path = "/dl2/event/subarray/energy/CTLearnRegressor";
  const [a, b] = await Promise.all([alone, together].map(({ files }) => columnsOf(files[0]!.output, path)));
  const [first, second] = [a!, b!].map((rows) => values(rows, "CTLearnRegressor_energy"));
  for (const [i, value] of first!.entries()) assert.ok(close(value, second![i]!, 1e-6 * Math.abs(value)), `event ${i}`);
  assert.deepEqual(values(a!, "CTLearnRegressor_telescopes"), values(b!, "CTLearnRegressor_telescopes"));
  const mask = values(a!, "CTLearnRegressor_telescopes");
  assert.equal(mask.length, 4 * first!.length);
  const used = [0, 1, 2, 3].map((k) => mask.filter((value, i) => value && i % 4 === k).length);
  assert.ok(used[0] === 0 && used[3] === 0 && used[1]! > 0 && used[2]! > 0, `mask counts ${used}`);
  const file = await Hdf5File.open(together.files[0]!.output);
  assert.deepEqual(file.children("/dl2/event/telescope/energy/CTLearnRegressor"), ["tel_002", "tel_003"]);
  assert.equal(file.children("/dl2/event/telescope/particle_type/CTLearnClassifier").length, 4);
  file.close();
});

/** A card that expects b = 100 / intensity: the weights are then the squares of the intensities. */
const expecting = {
  telescopeType: "LST_LST_LSTcam",
  images: 1000,
  facts: ["constant", "log10_intensity", "log10_intensity_squared", "width_over_length", "r_deg", "leakage_2"],
  coefficients: [Math.log(100), -Math.LN10, 0, 0, 0, 0],
  ranges: Array.from({ length: 6 }, () => ({ min: -1e9, max: 1e9 })),
};

test("telescopes count by the inverse square of the error that the model expects of their images", data, async () => {
  const taught = await toyModel(join(folder, "taught"), "energy", { expectedErrors: { energy: [expecting] } });
  const result = await predicted({ models: [taught], weights: "expected-error" });
  const { output } = result.files[0]!;
  const array = await columnsOf(output, "/dl2/event/subarray/energy/CTLearnRegressor");
  const sums = new Map<number, { logs: number; weights: number; telescopes: number }>();
  for (const id of [1, 2, 3, 4]) {
    const mono = await columnsOf(output, `/dl2/event/telescope/energy/CTLearnRegressor/tel_00${id}`);
    const parameters = await columnsOf(output, `/dl1/event/telescope/parameters/tel_00${id}`);
    const intensities = new Map(
      [...values(parameters, "event_id")].map((event, i) => [event, values(parameters, "hillas_intensity")[i]!]),
    );
    for (const [i, energy] of values(mono, "CTLearnRegressor_tel_energy").entries()) {
      if (Number.isNaN(energy)) continue;
      const event = values(mono, "event_id")[i]!;
      const weight = (intensities.get(event)! / 100) ** 2;
      const sum = sums.get(event) ?? { logs: 0, weights: 0, telescopes: 0 };
      sum.logs += weight * Math.log(energy);
      sum.weights += weight;
      sum.telescopes++;
      sums.set(event, sum);
    }
  }
  assert.ok([...sums.values()].filter(({ telescopes }) => telescopes > 1).length > 10);
  for (const [i, event] of values(array, "event_id").entries()) {
    const sum = sums.get(event);
    const wanted = sum ? Math.exp(sum.logs / sum.weights) : Number.NaN;
    assert.ok(close(values(array, "CTLearnRegressor_energy")[i]!, wanted, 1e-9 * Math.abs(wanted)), `event ${event}`);
  }
});

test("a model that was not taught what error to expect says so, and no file is left", data, async () => {
  const output = join(folder, "untaught");
  await assert.rejects(predicted({ models: [models.energy!], weights: "expected-error", output }), (error: Error) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /does not know what error to expect of energy for LST_LST_LSTcam[\s\S]*train it again/);
    return true;
  });
  assert.equal(existsSync(join(output, "gamma_run1.dl2.h5")), false);
});

test("prefix, group of gammaness and content of the file can be chosen", data, async () => {
  const result = await predicted({ prefix: "CTLearn", typeGroup: "classification", content: "compact" });
  const file = await Hdf5File.open(result.files[0]!.output);
  assert.deepEqual(file.children("/dl2/event/subarray"), ["classification", "energy", "geometry"]);
  assert.ok(file.table("/dl2/event/subarray/classification/CTLearn").columnNames.includes("CTLearn_prediction"));
  assert.equal(file.has("/dl1/event/telescope/parameters"), false);
  assert.ok(file.has("/simulation/event/subarray/shower") && file.has("/dl1/event/subarray/trigger"));
  assert.equal(file.attributes("/")["CTA PRODUCT DATA LEVELS"], "DL2");
  file.close();
  const whole = await predicted({ content: "images" });
  const images = await Hdf5File.open(whole.files[0]!.output);
  assert.equal(images.table("/dl1/event/telescope/images/tel_001").rows, 29);
  assert.equal(images.attributes("/")["CTA PRODUCT DATA LEVELS"], "DL1_IMAGES,DL1_PARAMETERS,DL2");
  images.close();
});

test("a file that does not fit, is damaged or absent ends in one clear error and leaves nothing", data, async () => {
  const output = join(folder, "refused");
  const nectar = join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5");
  await assert.rejects(predicted({ files: [nectar], output }), (error: Error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, /does not fit .*no telescope of type LST_LST_LSTcam[\s\S]*SST_1M_DigiCam/);
    return true;
  });
  const camera = await toyModel(join(folder, "camera"), "energy", { camera: { name: "Other", pixels: 1296 } });
  await assert.rejects(
    predicted({ models: [camera], output }),
    /has 1855 pixels, the model was trained on Other with 1296/,
  );
  const unknown = await toyModel(join(folder, "unknown"), "energy", { reader: { allowedTelescopes: [9] } });
  await assert.rejects(predicted({ models: [unknown], output }), /there is no telescope 9/);
  const small = await toyModel(join(folder, "small"), "energy", { side: 64 });
  await assert.rejects(predicted({ models: [small], output }), /images of 110×110, the network takes 64×64/);
  const cut = await toyModel(join(folder, "cut"), "energy", {
    reader: { qualityCriteria: [{ name: "x", expression: "hillas_intensty > 5" }] },
  });
  await assert.rejects(predicted({ models: [cut], output }), /hillas_intensty/);
  await assert.rejects(predicted({ files: [join(folder, "none.h5")], output }), /no such file/);

  const truncated = join(folder, "truncated.dl1.h5");
  copyFileSync(gamma, truncated);
  truncateSync(truncated, 400_000);
  await assert.rejects(predicted({ files: [truncated], output }), InputError);
  const flipped = join(folder, "flipped.dl1.h5");
  const bytes = readFileSync(gamma);
  for (let at = 300_000; at < 900_000; at += 50) bytes[at]! ^= 0x55;
  writeFileSync(flipped, bytes);
  await assert.rejects(predicted({ files: [flipped], output }), InputError);
  const left = (() => {
    try {
      return readdirSync(output);
    } catch {
      return [];
    }
  })();
  assert.deepEqual(left, []);
});

test("models and files that are named wrongly are refused", data, async () => {
  await assert.rejects(predicted({ models: [] }), ConfigError);
  await assert.rejects(predicted({ models: [models.type!, models.type!] }), /both reconstruct type/);
  await assert.rejects(predicted({ models: [join(folder, "nothing")] }), /no model card/);
  await assert.rejects(predicted({ files: [] }), ConfigError);
  await assert.rejects(predicted({ batchSize: 0 }), ConfigError);
  await assert.rejects(predicted({ files: [gamma, gamma] }), /given twice/);
  const inside = join(folder, "inside");
  mkdirSync(inside);
  copyFileSync(gamma, join(inside, "run.dl2.h5"));
  await assert.rejects(predicted({ files: [join(inside, "run.dl2.h5")], output: inside }), /would replace its input/);
});

test("an output folder that cannot be written ends in an OutputError", data, async () => {
  const blocked = join(folder, "blocked");
  writeFileSync(blocked, "a file stands here");
  await assert.rejects(predicted({ output: blocked }), OutputError);
});

test("a pointing far from those of the training is warned of", data, async () => {
  const far = await toyModel(join(folder, "far"), "energy", { pointingDeg: [{ alt: 40, az: 90 }] });
  const result = await predicted({ models: [far] });
  assert.match(result.files[0]!.warnings[0]!, /look .*° away .*alt 40, az 90/);
  assert.match(result.toText(), /warning: /);
});

test("feature vectors are what the backbone gives, one row a trigger", data, async () => {
  const result = await predicted({ models: [models.type!, models.energy!], features: true });
  const path = "/dl1/event/telescope/features/CTLearn/tel_003";
  const features = await columnsOf(result.files[0]!.output, path);
  const energies = await columnsOf(result.files[0]!.output, "/dl2/event/telescope/energy/CTLearnRegressor/tel_003");
  const vectors = features.get("CTLearn_tel_energy_feature_vectors")!;
  assert.deepEqual(vectors.itemShape, [8]);
  assert.ok(features.has("CTLearn_tel_particletype_feature_vectors"));
  // The head on top of the vectors must give the energies.
  const network = await loadModel(join(models.energy!, "model"));
  const heads = ["fc_energy_1", "energy"].map((name) => network.getLayer(name));
  const data = numbers(vectors);
  const valid = values(features, "CTLearn_tel_is_valid");
  assert.deepEqual(valid, values(energies, "CTLearnRegressor_tel_is_valid"));
  for (const [row, there] of valid.entries()) {
    if (!there) {
      assert.ok(Number.isNaN(data[row * 8]!));
      continue;
    }
    let x = tf.tensor2d(Float32Array.from(data.subarray(row * 8, row * 8 + 8)), [1, 8]) as tf.Tensor;
    for (const layer of heads) x = layer.apply(x) as tf.Tensor;
    const wanted = 10 ** x.dataSync()[0]!;
    assert.ok(close(values(energies, "CTLearnRegressor_tel_energy")[row]!, wanted, 1e-4 * wanted), `row ${row}`);
  }
});

test("the shares of an array of jobs are all files, each once, under the names of one job alone", data, async () => {
  const files = [gamma, join(sharedData, "ctlearn/dl1/proton_run2.dl1.h5")];
  const shares: string[][] = [];
  for (const index of [1, 2, 3]) {
    const result = await predicted({
      models: [models.type!],
      files,
      output: join(folder, "shares"),
      shard: { index, of: 3 },
    });
    shares.push(result.files.map((file) => file.output));
  }
  assert.deepEqual(
    shares.map((list) => list.length),
    [1, 1, 0],
  );
  assert.deepEqual(shares.flat(), outputPaths(files, join(folder, "shares")));
});

test("output names follow the inputs; equal names take their folder in front", () => {
  assert.deepEqual(outputPaths(["a/run1.dl1.h5", "a/run2.h5"], "/out"), ["/out/run1.dl2.h5", "/out/run2.dl2.h5"]);
  assert.deepEqual(outputPaths(["gamma/test/run1.h5", "proton/test/run1.h5", "x/run3.h5"], "/out"), [
    "/out/gamma_test_run1.dl2.h5",
    "/out/proton_test_run1.dl2.h5",
    "/out/run3.dl2.h5",
  ]);
});
