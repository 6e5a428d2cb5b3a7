import { basename, dirname } from "node:path";
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
      const notebook = await readNotebook(file);
      const { input } = (notebook.metadata.cherenkit ?? {}) as { input?: string };
      await writePage(page, notebook, {
        title: basename(file, ".ipynb"),
        hideCode,
        // The copy that a run leaves still links what lies beside the notebook that was run.
        folders: [dirname(file), ...(input ? [dirname(input)] : [])],
        onWarning: (text) => process.stderr.write(`warning: ${file}: ${text}\n`),
      });
      console.log(page);
    });
}
