import { randomBytes } from "node:crypto";
import type { ICell, ICodeCell, IMarkdownCell, INotebookContent, MultilineString } from "@jupyterlab/nbformat";

/** Text that a notebook file may hold as a list of lines. */
export function joinedText(text: MultilineString | undefined): string {
  return Array.isArray(text) ? text.join("") : (text ?? "");
}

/** Tag of the cell that a run with parameters adds. */
export const injectedTag = "injected-parameters";

export function cellTags(cell: ICell): readonly string[] {
  return Array.isArray(cell.metadata?.tags) ? (cell.metadata.tags as string[]) : [];
}

export function isCodeCell(cell: ICell): cell is ICodeCell {
  return cell.cell_type === "code";
}

// Cells have ids from notebook format 4.5 on; before, an id would be an error.
function newId(notebook: INotebookContent): { id?: string } {
  return notebook.nbformat > 4 || notebook.nbformat_minor >= 5 ? { id: randomBytes(4).toString("hex") } : {};
}

export function newCodeCell(notebook: INotebookContent, source: string, tags: string[]): ICodeCell {
  return {
    ...newId(notebook),
    cell_type: "code",
    source,
    metadata: { tags },
    outputs: [],
    execution_count: null,
  } as ICodeCell;
}

export function newMarkdownCell(notebook: INotebookContent, source: string, tags: string[]): IMarkdownCell {
  return { ...newId(notebook), cell_type: "markdown", source, metadata: { tags } } as IMarkdownCell;
}
