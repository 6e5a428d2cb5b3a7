import type { Config } from "../config/config.js";
import { type ModelCard, taskLabels } from "../config/model-card.js";
import { version } from "../config/version.js";
import type { TrainingSet } from "./training-set.js";

/** The card of a model trained by `config` on `set`: what prediction must repeat, and where the model is valid. */
export function describeModel(config: Config, set: TrainingSet): ModelCard {
  const { reader, model } = config;
  const { description } = set;
  const [height, width, channels] = set.batches.imageShape;
  return {
    format: 1,
    cherenkit: version,
    trained: new Date().toISOString(),
    name: config.name,
    tasks: [...model.tasks],
    reader: structuredClone(reader) as ModelCard["reader"],
    inputShape: [height, width, channels],
    camera: description.camera,
    telescopes: description.telescopes,
    labels: Object.fromEntries(model.tasks.map((task) => [task, taskLabels[task].map((label) => ({ ...label }))])),
    validity: {
      pointingDeg: description.pointingDeg,
      energyTeV: description.energyTeV,
      dataModels: [...description.dataModels],
      examples: { training: set.training.length, validation: set.validation.length },
      trainingFiles: description.trainingFiles,
      trainingFilesHash: description.trainingFilesHash,
    },
  };
}
