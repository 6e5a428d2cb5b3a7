import type { IAttachments } from "@jupyterlab/nbformat";
import katexPlugin from "@vscode/markdown-it-katex";
import katex from "katex";
import MarkdownIt from "markdown-it";
import { highlightCode } from "./highlight.js";
import { inTermsOfKatex, renderFormula } from "./math.js";
import { joinedText } from "./notebook-cell.js";

const markdown = new MarkdownIt({
  html: true,
  linkify: true,
  highlight: (code, language) => highlightCode(code, language === "ts" ? "typescript" : language),
});

// `$…$`, `$$…$$` and bare environments; a price in dollars stays text.
markdown.use(katexPlugin.default, {
  enableBareBlocks: true,
  katex: {
    ...katex,
    renderToString: (tex: string, options?: object) => katex.renderToString(inTermsOfKatex(tex), options),
  },
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

// `- [ ] open` and `- [x] done`.
markdown.core.ruler.push("task-lists", (state) => {
  for (const [i, token] of state.tokens.entries()) {
    const text = token.type === "inline" && state.tokens[i - 2]?.type === "list_item_open" ? token.children?.[0] : null;
    const [mark, sign] = text?.content.match(/^\[([ xX])\]\s/) ?? [];
    if (!text || mark === undefined) continue;
    const box = new state.Token("html_inline", "", 0);
    box.content = `<input type="checkbox" disabled${sign === " " ? "" : " checked"}> `;
    text.content = text.content.slice(mark.length);
    token.children!.unshift(box);
  }
});

// Pictures that are drawn, too, may stand in a page as data.
const isSafe = markdown.validateLink.bind(markdown);
markdown.validateLink = (link) => /^data:image\/svg\+xml[;,]/i.test(link) || isSafe(link);

/** The picture that is attached to a cell under this name, as a link that holds it; null when there is none. */
function attached(link: string, attachments: IAttachments): string | null {
  const name = link.match(/^attachment:(.+)$/)?.[1];
  const bundle = name === undefined ? undefined : (attachments[name] ?? attachments[decodeURIComponent(name)]);
  const [type, data] = Object.entries(bundle ?? {})[0] ?? [];
  return type && data ? `data:${type};base64,${joinedText(data as string | string[])}` : null;
}

markdown.core.ruler.push("attachments", (state) => {
  const { attachments } = state.env as { attachments: IAttachments };
  for (const token of state.tokens.flatMap((item) => [item, ...(item.children ?? [])])) {
    const source = token.type === "image" ? String(token.attrGet("src")) : "";
    if (source !== "") token.attrSet("src", attached(source, attachments) ?? source);
    if (token.type === "html_inline" || token.type === "html_block")
      token.content = token.content.replace(/attachment:[^"'\s>]+/g, (link) => attached(link, attachments) ?? link);
  }
});

/** Markdown as HTML. Images attached to the cell are put in as data. */
export function renderMarkdown(text: string, attachments: IAttachments = {}): string {
  return markdown.render(text, { attachments });
}
