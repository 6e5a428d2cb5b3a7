import { loadConfig } from "../../lib/config/load-config.js";
import { CherenkitError } from "../../lib/errors.js";
import { buildModel } from "../../lib/models/build-model.js";
import { train } from "../../lib/training/train.js";
import { slowly, syntheticSet } from "./synthetic-data.js";

/** Trains a configuration on synthetic data, as a process of its own that tests can kill. */
const config = await loadConfig(process.argv[2]!);
const model = buildModel(config.model, [8, 8, 2], config.training.seed);
// Said when training listens to signals, and before it does anything else.
process.on("newListener", (event) => event === "SIGTERM" && process.nextTick(() => console.log("ready")));
try {
  await train(model, slowly(syntheticSet(100, 10), 20), config);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof CherenkitError ? error.exitCode : 1;
}
