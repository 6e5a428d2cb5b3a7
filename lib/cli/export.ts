import { Command, Option } from "commander";

const endings = { onnx: ".onnx", keras: ".keras", "keras-weights": ".weights.h5", "saved-model": "" } as const;
type Format = keyof typeof endings;

/** `cherenkit export DIR --format onnx` */
export function exportCommand(): Command {
  return new Command("export")
    .description("write a trained network as ONNX, TensorFlow SavedModel, .keras file or Keras weights")
    .argument("<model>", "model folder, e.g. models/energy/singlecnn")
    .addOption(new Option("-f, --format <format>", "form of the file").choices(Object.keys(endings)).default("onnx"))
    .option(
      "-o, --output <path>",
      "file, or folder of a SavedModel; by default model.onnx, saved_model, … in the folder",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  cherenkit export models/energy/singlecnn" +
        "\n  cherenkit export models/energy/singlecnn --format keras --output energy.keras" +
        "\n\nA SavedModel is read by tf.saved_model.load, a .keras file by keras.models.load_model.",
    )
    .action(async (source: string, options: { format: Format; output?: string }) => {
      const { join } = await import("node:path");
      const { modelFolder } = await import("../config/model-folder.js");
      const { loadModel } = await import("../models/load-model.js");
      const model = await loadModel(modelFolder(source).model);
      const name = options.format === "saved-model" ? "saved_model" : `model${endings[options.format]}`;
      const target = options.output ?? join(source, name);
      const write = await writerOf(options.format);
      await write(model, target);
      console.log(target);
    });
}

async function writerOf(format: Format): Promise<typeof import("../models/onnx/export-onnx.js").exportOnnx> {
  switch (format) {
    case "onnx":
      return (await import("../models/onnx/export-onnx.js")).exportOnnx;
    case "keras":
      return (await import("../models/keras/export-keras.js")).exportKeras;
    case "keras-weights":
      return (await import("../models/keras/export-keras.js")).exportKerasWeights;
    case "saved-model":
      return (await import("../engine/export-saved-model.js")).exportSavedModel;
  }
}
