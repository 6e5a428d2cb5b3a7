import { Command } from "commander";

/** `cherenkit quantise DIR` */
export function quantiseCommand(): Command {
  return new Command("quantise")
    .description("write a trained network as ONNX with float32, float16 and int8, and measure size, time and quality")
    .argument("<model>", "model folder, e.g. models/energy/singlecnn; its training files must still be there")
    .option("--json", "print the numbers as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  cherenkit quantise models/energy/singlecnn" +
        "\n\nQuality is that of the validation images; the ranges for int8 come from training images. Where int8 is as good and" +
        "\nfaster, predict with --engine onnxruntime-int8.",
    )
    .action(async (source: string, options: { json?: true }) => {
      const { join } = await import("node:path");
      const { modelFolder } = await import("../config/model-folder.js");
      const { loadModel } = await import("../models/load-model.js");
      const { weightsHash } = await import("../models/read-model.js");
      const { exportOnnx } = await import("../models/onnx/export-onnx.js");
      const { compareNetworks } = await import("../training/network-comparison.js");
      const { openModelData } = await import("../training/open-training-data.js");
      const { sampleImages } = await import("../training/sample-images.js");
      const model = await loadModel(modelFolder(source).model);
      const { config, data } = await openModelData(source);
      try {
        const sample = await sampleImages(data);
        const hash = await weightsHash(modelFolder(source).model);
        const files = {
          "ONNX float32": "model.onnx",
          "ONNX float16": "model.float16.onnx",
          "ONNX int8": "model.int8.onnx",
        };
        const precisions = ["float32", "float16", "int8"] as const;
        const paths = Object.entries(files).map(([name, file]) => [name, join(source, file)] as const);
        for (const [i, [, path]] of paths.entries())
          await exportOnnx(model, path, { precision: precisions[i]!, sample, source: hash });
        const comparison = await compareNetworks({ TensorFlow: model, ...Object.fromEntries(paths) }, data, config);
        if (options.json) console.log(JSON.stringify(comparison.networks, null, 2));
        else console.log(comparison.toString());
      } finally {
        await data.batches.close();
      }
    });
}
