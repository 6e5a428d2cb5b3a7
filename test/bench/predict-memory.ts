// Peak memory of `cherenkit predict` over files of different lengths, by engine: flat when it does not grow with the file.
//   node dist/test/bench/predict-memory.js [images, 3000,10000,30000] [rounds, 2]
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataTable } from "../../lib/display/data-table.js";
import { buildModel } from "../../lib/models/build-model.js";
import { saveModel } from "../../lib/models/save-model.js";
import { modelConfig } from "../models/model-config.js";
import { toyModel } from "../prediction/toy-model.js";
import { sharedData } from "../shared-data.js";
import { benchFolder } from "./bench.js";
import { type Cost, processCost } from "./process-cost.js";
import { repeatEvents } from "./repeat-events.js";

const cherenkit = fileURLToPath(new URL("../../../lib/cli/cherenkit.mjs", import.meta.url));
const sizes = (process.argv[2] ?? "3000,10000,30000").split(",").map(Number);
const rounds = Number(process.argv[3] ?? 2);
const folder = benchFolder();
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

const model = await toyModel(folder, "energy", {
  side: 96,
  camera: { name: "DigiCam", pixels: 1296 },
  telescopes: [{ id: 1, type: "SST_1M_DigiCam" }],
  reader: { focalLength: "equivalent", channels: ["image", "peak_time"] },
});
await saveModel(
  buildModel(modelConfig({ type: "SingleCNN", tasks: ["energy"] }), [96, 96, 2], 1),
  join(model, "model"),
);
const costs = new Map<string, Cost[]>();
for (const size of sizes) {
  await repeatEvents(
    join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5"),
    join(folder, `${size}.dl1.h5`),
    Math.ceil(size / 9),
  );
}
for (let round = 0; round < rounds; round++) {
  for (const size of sizes) {
    for (const engine of ["onnxruntime", "tensorflow"]) {
      const file = join(folder, `${size}.dl1.h5`);
      const args = ["predict", file, "--model", model, "--output", join(folder, "out"), "--engine", engine];
      const cost = await processCost(process.execPath, [cherenkit, ...args], folder);
      const key = `${size} ${engine}`;
      costs.set(key, [...(costs.get(key) ?? []), cost]);
      console.error(key, JSON.stringify(cost));
    }
  }
}
const rows = [...costs].map(([key, list]) => {
  const [size, engine] = key.split(" ") as [string, string];
  const seconds = median(list.map((cost) => cost.seconds));
  const megabytes = list.map((cost) => Math.round(cost.megabytes));
  return [engine, Number(size), seconds.toFixed(1), `${Math.min(...megabytes)}–${Math.max(...megabytes)}`];
});
console.log(new DataTable(["engine", "images", "s", "peak MB"], rows).toText());
