import { Command, InvalidArgumentError, Option } from "commander";
import { type ChannelName, channelNames } from "../config/channel.js";
import type { ReaderConfig } from "../config/config.js";
import { dl1dhReaderDefaults } from "../config/defaults.js";
import { counted } from "../display/counted.js";
import type { ExportResult, ExportSelection } from "../events/export-examples.js";
import { collect } from "./assignments.js";
import { wholeNumber } from "./whole-number.js";

/** Options that choose events, shared by `examples` and `images`. */
export interface SelectionOptions {
  readonly background?: string[];
  readonly telType: string[];
  readonly mode: ReaderConfig["mode"];
  readonly minTelescopes: number;
  readonly cut: string[];
  readonly cuts: boolean;
  readonly focalLength?: ReaderConfig["focalLength"];
  readonly output: string;
  readonly json?: true;
}

/** A command with the arguments and options that choose events. */
export function exportCommand(name: string): Command {
  const [[, cut] = []] = dl1dhReaderDefaults.qualityCriteria;
  return new Command(name)
    .argument("<files...>", "DL1 files (of gammas, where there is a background)")
    .option("--background <files...>", "DL1 files of the other class")
    .option("--tel-type <name>", "telescope type, e.g. SST_1M_DigiCam (may be repeated)", collect, [])
    .addOption(
      new Option("--mode <mode>", "one row an image, or one an event").choices(["mono", "stereo"]).default("mono"),
    )
    .option(
      "--min-telescopes <n>",
      "stereo: telescopes that an event must have",
      wholeNumber,
      dl1dhReaderDefaults.minTelescopes,
    )
    .option("--cut <expression>", `quality cut (may be repeated); without any: ${cut}`, collect, [])
    .option("--no-cuts", "keep everything")
    .addOption(
      new Option(
        "--focal-length <which>",
        "for directions in the camera; the effective one where the files know it",
      ).choices(["effective", "equivalent"]),
    )
    .option("--json", "print files and examples as JSON");
}

/** What the options select. */
export function selectionOf(
  files: readonly string[],
  options: SelectionOptions,
  images: Pick<ReaderConfig, "channels" | "mapper" | "imageShape">,
): ExportSelection {
  const standard = dl1dhReaderDefaults.qualityCriteria.map(([name, expression]) => ({ name, expression }));
  const own = options.cut.map((expression) => ({ name: expression, expression }));
  return {
    signal: files,
    background: options.background ?? null,
    reader: {
      ...images,
      mode: options.mode,
      allowedTelescopes: null,
      allowedTelescopeTypes: options.telType.length > 0 ? options.telType : null,
      qualityCriteria: !options.cuts ? [] : own.length > 0 ? own : standard,
      focalLength: options.focalLength ?? null,
      minTelescopes: options.minTelescopes,
      minTelescopesOfType: [],
      stackTelescopeImages: false,
      sortByIntensity: false,
      skipIncompatibleFiles: false,
    },
  };
}

/** Says what was written. */
export function tellExport({ files, examples, focalLength }: ExportResult, options: SelectionOptions): void {
  if (options.json) console.log(JSON.stringify({ files, examples, focalLength }, null, 2));
  else console.log(`${files.join(", ")}: ${counted(examples, "example")} (${focalLength} focal length)`);
}

/** Parses `--channels a,b`. */
export function channelList(text: string): readonly ChannelName[] {
  return text.split(",").map((name) => {
    const channel = channelNames.find((one) => one === name.trim());
    if (channel) return channel;
    throw new InvalidArgumentError(`there is no channel ${name}; there are ${channelNames.join(", ")}`);
  });
}
