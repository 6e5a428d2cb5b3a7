import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ModelFolder } from "../config/model-folder.js";
import { counted } from "../display/counted.js";
import { writeFileAtomically } from "../files/write-atomically.js";
import { checkpointPosition } from "../training/checkpoint.js";

/** Read by the batch script: a job that ends twice with the same line here is not requeued again. */
export const progressFile = "progress";

/** Writes how far the work on a model is into a run folder, as one line: training steps and predicted files. */
export async function noteProgress(runFolder: string, folder: ModelFolder): Promise<void> {
  const position = await checkpointPosition(folder.checkpoint);
  const predicted = await readdir(folder.predict).catch(() => []);
  const steps = position ? `epoch ${position.epoch + 1} step ${position.step}` : "no unfinished training";
  const files = predicted.filter((name) => name.endsWith(".h5")).length;
  await writeFileAtomically(join(runFolder, progressFile), `${steps}; ${counted(files, "file")} predicted\n`);
}
