import { readFile } from "node:fs/promises";
import type { INotebookContent } from "@jupyterlab/nbformat";
import { InputError } from "../errors.js";
import { writeFileAtomically } from "../files/write-atomically.js";
import { cellTags, isCodeCell, newMarkdownCell } from "./notebook-cell.js";

/** Tag of the cells that a failed run adds to lead the reader to the failed cell. */
export const markerTag = "cherenkit-error-marker";

/**
 * Reads a notebook file of format 4.
 * @param place what errors call it, where the file is a passing one
 * @throws {InputError} when it is missing or no notebook
 */
export async function readNotebook(file: string, place: string = file): Promise<INotebookContent> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const reason = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(cause);
    throw new InputError(`the notebook cannot be read: ${reason}`, { place, cause });
  }
  let notebook: INotebookContent;
  try {
    notebook = JSON.parse(text) as INotebookContent;
  } catch (cause) {
    throw new InputError(`this is no notebook: ${(cause as Error).message}`, {
      place,
      remedy: "give a file that Jupyter can open",
      cause,
    });
  }
  if (notebook === null || typeof notebook !== "object" || !Array.isArray(notebook.cells) || notebook.nbformat !== 4) {
    const old = typeof notebook?.nbformat === "number" && notebook.nbformat !== 4;
    throw new InputError(old ? `this is a notebook of format ${notebook.nbformat}` : "this is no notebook", {
      place,
      remedy: old ? "open it in JupyterLab and save it; format 4 is needed" : "give a file that Jupyter can open",
    });
  }
  return { ...notebook, metadata: notebook.metadata ?? {} };
}

/** @throws {OutputError} when it cannot be written; the file is left as it was */
export async function writeNotebook(file: string, notebook: INotebookContent): Promise<void> {
  await writeFileAtomically(file, `${JSON.stringify(notebook, null, 1)}\n`);
}

/** A copy as before any run: no outputs, no counts, no marks of a failure. */
export function withoutOutputs(notebook: INotebookContent): INotebookContent {
  const cells = notebook.cells
    .filter((cell) => !cellTags(cell).includes(markerTag))
    .map((cell) =>
      isCodeCell(cell)
        ? { ...cell, metadata: { ...cell.metadata }, outputs: [], execution_count: null }
        : { ...cell, metadata: { ...cell.metadata } },
    );
  return { ...notebook, cells, metadata: { ...notebook.metadata } };
}

/** Adds a line at the top that leads to the failed cell, and its target right before that cell. */
export function withFailureMarkers(notebook: INotebookContent, cellIndex: number, what: string): INotebookContent {
  const escaped = what.replace(/[\\`*_{}[\]<>#|&]/g, "\\$&");
  const top = `**This run stopped: ${escaped}** – [go to the cell where it happened](#failed-cell)`;
  const cells = notebook.cells.slice();
  cells.splice(
    cellIndex,
    0,
    newMarkdownCell(notebook, '<span id="failed-cell">**Here the run stopped.**</span>', [markerTag]),
  );
  cells.unshift(newMarkdownCell(notebook, top, [markerTag]));
  return { ...notebook, cells };
}
