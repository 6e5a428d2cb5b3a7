import { Command } from "commander";
import { exitCodes } from "../errors.js";
import { tellError } from "./tell-error.js";

/** `cherenkit inspect FILE…` */
export function inspectCommand(): Command {
  return new Command("inspect")
    .description("say what is in DL1 and DL2 files: telescopes, cameras, events, energies, data model")
    .argument("<files...>", "HDF5 files")
    .option("--json", "one JSON list, one object a file")
    .addHelpText("after", "\nExample:\n  cherenkit inspect data/demo/gammas_diffuse/train/*.h5")
    .action(async (files: string[], options: { json?: true }) => {
      const { describeFile } = await import("../events/describe-file.js");
      const { fileTable } = await import("./file-table.js");
      const described = [];
      for (const file of files) {
        try {
          described.push(await describeFile(file));
        } catch (error) {
          tellError(error);
          process.exitCode = exitCodes.failed;
        }
      }
      if (options.json) console.log(JSON.stringify(described, null, 2));
      else for (const description of described) console.log(`${fileTable(description)}\n`);
    });
}
