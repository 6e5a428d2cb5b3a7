import { type Command, Option } from "commander";
import {
  type Channel,
  type ChannelName,
  expandChannels,
  isWaveformName,
  type SequencePosition,
  sequencePositions,
} from "../config/channel.js";
import { dl1dhReaderDefaults } from "../config/defaults.js";
import { ConfigError } from "../errors.js";
import { channelList, exportCommand, type SelectionOptions, selectionOf, tellExport } from "./export-options.js";
import { wholeNumber } from "./whole-number.js";

interface Options extends SelectionOptions {
  readonly channels: readonly ChannelName[];
  readonly sequenceLength?: number;
  readonly sequencePosition: SequencePosition;
  readonly mapper: string;
  readonly shape?: number;
}

/** @throws {ConfigError} for waveforms without a number of samples */
function channelsOf({ channels, sequenceLength, sequencePosition }: Options): readonly Channel[] {
  if (sequenceLength === undefined && channels.some(isWaveformName)) {
    throw new ConfigError("waveforms need a number of samples", {
      place: "--channels",
      remedy: "say how many with --sequence-length (cherenkit inspect shows the readout's)",
    });
  }
  return expandChannels(channels, { length: sequenceLength ?? 1, position: sequencePosition });
}

/** `cherenkit images FILE… --output X.h5|X.npy` */
export function imagesCommand(): Command {
  const { channels, mapper, sequencePosition } = dl1dhReaderDefaults;
  return exportCommand("images")
    .description("write mapped images with their labels, for networks that are trained elsewhere")
    .option("--channels <a,b>", "channels of the images", channelList, channels)
    .option("--sequence-length <n>", "samples of waveforms that become channels", wholeNumber)
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
      const selection = selectionOf(files, options, {
        channels: channelsOf(options),
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
