import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { INotebookContent } from "@jupyterlab/nbformat";
import { Command } from "commander";
import { InputError } from "../errors.js";
import { writeFileAtomically } from "../files/write-atomically.js";

/** `cherenkit render NB.ipynb` */
export function renderCommand(): Command {
  return new Command("render")
    .description("one self-contained HTML page of a notebook; opens without network")
    .argument("<notebook>", "notebook, executed or not")
    .option("--output <file>", "page to write; the notebook's name with .html when absent")
    .option("--hide-code", "fold the code away")
    .addHelpText("after", "\nExample:\n  cherenkit render train.ipynb --output train.html")
    .action(async (file: string, options: { output?: string; hideCode?: true }) => {
      const { renderNotebook } = await import("../notebooks/html.js");
      const page = options.output ?? `${file.replace(/\.ipynb$/, "")}.html`;
      const html = renderNotebook(await readNotebookFile(file), {
        title: basename(file, ".ipynb"),
        hideCode: options.hideCode === true,
      });
      await writeFileAtomically(page, html);
      console.log(page);
    });
}

async function readNotebookFile(file: string): Promise<INotebookContent> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new InputError(`${file} cannot be read: ${(cause as Error).message}`, { place: file, cause });
  }
  try {
    const notebook = JSON.parse(text) as INotebookContent;
    if (!Array.isArray(notebook.cells)) throw new Error("it has no cells");
    return notebook;
  } catch (cause) {
    throw new InputError(`${file} is not a notebook: ${(cause as Error).message}`, { place: file, cause });
  }
}
