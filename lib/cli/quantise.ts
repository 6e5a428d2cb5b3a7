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
      const { quantiseModel } = await import("../training/quantise-model.js");
      const comparison = await quantiseModel(source);
      if (options.json) console.log(JSON.stringify(comparison.networks, null, 2));
      else console.log(comparison.toString());
    });
}
