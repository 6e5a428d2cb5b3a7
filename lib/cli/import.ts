import { Command } from "commander";

/** `cherenkit import FILE --output DIR` */
export function importCommand(): Command {
  return new Command("import")
    .description("turn a network that Keras or CTLearn saved (.keras, .h5, .weights.h5) into one of ours")
    .argument("<file>", ".keras or .h5 file of a model, or a file of weights with --config")
    .requiredOption("-o, --output <folder>", "model folder to write, e.g. models/energy/ctlearn")
    .option("--config <file>", "YAML file of the network, where the file holds weights alone")
    .option("--json", "print the numbers of the network as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  cherenkit import ctlearn_model.keras --output models/energy/ctlearn" +
        "\n  cherenkit import energy.weights.h5 --config configs/energy.yaml --output models/energy/ctlearn" +
        "\n\nThe folder can be named by load_model_from to go on training.",
    )
    .action(async (file: string, options: { output: string; config?: string; json?: true }) => {
      const { modelFolder } = await import("../config/model-folder.js");
      const { modelSummary } = await import("../models/model-summary.js");
      const { saveModel } = await import("../models/save-model.js");
      const model = await read(file, options.config);
      const folder = modelFolder(options.output).model;
      await saveModel(model, folder);
      const { parameters, trainableParameters, layers, flops, outputs } = modelSummary(model);
      if (options.json)
        console.log(JSON.stringify({ folder, parameters, trainableParameters, layers, flops, outputs }, null, 2));
      else console.log(`${folder}: ${parameters.toLocaleString("en-US")} parameters in ${layers} layers`);
    });
}

async function read(
  file: string,
  config: string | undefined,
): ReturnType<typeof import("../models/keras/import-keras.js").importKeras> {
  const { importKeras, importKerasWeights } = await import("../models/keras/import-keras.js");
  if (config === undefined) return importKeras(file);
  const { loadConfig } = await import("../config/load-config.js");
  const { prepareModel } = await import("../models/prepare-model.js");
  const model = await prepareModel(await loadConfig(config));
  await importKerasWeights(model, file);
  return model;
}
