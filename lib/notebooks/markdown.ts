import type { IAttachments } from "@jupyterlab/nbformat";
import MarkdownIt from "markdown-it";
import { escapeHtml } from "../display/mime-bundle.js";
import { highlightCode } from "./highlight.js";

const markdown = new MarkdownIt({
  html: true,
  linkify: true,
  highlight: (code, language) => highlightCode(code, language === "ts" ? "typescript" : language),
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
