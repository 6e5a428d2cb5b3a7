import { type Command, Option } from "commander";
import {
  type ChannelName,
  expandChannels,
  isWaveformName,
  type SequencePosition,
  sequencePositions,
} from "../config/channel.js";
import { dl1dhReaderDefaults } from "../config/defaults.js";
import type { ExportSelection } from "../events/export-examples.js";
import { channelList, exportCommand, type SelectionOptions, selectionOf, tellExport } from "./export-options.js";
import { wholeNumber } from "./whole-number.js";

interface Options extends SelectionOptions {
  readonly channels: readonly ChannelName[];
  readonly sequenceLength?: number;
  readonly sequencePosition: SequencePosition;
  readonly mapper: string;
  readonly shape?: number;
}

/** `cherenkit images FILE… --output X.h5|X.npy` */
export function imagesCommand(): Command {
  const { channels, mapper, sequencePosition } = dl1dhReaderDefaults;
  return exportCommand("images")
    .description("write mapped images with their labels, for networks that are trained elsewhere")
    .option("--channels <a,b>", "channels of the images", channelList, channels)
    .option(
      "--sequence-length <n>",
      "samples of waveforms that become channels; without it the whole readout",
      wholeNumber,
    )
    .addOption(
      new Option("--sequence-position <where>", "where these samples lie")
        .choices(sequencePositions)
        .default(sequencePosition),
    )
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
      const { channels: names, sequencePosition: position } = options;
      const select = (length: number): ExportSelection =>
        selectionOf(files, options, {
          channels: expandChannels(names, { length, position }),
          mapper: options.mapper,
          imageShape: options.shape ?? null,
        });
      let length = options.sequenceLength ?? 1;
      if (options.sequenceLength === undefined && names.some(isWaveformName)) {
        const { readoutSamples } = await import("../events/readout-samples.js");
        length = await readoutSamples([...files].sort()[0]!, names, select(1).reader);
      }
      const selection = select(length);
      let progress: InstanceType<typeof Progress> | undefined;
      const result = await exportImages(selection, options.output, (done, total) => {
        progress ??= new Progress("mapping", total, "images");
        progress.update(done);
      }).finally(() => progress?.stop());
      tellExport(result, options);
    });
}
