import { Command, Option } from "commander";
import type { OnnxPrecision } from "../models/onnx/export-onnx.js";

const endings = { onnx: ".onnx", keras: ".keras", "keras-weights": ".weights.h5", "saved-model": "" } as const;
type Format = keyof typeof endings;

const precisions: readonly OnnxPrecision[] = ["float32", "float16", "int8"];

interface ExportOptions {
  readonly format: Format;
  readonly precision: OnnxPrecision;
  readonly output?: string;
}

/** `cherenkit export DIR --format onnx` */
export function exportCommand(): Command {
  return new Command("export")
    .description("write a trained network as ONNX, TensorFlow SavedModel, .keras file or Keras weights")
    .argument("<model>", "model folder, e.g. models/energy/singlecnn")
    .addOption(new Option("-f, --format <format>", "form of the file").choices(Object.keys(endings)).default("onnx"))
    .addOption(
      new Option("-p, --precision <precision>", "of ONNX: int8 looks at the training images of the model")
        .choices(precisions)
        .default("float32"),
    )
    .option(
      "-o, --output <path>",
      "file, or folder of a SavedModel; by default model.onnx, saved_model, … in the folder",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  cherenkit export models/energy/singlecnn" +
        "\n  cherenkit export models/energy/singlecnn --precision int8" +
        "\n  cherenkit export models/energy/singlecnn --format keras --output energy.keras" +
        "\n\nA SavedModel is read by tf.saved_model.load, a .keras file by keras.models.load_model." +
        "\ncherenkit quantise measures what float16 and int8 buy.",
    )
    .action(async (source: string, options: ExportOptions, command: Command) => {
      const { format, precision } = options;
      if (precision !== "float32" && format !== "onnx") {
        command.error(`error: --precision ${precision} is for --format onnx`, { exitCode: 2 });
      }
      const { join } = await import("node:path");
      const { modelFolder } = await import("../config/model-folder.js");
      const { loadModel } = await import("../models/load-model.js");
      const model = await loadModel(modelFolder(source).model);
      const name =
        format === "saved-model"
          ? "saved_model"
          : `model${precision === "float32" ? "" : `.${precision}`}${endings[format]}`;
      const target = options.output ?? join(source, name);
      if (precision === "float32") await (await writerOf(format))(model, target);
      else await writeReduced(source, model, target, precision);
      console.log(target);
    });
}

type Writer = typeof import("../models/keras/export-keras.js").exportKeras;

async function writerOf(format: Format): Promise<Writer> {
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

async function writeReduced(
  source: string,
  model: Parameters<Writer>[0],
  target: string,
  precision: OnnxPrecision,
): Promise<void> {
  const { exportOnnx } = await import("../models/onnx/export-onnx.js");
  if (precision !== "int8") return exportOnnx(model, target, { precision });
  const { openModelData } = await import("../training/open-training-data.js");
  const { sampleImages } = await import("../training/sample-images.js");
  const { data } = await openModelData(source);
  try {
    await exportOnnx(model, target, { precision, sample: await sampleImages(data) });
  } finally {
    await data.batches.close();
  }
}
