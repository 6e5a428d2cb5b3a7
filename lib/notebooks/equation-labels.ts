import type { IMimeBundle, INotebookContent, IOutput } from "@jupyterlab/nbformat";
import type { Equations } from "./equations.js";
import { hasTag, renderText } from "./html-cell.js";
import { renderOutput } from "./html-output.js";
import { hasMath } from "./math.js";
import { isCodeCell, joinedText } from "./notebook-cell.js";
import { newPageContext } from "./page-context.js";

/** What the labels of the notebook's equations refer to. */
export function equationLabels(notebook: INotebookContent): Equations["labels"] {
  const page = newPageContext();
  const inText = (text: string): boolean => text.includes("\\label");
  const formulaTypes = ["text/html", "text/markdown", "text/latex"];
  const texts = (output: IOutput): string[] =>
    formulaTypes.map((type) => joinedText(((output.data ?? {}) as IMimeBundle)[type] as string | string[]));
  const labelled = notebook.cells.some((cell) =>
    isCodeCell(cell) ? cell.outputs.some((output) => texts(output).some(inText)) : inText(joinedText(cell.source)),
  );
  if (!labelled) return page.equations.labels;
  for (const cell of notebook.cells) {
    if (hasTag(cell, "remove-cell")) continue;
    if (!isCodeCell(cell)) renderText(cell, page);
    else if (!hasTag(cell, "remove-output"))
      for (const output of cell.outputs) if (texts(output).some(hasMath)) Array.from(renderOutput(output, page));
  }
  return page.equations.labels;
}
