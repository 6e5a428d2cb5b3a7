import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { IAttachments, ICell, ICodeCell, IMimeBundle, INotebookContent } from "@jupyterlab/nbformat";
import { duration } from "../display/duration.js";
import { escapeHtml } from "../display/mime-bundle.js";
import { writeFileAtomically } from "../files/write-atomically.js";
import { highlightCode } from "./highlight.js";
import { renderHeader } from "./html-header.js";
import { isFigure, renderOutput } from "./html-output.js";
import { pageStyle } from "./html-style.js";
import { tableScript, tableStyle } from "./html-tables.js";
import { renderMarkdown } from "./markdown.js";
import { hasMath, mathStyle } from "./math.js";
import { cellTags, isCodeCell, joinedText } from "./notebook-cell.js";
import { markerTag } from "./notebook-file.js";
import { injectedTag } from "./parameters.js";
import type { RunRecord } from "./run-record.js";

export interface PageOptions {
  readonly title: string;
  /** How it was run; by default what the executed notebook says about itself. */
  readonly run?: RunRecord;
  /** Fold all code away; a reader can open it again. */
  readonly hideCode?: boolean;
}

interface PageContext {
  readonly language: string;
  readonly hideCode: boolean;
}

// Tags are written with `-` by Jupyter Book and with `_` by nbconvert.
function hasTag(cell: ICell, name: string): boolean {
  return cellTags(cell).some((tag) => tag.replaceAll("_", "-") === name);
}

function jupyterFlag(cell: ICell, name: "source_hidden" | "outputs_hidden"): boolean {
  return (cell.metadata.jupyter as Record<string, unknown> | undefined)?.[name] === true;
}

function renderCode(cell: ICodeCell, context: PageContext): string {
  const source = joinedText(cell.source);
  if (hasTag(cell, "remove-input") || source.trim() === "") return "";
  const folded =
    context.hideCode ||
    hasTag(cell, "hide-input") ||
    hasTag(cell, "hide-cell") ||
    jupyterFlag(cell, "source_hidden") ||
    cellTags(cell).includes(injectedTag);
  const seconds = (cell.metadata.cherenkit as { seconds?: number } | undefined)?.seconds ?? 0;
  const time = seconds >= 1 ? `<span>${duration(seconds)}</span>` : "";
  const given = cellTags(cell).includes(injectedTag) ? "<span>the parameters of this run</span>" : "";
  const label = `<span>[${cell.execution_count ?? " "}]</span>${given}${time}`;
  const code = highlightCode(source, context.language);
  // What the author hid, and parameters, which stand in the header, appear when the reader asks for the code.
  const hidden = hasTag(cell, "hide-input") || cellTags(cell).includes(injectedTag) ? " hidden-input" : "";
  return `<details class="code${hidden}"${folded ? "" : " open"}><summary title="show or fold the code">${label}</summary><pre><code>${code}</code></pre></details>`;
}

function* renderOutputs(cell: ICodeCell): Generator<string> {
  if (hasTag(cell, "remove-output") || cell.outputs.length === 0) return;
  const folded = hasTag(cell, "hide-output") || hasTag(cell, "hide-cell") || jupyterFlag(cell, "outputs_hidden");
  yield `${folded ? "<details><summary>Output</summary>" : ""}<div class="outputs">`;
  for (const output of cell.outputs) {
    yield* renderOutput(output);
    yield "\n";
  }
  yield `</div>${folded ? "</details>" : ""}`;
}

function* renderCell(cell: ICell, id: string, context: PageContext): Generator<string> {
  if (hasTag(cell, "remove-cell")) return;
  if (isCodeCell(cell)) {
    const code = renderCode(cell, context);
    const hasOutputs = cell.outputs.length > 0 && !hasTag(cell, "remove-output");
    if (code === "" && !hasOutputs) return;
    yield `<section class="cell" id="${id}">${code}`;
    yield* renderOutputs(cell);
    yield "</section>\n";
    return;
  }
  const source = joinedText(cell.source);
  const html =
    cell.cell_type === "markdown"
      ? renderMarkdown(source, (cell as { attachments?: IAttachments }).attachments)
      : `<pre>${escapeHtml(source)}</pre>`;
  yield `<section class="cell prose" id="${id}">${html}</section>\n`;
}

function* renderCells(notebook: INotebookContent, context: PageContext): Generator<string> {
  let failedNext = false;
  for (const [i, cell] of notebook.cells.entries()) {
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

const toggleScript = `
document.getElementById("toggle-code").addEventListener("click", () => {
  const all = [...document.querySelectorAll("details.code")];
  const open = !all.some((item) => item.open);
  for (const item of all) item.open = open;
});`;

// Figures follow the width of the page: a width of their own would overflow a small window. Where the legend needs many
// lines the figure grows by them, so that the plot keeps its height.
const figureScript = `
const usualLegend = 40;
function fitHeight(box, height) {
  const legend = box.querySelector(".legend .bg")?.getBBox().height ?? 0;
  const wanted = Math.round(height + Math.max(0, legend - usualLegend));
  if (Math.abs(wanted - box.clientHeight) < 5) return;
  box.style.height = wanted + "px";
  return Plotly.relayout(box, { height: wanted });
}
const heights = new Map();
for (const box of document.querySelectorAll(".figure")) {
  const figure = JSON.parse(box.firstElementChild.textContent);
  const { width, ...layout } = figure.layout ?? {};
  const config = { displaylogo: false, ...figure.config, responsive: true };
  // Its own light colours, also on a dark page.
  const font = { ...layout.font, color: layout.font?.color ?? "#444" };
  box.textContent = "";
  heights.set(box, layout.height);
  Plotly.newPlot(box, figure.data ?? [], { ...layout, font, autosize: true }, config).then(() => {
    if (figure.frames) Plotly.addFrames(box, figure.frames);
    return fitHeight(box, layout.height);
  });
}
const fitAll = () => heights.forEach((height, box) => Plotly.Plots.resize(box).then(() => fitHeight(box, height)));
let resized;
addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(fitAll, 200); });
addEventListener("beforeprint", fitAll);`;

function plotlySource(): string {
  const file = createRequire(import.meta.url).resolve("plotly.js-dist-min/plotly.min.js");
  return readFileSync(file, "utf8").replaceAll("</script", "<\\/script");
}

/** Whether any text of the notebook may hold a formula. */
function mayHoldMath(notebook: INotebookContent): boolean {
  return notebook.cells.some((cell) => {
    if (!isCodeCell(cell)) return cell.cell_type === "markdown" && hasMath(joinedText(cell.source));
    return cell.outputs.some((output) => {
      const data = (output.data ?? {}) as IMimeBundle;
      return (
        data["text/latex"] !== undefined || hasMath(joinedText((data["text/markdown"] ?? "") as string | string[]))
      );
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
  yield `</head>\n<body>\n${renderHeader(options.title, run)}\n<main>\n`;
  yield* renderCells(notebook, { language, hideCode: options.hideCode === true });
  yield `</main>\n<script>${toggleScript}${table ? tableScript : ""}</script>\n`;
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

/**
 * Writes the page piece by piece.
 * @throws {OutputError}
 */
export async function writePage(file: string, notebook: INotebookContent, options: PageOptions): Promise<void> {
  await writeFileAtomically(file, pageParts(notebook, options));
}
