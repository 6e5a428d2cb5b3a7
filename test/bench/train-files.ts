// Trains a configuration from its files, data loading included, as a process of its own: node train-files.js CONFIG
import { loadConfig } from "../../lib/config/load-config.js";
import { prepareModel } from "../../lib/models/prepare-model.js";
import { openTrainingData } from "../../lib/training/open-training-data.js";
import { train } from "../../lib/training/train.js";
import "./bench.js";

const config = await loadConfig(process.argv[2]!);
const data = await openTrainingData(config);
console.log("data are open");
await train(await prepareModel(config, data.imageShape), data, config);
await data.batches.close();
