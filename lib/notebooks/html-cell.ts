import type { IAttachments, ICell, ICodeCell } from "@jupyterlab/nbformat";
import { duration } from "../display/duration.js";
import { escapeHtml } from "../display/mime-bundle.js";
import { highlightCode } from "./highlight.js";
import { renderOutput } from "./html-output.js";
import { renderMarkdown } from "./markdown.js";
import { cellTags, injectedTag, isCodeCell, joinedText } from "./notebook-cell.js";
import type { PageContext } from "./page-context.js";
import { tidiedHtml } from "./tidy-html.js";

// Tags are written with `-` by Jupyter Book and with `_` by nbconvert.
/** Whether a cell has a tag, in either spelling. */
export function hasTag(cell: ICell, name: string): boolean {
  return cellTags(cell).some((tag) => tag.replaceAll("_", "-") === name);
}

function jupyterFlag(cell: ICell, name: "source_hidden" | "outputs_hidden"): boolean {
  return (cell.metadata.jupyter as Record<string, unknown> | undefined)?.[name] === true;
}

/** Whether the outputs are folded away, in new notebooks or old ones. */
function isCollapsed(cell: ICell): boolean {
  return jupyterFlag(cell, "outputs_hidden") || cell.metadata.collapsed === true;
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
  const label = `<span><span class="unseen">code of cell </span>[${cell.execution_count ?? " "}]</span>${given}${time}`;
  const code = highlightCode(source, context.language);
  // What the author hid, and parameters, which stand in the header, appear when the reader asks for the code.
  const hidden = hasTag(cell, "hide-input") || cellTags(cell).includes(injectedTag) ? " hidden-input" : "";
  return `<details class="code${hidden}"${folded ? "" : " open"}><summary title="show or fold the code">${label}</summary><pre><code>${code}</code></pre></details>`;
}

function* renderOutputs(cell: ICodeCell, context: PageContext): Generator<string> {
  if (hasTag(cell, "remove-output") || cell.outputs.length === 0) return;
  const folded = hasTag(cell, "hide-output") || hasTag(cell, "hide-cell") || isCollapsed(cell);
  yield `${folded ? "<details><summary>Output</summary>" : ""}<div class="outputs">`;
  for (const output of cell.outputs) {
    yield* renderOutput(output, context);
    yield "\n";
  }
  yield `</div>${folded ? "</details>" : ""}`;
}

/** A cell in pieces; nothing of one that is left out. */
export function* renderCell(cell: ICell, id: string, context: PageContext): Generator<string> {
  if (hasTag(cell, "remove-cell")) return;
  if (isCodeCell(cell)) {
    const code = renderCode(cell, context);
    const hasOutputs = cell.outputs.length > 0 && !hasTag(cell, "remove-output");
    if (code === "" && !hasOutputs) return;
    yield `<section class="cell" id="${id}">${code}`;
    yield* renderOutputs(cell, context);
    yield "</section>\n";
    return;
  }
  const html = renderText(cell, context);
  if (html !== "") yield `<section class="cell prose" id="${id}">${html}</section>\n`;
}

/** A cell of text. A raw cell is for pages only when its format says so, and without a format text as it is. */
export function renderText(cell: ICell, context: PageContext): string {
  const source = joinedText(cell.source);
  const { attachments } = cell as { attachments?: IAttachments };
  const { raw_mimetype: raw, format = raw } = cell.metadata as { raw_mimetype?: string; format?: string };
  if (cell.cell_type === "markdown" || format === "text/markdown") return renderMarkdown(source, attachments, context);
  if (format === "text/html") return tidiedHtml(source, { balance: true });
  return format ? "" : `<pre>${escapeHtml(source)}</pre>`;
}
