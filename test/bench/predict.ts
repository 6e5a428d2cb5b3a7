// Prediction without a network (reading, mapping, writing DL2): node dist/test/bench/predict.js [images, 30000]
import { join } from "node:path";
import { readModelCard } from "../../lib/config/model-card.js";
import { ctlearnFeaturePrefix, ctlearnPrefixes } from "../../lib/prediction/dl2-columns.js";
import { ImageStream } from "../../lib/prediction/image-stream.js";
import { predictFile } from "../../lib/prediction/predict-file.js";
import type { PredictionModel } from "../../lib/prediction/prediction-model.js";
import { StepSize } from "../../lib/prediction/step-size.js";
import { viewsOf } from "../../lib/prediction/views.js";
import { workerCount } from "../../lib/threads/worker-count.js";
import { toyModel } from "../prediction/toy-model.js";
import { sharedData } from "../shared-data.js";
import { benchFolder } from "./bench.js";
import { repeatEvents } from "./repeat-events.js";

const folder = benchFolder();
const images = Number(process.argv[2] ?? 30_000);
const file = join(folder, "digicam.dl1.h5");
await repeatEvents(join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5"), file, Math.ceil(images / 9));
const model = await toyModel(folder, "energy", {
  side: 96,
  camera: { name: "DigiCam", pixels: 1296 },
  telescopes: [{ id: 1, type: "SST_1M_DigiCam" }],
  reader: { focalLength: "equivalent", channels: ["image", "peak_time"] },
});
/** Answers without looking. */
const none: PredictionModel = {
  folder: model,
  name: "none",
  card: await readModelCard(join(model, "card.json")),
  tasks: ["energy"],
  featureLength: null,
  engine: "onnxruntime",
  predict: async (_images, size) => ({ outputs: new Map([["energy", new Float32Array(size)]]), features: null }),
  close: async () => undefined,
};
const views = viewsOf([none]);
for (const threads of [1, workerCount()]) {
  const stream = await ImageStream.open(views, 64, threads);
  const steps = new Map([[none, new StepSize(64)]]);
  const names = { prefixes: ctlearnPrefixes, typeGroup: "particle_type", featurePrefix: ctlearnFeaturePrefix } as const;
  const before = process.cpuUsage();
  const result = await predictFile(
    file,
    join(folder, "out.dl2.h5"),
    { models: [none], views, steps, stream },
    { ...names, content: "parameters", weights: "none", directions: "auto" },
    () => undefined,
  );
  await stream.close();
  const { reading, inference, writing, total } = result.seconds;
  const parts = `reading ${reading.toFixed(2)} s, answers ${inference.toFixed(2)} s, writing ${writing.toFixed(2)} s`;
  const { user, system } = process.cpuUsage(before);
  const perCore = Math.round((1e6 * result.images) / (user + system));
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${threads} threads: ${result.images} images in ${total.toFixed(2)} s (${parts}): ` +
      `${Math.round(result.imagesPerSecond)} images/s, ${perCore} a second of processor time, at most ${megabytes.toFixed(0)} MB`,
  );
}
