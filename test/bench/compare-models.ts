// How long a comparison takes, and how large its data are: node dist/test/bench/compare-models.js [MODELS] [EVENTS]
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jupyterDisplay } from "../../lib/display/mime-bundle.js";
import { compareModels } from "../../lib/reports/comparison.js";
import { syntheticDl2, telescopesFile } from "../reports/dl2-files.js";
import { benchFolder } from "./bench.js";

const [models, events] = [Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 1_000_000)];
const folder = benchFolder();
const telescopes = await telescopesFile(folder);
for (const task of ["energy", "type"] as const) {
  for (let i = 0; i < models; i++) {
    const model = join(folder, task, `model${i}`);
    const spread = 0.1 + 0.01 * i;
    await syntheticDl2(join(model, "predict/events.dl2.h5"), telescopes, { task, events, spread, seed: i });
    writeFileSync(join(model, "training_log.csv"), "epoch,loss,val_loss,lr\n0,0.5,0.6,0.001\n");
  }
  const began = performance.now();
  const idle = process.cpuUsage();
  const comparison = await compareModels(join(folder, task));
  const shown = [
    comparison.metrics(),
    comparison.ranks(),
    comparison.significance(),
    comparison.costs(),
    comparison.metricFigure(),
    comparison.tradeOff(),
    comparison.learningCurves(),
    ...comparison.figures(),
  ].map((item) => JSON.stringify(item[jupyterDisplay]()));
  const megabytes = shown.reduce((sum, text) => sum + text.length, 0) / 1e6;
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(idle);
  const cpu = (user + system) / 1e6;
  const memory = process.memoryUsage().rss / 1e6;
  console.log(
    `${task}: ${models} models of ${events} events in ${seconds.toFixed(1)} s (${cpu.toFixed(1)} s of processors), ${megabytes.toFixed(2)} MB of tables and figures, ${memory.toFixed(0)} MB of memory`,
  );
}
