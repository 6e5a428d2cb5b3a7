// The forward pass in TensorFlow and in onnxruntime-node (float32), the same weights, in turns in one process, by images
// a step: node dist/test/bench/forward-pass.js [rounds, 5] [threads, cores]
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { DataTable } from "../../lib/display/data-table.js";
import { compilePredictor } from "../../lib/engine/compile-predictor.js";
import { buildModel } from "../../lib/models/build-model.js";
import { exportOnnx } from "../../lib/models/onnx/export-onnx.js";
import { modelConfig } from "../models/model-config.js";
import { benchFolder } from "./bench.js";

// Its types do not suit ES modules.
const ort = createRequire(import.meta.url)("onnxruntime-node") as typeof import("onnxruntime-node");
const rounds = Number(process.argv[2] ?? 5);
const threads = Number(process.argv[3] ?? availableParallelism());
const folder = benchFolder();
const shape = [96, 96, 2] as const;
const pixels = shape.reduce((product, length) => product * length, 1);
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const rows: (string | number)[][] = [];
for (const type of ["SingleCNN", "ResNet"] as const) {
  const model = buildModel(modelConfig({ type, tasks: ["energy"] }), [...shape], 1);
  const path = join(folder, `${type}.onnx`);
  await exportOnnx(model, path);
  const predictor = await compilePredictor(model);
  const options = { intraOpNumThreads: threads, executionMode: "sequential", graphOptimizationLevel: "all" } as const;
  const session = await ort.InferenceSession.create(path, options);
  for (const size of type === "ResNet" ? [1, 8, 16] : [1, 8, 16, 64]) {
    const images = Float32Array.from({ length: size * pixels }, (_, i) => Math.sin(i) ** 2);
    const rates: [number[], number[]] = [[], []];
    let difference = 0;
    for (let round = 0; round <= rounds; round++) {
      const began = performance.now();
      const ours = Object.values(predictor.predict(images, size))[0]!;
      const between = performance.now();
      const feeds = { [session.inputNames[0]!]: new ort.Tensor("float32", images, [size, ...shape]) };
      const theirs = Object.values(await session.run(feeds))[0]!.data as Float32Array;
      const end = performance.now();
      if (round === 0) continue; // It builds what later rounds reuse.
      rates[0].push((1000 * size) / (between - began));
      rates[1].push((1000 * size) / (end - between));
      difference = ours.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i]!)), difference);
    }
    const ratio = median(rates[1].map((rate, i) => rate / rates[0][i]!));
    const digits = rates.map((list) => Math.round(median(list)));
    rows.push([type, size, ...digits, ratio.toFixed(2), difference.toExponential(1)]);
    console.error(rows.at(-1)!.join("  "));
  }
  predictor.dispose();
  model.dispose();
}
const head = ["network", "images a step", "TensorFlow images/s", "onnxruntime images/s", "ratio", "outputs differ by"];
console.log(new DataTable(head, rows).toText());
