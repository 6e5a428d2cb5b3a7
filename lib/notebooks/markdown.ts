import type { IAttachments } from "@jupyterlab/nbformat";
import katexPlugin from "@vscode/markdown-it-katex";
import MarkdownIt from "markdown-it";
import { escapeHtml } from "../display/mime-bundle.js";
import { highlightCode } from "./highlight.js";
import { renderFormula } from "./math.js";

const markdown = new MarkdownIt({
  html: true,
  linkify: true,
  highlight: (code, language) => highlightCode(code, language === "ts" ? "typescript" : language),
});

// `$…$`, `$$…$$` and bare environments; a price in dollars stays text.
markdown.use(katexPlugin.default, {
  enableBareBlocks: true,
  throwOnError: false,
});

const bracketed = /^\\\\\(([\s\S]+?)\\\\\)|^\\\\\[([\s\S]+?)\\\\\]/;

// `\\(…\\)` and `\\[…\\]`, as Jupyter knows them.
markdown.inline.ruler.before("escape", "bracketed-math", (state, silent) => {
  const [all, inline, display] = bracketed.exec(state.src.slice(state.pos)) ?? [];
  if (all === undefined) return false;
  if (!silent) state.push("html_inline", "", 0).content = renderFormula((inline ?? display)!, display !== undefined);
  state.pos += all.length;
  return true;
});

/** The anchor of a heading, as JupyterLab makes it: its words joined by `-`. */
function headingId(text: string): string {
  return text.trim().replaceAll(/\s+/g, "-");
}

markdown.core.ruler.push("heading-ids", (state) => {
  for (const [i, token] of state.tokens.entries()) {
    const text = state.tokens[i + 1]?.content;
    if (token.type === "heading_open" && text) token.attrSet("id", headingId(text));
  }
});

/** Markdown as HTML. Images attached to the cell are put in as data. */
export function renderMarkdown(text: string, attachments: IAttachments = {}): string {
  let source = text;
  for (const [name, bundle] of Object.entries(attachments)) {
    const [type, data] = Object.entries(bundle ?? {})[0] ?? [];
    if (type && data)
      source = source.replaceAll(`attachment:${name}`, `data:${escapeHtml(type)};base64,${String(data)}`);
  }
  return markdown.render(source);
}
