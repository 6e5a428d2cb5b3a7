import { Command } from "commander";
import type { Config } from "../config/config.js";
import { counted } from "../display/counted.js";

interface ImportOptions {
  readonly output: string;
  readonly config?: string;
  readonly data?: string;
  readonly json?: true;
}

/** `cherenkit import FILE --output DIR` */
export function importCommand(): Command {
  return new Command("import")
    .description("turn a network that Keras or CTLearn saved (.keras, .h5, .weights.h5) into one of ours")
    .argument("<file>", ".keras or .h5 file of a model, or a file of weights with --config")
    .requiredOption("-o, --output <folder>", "model folder to write, e.g. models/energy/ctlearn")
    .option("--config <file>", "YAML file of its training; needed where the file holds weights alone")
    .option("--data <file>", "a DL1 file of the telescopes it was trained on: writes the card that prediction needs")
    .option("--json", "print the numbers of the network as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  cherenkit import ctlearn_model.keras --output models/energy/ctlearn --data gamma.dl1.h5" +
        "\n  cherenkit import energy.weights.h5 --config configs/energy.yaml --output models/energy/ctlearn" +
        "\n\nThe folder can be named by load_model_from to go on training; with its card also by predict, test, report and" +
        "\ncompare. Without --config images are read by CTLearn's defaults.",
    )
    .action(async (file: string, options: ImportOptions) => {
      const { basename, resolve } = await import("node:path");
      const { loadConfig } = await import("../config/load-config.js");
      const { writeModelCard } = await import("../config/model-card.js");
      const { modelFolder } = await import("../config/model-folder.js");
      const { modelSummary } = await import("../models/model-summary.js");
      const { importedCard } = await import("../prediction/imported-card.js");
      const { saveModel } = await import("../models/save-model.js");
      const config = options.config === undefined ? null : await loadConfig(options.config);
      const model = await read(file, config);
      const folder = modelFolder(options.output);
      const name = basename(resolve(options.output));
      const card =
        options.data === undefined ? null : await importedCard({ model, file, name, dataFile: options.data, config });
      await saveModel(model, folder.model);
      if (card) await writeModelCard(folder.card, card);
      const { parameters, trainableParameters, layers, flops, outputs } = modelSummary(model);
      if (options.json) {
        const numbers = { folder: folder.model, parameters, trainableParameters, layers, flops, outputs };
        console.log(JSON.stringify(numbers, null, 2));
        return;
      }
      console.log(`${folder.model}: ${counted(parameters, "parameter")} in ${counted(layers, "layer")}`);
      if (card) console.log(`${folder.card}: ${card.tasks.join(", ")} from ${card.reader.channels.join(", ")}`);
      else console.log("no card was written: name a DL1 file of its telescopes (--data) to predict with it");
    });
}

type Model = Awaited<ReturnType<typeof import("../models/keras/import-keras.js").importKeras>>;

async function read(file: string, config: Config | null): Promise<Model> {
  const { importKeras, importKerasWeights } = await import("../models/keras/import-keras.js");
  // A .keras file has its network with it; a configuration then only says how images are read.
  if (config === null || file.endsWith(".keras")) return importKeras(file);
  const { prepareModel } = await import("../models/prepare-model.js");
  const model = await prepareModel(config);
  await importKerasWeights(model, file);
  return model;
}
