import { loadConfig } from "../../lib/config/load-config.js";
import { modelFolder } from "../../lib/config/model-folder.js";
import { CherenkitError } from "../../lib/errors.js";
import { buildModel } from "../../lib/models/build-model.js";
import { noteProgress } from "../../lib/slurm/note-progress.js";
import { train } from "../../lib/training/train.js";
import { slowly, syntheticSet } from "../training/synthetic-data.js";

// As the command does: a warning that is repeated while the training already ends must not kill it.
process.on("SIGUSR1", () => {});
/** Trains a configuration on synthetic data and notes its progress in a run folder, as the stage does in a job. */
const [file, runFolder, pause] = process.argv.slice(2) as [string, string, string];
const config = await loadConfig(file);
try {
  const set = slowly(syntheticSet(100, 10), Number(pause));
  await train(buildModel(config.model, [8, 8, 2], config.training.seed), set, config);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof CherenkitError ? error.exitCode : 1;
}
await noteProgress(runFolder, modelFolder(config.modelFolder));
