import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../config/load-config.js";
import { modelFolder } from "../config/model-folder.js";
import { resolvedYaml } from "../config/resolved-yaml.js";
import { counted } from "../display/counted.js";
import { projectFolder } from "../files/project-folder.js";
import { writeFileAtomically } from "../files/write-atomically.js";
import { runStage, runStageNotebook, type Stage, type StageResult } from "./run-stage.js";

const configs = ["type", "energy", "energy-small", "cameradirection"].map((name) =>
  join(projectFolder, "configs/demo", `${name}.yaml`),
);
const dataFolder = join(projectFolder, "data/demo");

/** Latest change of a file, or of any file in a folder; 0 when there is none. */
function changedAt(path: string): number {
  if (!existsSync(path)) return 0;
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}

async function simulateData(events: number): Promise<void> {
  const marker = join(dataFolder, "simulation.json");
  const wanted = JSON.stringify({ events, seed: 1 });
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) {
    console.log(`showers: already simulated in ${dataFolder}`);
    return;
  }
  const { simulate } = await import("../simulation/simulate.js");
  const { Progress } = await import("../display/progress.js");
  let progress: InstanceType<typeof Progress> | undefined;
  const files = await simulate({
    events,
    seed: 1,
    output: dataFolder,
    overwrite: true, // of another number of events
    onProgress: (done, total) => {
      progress ??= new Progress("simulating showers", total, "events");
      progress.update(done);
    },
  }).finally(() => progress?.stop());
  await writeFileAtomically(marker, wanted);
  const images = files.reduce((sum, file) => sum + file.images, 0);
  console.log(`showers: ${counted(images, "telescope image")} in ${counted(files.length, "file")}`);
}

/** The stages whose results are missing or older than what they are made from. */
async function staleStages(configFile: string): Promise<{ stages: Stage[]; report: string }> {
  const config = await loadConfig(configFile);
  const folder = modelFolder(config.modelFolder);
  const trained =
    existsSync(folder.card) &&
    existsSync(folder.config) &&
    readFileSync(folder.config, "utf8") === resolvedYaml(config);
  if (!trained || changedAt(join(dataFolder, "simulation.json")) > changedAt(folder.card)) {
    return { stages: ["prepare", "train", "test", "report"], report: folder.report };
  }
  if (changedAt(folder.predict) < changedAt(folder.card)) return { stages: ["test", "report"], report: folder.report };
  if (changedAt(folder.report) < changedAt(folder.predict)) return { stages: ["report"], report: folder.report };
  return { stages: [], report: folder.report };
}

/** The whole way, from nothing to compared models; what is there and up to date is left. Sets the exit code. */
export async function runDemo(events: number): Promise<void> {
  const began = Date.now();
  await simulateData(events);
  const pages: string[] = [];
  const finish = (result: StageResult): boolean => {
    process.exitCode = result.exitCode;
    return result.exitCode === 0;
  };
  let changed = false;
  for (const config of configs) {
    const { stages, report } = await staleStages(config);
    if (stages.length === 0) console.log(`${config}: everything is there`);
    for (const stage of stages) {
      changed = true;
      if (!finish(await runStage(stage, config))) return;
    }
    pages.push(report);
  }
  const taskFolder = join(projectFolder, "models/energy");
  const comparison = join(taskFolder, "compare.html");
  if (changed || !existsSync(comparison)) {
    const compare = { publish: comparison, title: "compare · energy" };
    if (!finish(await runStageNotebook("compare", { taskFolder }, join(taskFolder, ".compare"), compare))) return;
  }
  pages.push(comparison);
  console.log(`\nDone in ${((Date.now() - began) / 1000).toFixed(0)} s. Open these pages in a browser:`);
  for (const page of pages) console.log(`  ${page}`);
}
