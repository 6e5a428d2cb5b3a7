import type { Command } from "commander";
import { dl1dhReaderDefaults } from "../config/defaults.js";
import { exportCommand, type SelectionOptions, selectionOf, tellExport } from "./export-options.js";

/** `cherenkit examples FILE… --output X.csv|X.h5` */
export function examplesCommand(): Command {
  return exportCommand("examples")
    .description("write the example table: ids, truth, pointing and labels of all images or events")
    .requiredOption("--output <file>", "table to write: .csv, or .h5 with one dataset a column")
    .addHelpText("after", "\nExample:\n  cherenkit examples gamma.h5 --background proton.h5 --output examples.csv")
    .action(async (files: string[], options: SelectionOptions) => {
      const { exportExamples } = await import("../events/export-examples.js");
      const { channels, mapper } = dl1dhReaderDefaults;
      const selection = selectionOf(files, options, { channels, mapper, imageShape: null });
      tellExport(await exportExamples(selection, options.output), options);
    });
}
