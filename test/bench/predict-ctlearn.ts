// Prediction end to end beside ctlearn-predict-mono-model: the same DigiCam file, the same untrained weights, whole
// processes in turns, one network and three in one go. Wall seconds, peak memory, and how far the answers differ
// (dl1-data-handler maps DigiCam images otherwise, see docs/from-ctlearn.md, so they differ by some 20 %):
//   node dist/test/bench/predict-ctlearn.js [images, 10000] [rounds, 3] [SingleCNN | ResNet] [networks, 1,3] [engine, auto]
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { modelFolder } from "../../lib/config/model-folder.js";
import type { Task } from "../../lib/config/task.js";
import { DataTable } from "../../lib/display/data-table.js";
import type { tf } from "../../lib/engine/tensorflow.js";
import { numbers } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { buildModel } from "../../lib/models/build-model.js";
import { exportKeras } from "../../lib/models/keras/export-keras.js";
import { exportOnnx } from "../../lib/models/onnx/export-onnx.js";
import { weightsHash } from "../../lib/models/read-model.js";
import { saveModel } from "../../lib/models/save-model.js";
import { RandomGenerator } from "../../lib/random/generator.js";
import { modelConfig } from "../models/model-config.js";
import { peersPython } from "../peers.js";
import { toyModel } from "../prediction/toy-model.js";
import { sharedData } from "../shared-data.js";
import { benchFolder } from "./bench.js";
import { type Cost, processCost } from "./process-cost.js";
import { repeatEvents } from "./repeat-events.js";

const ctlearn = join(dirname(peersPython), "ctlearn-predict-mono-model");
const cherenkit = fileURLToPath(new URL("../../../lib/cli/cherenkit.mjs", import.meta.url));
const [images, rounds] = [Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 3)];
const type = process.argv[4] === "ResNet" ? "ResNet" : "SingleCNN";
const counts = (process.argv[5] ?? "1,3").split(",").map(Number);
const engine = process.argv[6] ?? "auto";
const folder = benchFolder();
const file = join(folder, "digicam.dl1.h5");

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

async function column(path: string, table: string, name: string): Promise<Float64Array> {
  const hdf5 = await Hdf5File.open(path);
  try {
    return numbers(
      hdf5
        .table(table)
        .read({ columns: [name] })
        .columns.get(name)!,
    );
  } finally {
    hdf5.close();
  }
}

/** The largest relative difference of energies between two DL2 files. */
async function difference(first: string, second: string): Promise<number> {
  const table = "/dl2/event/telescope/energy/CTLearnRegressor/tel_001";
  const [a, b] = [
    await column(first, table, "CTLearnRegressor_tel_energy"),
    await column(second, table, "CTLearnRegressor_tel_energy"),
  ];
  if (a.length !== b.length) throw new Error(`${a.length} energies against ${b.length}`);
  return a.reduce((largest, value, i) => {
    if (Number.isNaN(value) !== Number.isNaN(b[i]!)) throw new Error(`row ${i} has an energy in one file only`);
    return Number.isNaN(value) ? largest : Math.max(largest, Math.abs(value / b[i]! - 1));
  }, 0);
}

/** The 8-bit network, its ranges from bright spots in noise: what it costs does not depend on them. */
async function writeInt8(network: tf.LayersModel, model: string): Promise<void> {
  const size = 16;
  const random = new RandomGenerator(1);
  const images = Float32Array.from({ length: size * 96 * 96 * 2 }, () => 50 * Math.max(0, random.normal() - 2) ** 2);
  const { model: weights, int8 } = modelFolder(model);
  await exportOnnx(network, int8, { precision: "int8", sample: { images, size }, source: await weightsHash(weights) });
}

await repeatEvents(join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5"), file, Math.ceil(images / 9));
const models = new Map<Task, { readonly folder: string; readonly keras: string }>();
for (const [i, task] of (["energy", "type", "cameradirection"] as const).entries()) {
  const model = await toyModel(folder, task, {
    side: 96,
    camera: { name: "DigiCam", pixels: 1296 },
    telescopes: [{ id: 1, type: "SST_1M_DigiCam" }],
    reader: { focalLength: "equivalent", channels: ["image", "peak_time"] },
  });
  const network = buildModel(modelConfig({ type, tasks: [task] }), [96, 96, 2], i);
  await saveModel(network, join(model, "model"));
  if (engine === "onnxruntime-int8") await writeInt8(network, model);
  const keras = join(folder, `${task}.keras`);
  await exportKeras(network, keras);
  models.set(task, { folder: model, keras });
}
const rows: (string | number)[][] = [];
for (const count of counts) {
  const tasks = (["energy", "type", "cameradirection"] as const).slice(0, count);
  const used = tasks.map((task) => ({ task, ...models.get(task)! }));
  const [theirs, ours]: [Cost[], Cost[]] = [[], []];
  const [theirFile, ourFolder] = [join(folder, "ctlearn.dl2.h5"), join(folder, "out")];
  for (let round = 0; round < rounds; round++) {
    theirs.push(
      await processCost(
        ctlearn,
        [
          ...["--input_url", file, "--output", theirFile, "--overwrite", "--no-dl1-images", "--no-true-images"],
          ...["--DLImageReader.focal_length_choice=EQUIVALENT", "--PredictCTLearnModel.keras_verbose=0"],
          ...used.flatMap(({ task, keras }) => [`--${task}_model`, keras]),
        ],
        folder,
      ),
    );
    ours.push(
      await processCost(
        process.execPath,
        [
          ...[cherenkit, "predict", file, "--output", ourFolder, "--engine", engine],
          ...used.flatMap((model) => ["--model", model.folder]),
        ],
        folder,
      ),
    );
    console.log(tasks.join(), JSON.stringify({ ctlearn: theirs.at(-1), cherenkit: ours.at(-1) }));
  }
  const ratios = theirs.map(({ seconds }, i) => seconds / ours[i]!.seconds);
  const seconds = [theirs, ours].map((costs) => median(costs.map((one) => one.seconds)));
  const megabytes = [theirs, ours].map((costs) => median(costs.map((one) => one.megabytes)));
  rows.push([
    tasks.length,
    seconds[0]!.toFixed(1),
    seconds[1]!.toFixed(1),
    `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
    megabytes[0]!.toFixed(0),
    megabytes[1]!.toFixed(0),
    (megabytes[1]! / megabytes[0]!).toFixed(2),
    (await difference(theirFile, join(ourFolder, "digicam.dl2.h5"))).toExponential(1),
  ]);
}
const head = ["networks", "CTLearn s", "cherenkit s", "times faster", "CTLearn MB", "cherenkit MB", "memory ratio"];
console.log(new DataTable([...head, "energies differ by"], rows).toText());
