import type { IMimeBundle, INotebookContent } from "@jupyterlab/nbformat";
import { escapeHtml } from "../display/mime-bundle.js";
import { writeFileAtomically } from "../files/write-atomically.js";
import { equationLabels } from "./equation-labels.js";
import { newEquations } from "./equations.js";
import { renderCell } from "./html-cell.js";
import { renderHeader } from "./html-header.js";
import { isFigure } from "./html-output.js";
import { figureScript, pageScript, plotlySource } from "./html-scripts.js";
import { pageStyle } from "./html-style.js";
import { tableScript, tableStyle } from "./html-tables.js";
import { newLocalPictures, noPictures } from "./local-pictures.js";
import { hasMath, mathStyle } from "./math.js";
import { cellTags, isCodeCell, joinedText } from "./notebook-cell.js";
import { markerTag } from "./notebook-file.js";
import { newPageContext, type PageContext } from "./page-context.js";
import type { RunRecord } from "./run-record.js";

export interface PageOptions {
  readonly title: string;
  /** How it was run; by default what the executed notebook says about itself. */
  readonly run?: RunRecord;
  /** Fold all code away; a reader can open it again. */
  readonly hideCode?: boolean;
  /** Folders where pictures lie that the notebook links; none are put in without. */
  readonly folders?: readonly string[];
  /** Gets what is amiss with the page and does no harm to the rest. */
  readonly onWarning?: (text: string) => void;
}

function* renderCells(notebook: INotebookContent, context: PageContext): Generator<string> {
  let failedNext = false;
  for (const [i, cell] of notebook.cells.entries()) {
    context.cell = i;
    if (cellTags(cell).includes(markerTag)) {
      failedNext = true;
      continue;
    }
    // The marker at the top stands before the first cell, the other one before the cell that failed.
    const failed = failedNext && i > 1;
    failedNext = false;
    yield* renderCell(cell, failed ? "failed-cell" : `cell-${i}`, context);
  }
}

/** Whether any text of the notebook may hold a formula. */
function mayHoldMath(notebook: INotebookContent): boolean {
  return notebook.cells.some((cell) => {
    if (!isCodeCell(cell)) return cell.cell_type === "markdown" && hasMath(joinedText(cell.source));
    return cell.outputs.some((output) => {
      const data = (output.data ?? {}) as IMimeBundle;
      const texts = ["text/html", "text/markdown"].map((type) => joinedText(data[type] as string | string[]));
      return data["text/latex"] !== undefined || texts.some(hasMath);
    });
  });
}

function hasTable(notebook: INotebookContent): boolean {
  return notebook.cells.some(
    (cell) =>
      isCodeCell(cell) &&
      cell.outputs.some((output) => {
        const html = ((output.data ?? {}) as IMimeBundle)["text/html"];
        return html !== undefined && joinedText(html as string | string[]).includes('class="cherenkit-table"');
      }),
  );
}

/** Whether the notebook has a heading of the first level, without which the page's name is one. */
function hasTitle(notebook: INotebookContent): boolean {
  return notebook.cells.some(
    (cell) => cell.cell_type === "markdown" && /^ {0,3}#\s|<h1\b/m.test(joinedText(cell.source)),
  );
}

/** The page in pieces, so that huge outputs need little memory. */
function* pageParts(notebook: INotebookContent, options: PageOptions): Generator<string> {
  const own = notebook.metadata.cherenkit as RunRecord | undefined;
  const run = options.run ?? (own?.startedAt ? own : undefined);
  const language =
    notebook.metadata.language_info?.name ?? String(notebook.metadata.kernelspec?.language ?? "typescript");
  const table = hasTable(notebook);
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="cherenkit">
<title>${escapeHtml(options.title)}</title>
<style>${pageStyle}${table ? tableStyle : ""}</style>
`;
  if (mayHoldMath(notebook)) yield `<style>${mathStyle()}</style>\n`;
  yield `</head>\n<body>\n${renderHeader(options.title, run, !hasTitle(notebook))}\n<main>\n`;
  yield* renderCells(
    notebook,
    newPageContext({
      language,
      hideCode: options.hideCode === true,
      equations: newEquations(equationLabels(notebook)),
      pictures: options.folders ? newLocalPictures(options.folders, options.onWarning ?? (() => {})) : noPictures,
    }),
  );
  yield `</main>\n<script>${pageScript}${table ? tableScript : ""}</script>\n`;
  if (notebook.cells.some((cell) => isCodeCell(cell) && cell.outputs.some(isFigure)))
    yield `<script>${plotlySource()}</script>\n<script>${figureScript}</script>\n`;
  yield "</body>\n</html>\n";
}

/**
 * One HTML page of a notebook that needs nothing else: no network, no other file. Figures of Plotly are live, formulas
 * are set; what either needs is put in only when there is one. Code is folded or left out by the tags `hide-input`,
 * `remove-input`, `hide-output`, `remove-output`, `hide-cell` and `remove-cell`.
 */
export function renderNotebook(notebook: INotebookContent, options: PageOptions): string {
  return [...pageParts(notebook, options)].join("");
}

/** Pieces of about this many characters are written at once. */
const gathered = 1 << 18;

function* gather(parts: Iterable<string>): Generator<string> {
  let [pieces, length] = [[] as string[], 0];
  for (const part of parts) {
    pieces.push(part);
    length += part.length;
    if (length < gathered) continue;
    yield pieces.join("");
    [pieces, length] = [[], 0];
  }
  yield pieces.join("");
}

/**
 * Writes the page piece by piece.
 * @throws {OutputError}
 */
export async function writePage(file: string, notebook: INotebookContent, options: PageOptions): Promise<void> {
  await writeFileAtomically(file, gather(pageParts(notebook, options)));
}
