import { readFile } from "node:fs/promises";
import type { INotebookContent } from "@jupyterlab/nbformat";
import { InputError } from "../errors.js";
import { writeFileAtomically } from "../files/write-atomically.js";
import { cellTags, isCodeCell, newMarkdownCell } from "./notebook-cell.js";

/** Tag of the cells that a failed run adds to lead the reader to the failed cell. */
export const markerTag = "cherenkit-error-marker";

/** What papermill puts into a notebook for the same purpose. */
const papermillMarkerTag = "papermill-error-cell-tag";

/** What keeps something from being a cell; null when nothing does. */
function cellProblem(cell: unknown): string | null {
  if (cell === null || typeof cell !== "object") return "it is no object";
  const { cell_type, source, metadata, outputs } = cell as Record<string, unknown>;
  if (typeof cell_type !== "string") return "it has no cell_type";
  const lines = typeof source === "string" ? [source] : source;
  if (!Array.isArray(lines) || lines.some((line) => typeof line !== "string")) return "its source is no text";
  if (metadata != null && typeof metadata !== "object") return "its metadata are no object";
  if (outputs != null && !Array.isArray(outputs)) return "its outputs are no list";
  return null;
}

const unreadable: Readonly<Record<string, readonly [reason: string, remedy?: string]>> = {
  ENOENT: ["there is no such file", "look at the path"],
  ENOTDIR: ["there is no such file", "look at the path"],
  EISDIR: ["it is a folder", "give a notebook in it"],
  EACCES: ["no permission to read it", "ask its owner for it, or copy it"],
};

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
    const { code, message } = cause as NodeJS.ErrnoException;
    const [reason, remedy] = unreadable[code ?? ""] ?? [message];
    throw new InputError(`the notebook cannot be read: ${reason}`, { place, remedy, cause });
  }
  let notebook: INotebookContent;
  try {
    // Some editors write a byte order mark.
    notebook = JSON.parse(text.replace(/^\uFEFF/, "")) as INotebookContent;
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
  for (const [i, cell] of notebook.cells.entries()) {
    const problem = cellProblem(cell);
    if (problem === null) continue;
    throw new InputError(`cell ${i + 1} of this notebook cannot be read: ${problem}`, {
      place,
      remedy: "open it in JupyterLab and save it, or remove that cell",
    });
  }
  return { ...notebook, metadata: notebook.metadata ?? {} };
}

/** @throws {OutputError} when it cannot be written; the file is left as it was */
export async function writeNotebook(file: string, notebook: INotebookContent): Promise<void> {
  await writeFileAtomically(file, `${JSON.stringify(notebook, null, 1)}\n`);
}

/** Metadata without what a run says of itself. */
function withoutRun<T extends object>(metadata: T): T {
  const { papermill: _, cherenkit: __, execution: ___, ...others } = metadata as Record<string, unknown>;
  return others as T;
}

/** A copy as before any run: no outputs, no counts, no times, no marks of a failure. */
export function withoutOutputs(notebook: INotebookContent): INotebookContent {
  const cells = notebook.cells
    .filter((cell) => !cellTags(cell).some((tag) => tag === markerTag || tag === papermillMarkerTag))
    .map((cell) => {
      const metadata = withoutRun(cell.metadata ?? {});
      return isCodeCell(cell) ? { ...cell, metadata, outputs: [], execution_count: null } : { ...cell, metadata };
    });
  return { ...notebook, cells, metadata: withoutRun(notebook.metadata) };
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
