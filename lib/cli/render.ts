import { basename } from "node:path";
import { Command } from "commander";

/** `cherenkit render NB.ipynb` */
export function renderCommand(): Command {
  return new Command("render")
    .description("one self-contained HTML page of a notebook; opens without network")
    .argument("<notebook>", "notebook, executed or not")
    .option("--output <file>", "page to write; the notebook's name with .html when absent")
    .option("--hide-code", "fold the code away")
    .addHelpText("after", "\nExample:\n  cherenkit render train.ipynb --output train.html")
    .action(async (file: string, options: { output?: string; hideCode?: true }) => {
      const { writePage } = await import("../notebooks/html.js");
      const { readNotebook } = await import("../notebooks/notebook-file.js");
      const page = options.output ?? `${file.replace(/\.ipynb$/, "")}.html`;
      const hideCode = options.hideCode === true;
      await writePage(page, await readNotebook(file), { title: basename(file, ".ipynb"), hideCode });
      console.log(page);
    });
}
