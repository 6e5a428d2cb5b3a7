import type { Command } from "commander";
import { type Channel, channels as knownChannels } from "../config/config.js";
import { dl1dhReaderDefaults } from "../config/defaults.js";
import { channelList, exportCommand, type SelectionOptions, selectionOf, tellExport } from "./export-options.js";
import { wholeNumber } from "./whole-number.js";

interface Options extends SelectionOptions {
  readonly channels: readonly Channel[];
  readonly mapper: string;
  readonly shape?: number;
}

/** `cherenkit images FILE… --output X.h5|X.npy` */
export function imagesCommand(): Command {
  const { channels, mapper } = dl1dhReaderDefaults;
  return exportCommand("images")
    .description("write mapped images with their labels, for networks that are trained elsewhere")
    .option("--channels <a,b>", "channels of the images", channelList(knownChannels), channels)
    .option("--mapper <name>", "how pixels become a square image", mapper)
    .option("--shape <n>", "side of the image; without it the mapper's own for the camera", wholeNumber)
    .requiredOption("--output <file>", "images to write: .h5, or .npy with the table as .csv beside it")
    .addHelpText(
      "after",
      "\nExample:\n  cherenkit images gamma.h5 --channels image,peak_time --shape 96 --output images.h5",
    )
    .action(async (files: string[], options: Options) => {
      const { exportImages } = await import("../events/export-images.js");
      const { Progress } = await import("../display/progress.js");
      const selection = selectionOf(files, options, {
        channels: options.channels,
        mapper: options.mapper,
        imageShape: options.shape ?? null,
      });
      let progress: InstanceType<typeof Progress> | undefined;
      const result = await exportImages(selection, options.output, (done, total) => {
        progress ??= new Progress("mapping", total, "images");
        progress.update(done);
      }).finally(() => progress?.stop());
      tellExport(result, options);
    });
}
