import type { INotebookContent } from "@jupyterlab/nbformat";
import type { RunRecord } from "./run-record.js";

export function renderNotebook(
  notebook: INotebookContent,
  options: { title: string; run?: RunRecord; hideCode?: boolean },
): string {
  return `<!doctype html><title>${options.title}</title>${notebook.cells.length}`;
}
