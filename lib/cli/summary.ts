import { Command } from "commander";

/** `cherenkit summary DIR|CONFIG` */
export function summaryCommand(): Command {
  return new Command("summary")
    .description("layers, parameters and floating-point operations of a model, or of what a configuration would build")
    .argument("<model-or-config>", "model folder, or YAML file")
    .option("--json", "print numbers as JSON")
    .addHelpText("after", "\nExamples:\n  cherenkit summary models/energy/cnn\n  cherenkit summary configs/energy.yaml")
    .action(async (source: string, options: { json?: true }) => {
      const { modelSummary } = await import("../models/model-summary.js");
      const summary = modelSummary(await openModel(source));
      const { parameters, trainableParameters, layers, flops, outputs } = summary;
      if (options.json)
        console.log(JSON.stringify({ parameters, trainableParameters, layers, flops, outputs }, null, 2));
      else console.log(summary.toText());
    });
}

async function openModel(source: string): ReturnType<typeof import("../models/load-model.js").loadModel> {
  if (/\.ya?ml$/.test(source)) {
    const { loadConfig } = await import("../config/load-config.js");
    const { prepareModel } = await import("../models/prepare-model.js");
    return prepareModel(await loadConfig(source));
  }
  const { loadModel } = await import("../models/load-model.js");
  const { modelFolder } = await import("../config/model-folder.js");
  return loadModel(modelFolder(source).model);
}
