import type { IAttachments } from "@jupyterlab/nbformat";
import katexPlugin from "@vscode/markdown-it-katex";
import MarkdownIt from "markdown-it";
import deflist from "markdown-it-deflist";
import footnote from "markdown-it-footnote";
import githubAlerts from "markdown-it-github-alerts";
import { escapeHtml } from "../display/mime-bundle.js";
import { highlightCode } from "./highlight.js";
import { inlineFormulaEnd, renderFormula, renderReference, setFormulas } from "./math.js";
import { joinedText } from "./notebook-cell.js";
import { freeAnchor, newPageContext, type PageContext } from "./page-context.js";
import { tableMath } from "./table-math.js";
import { tidiedHtml } from "./tidy-html.js";

interface Environment {
  readonly page: PageContext;
  readonly attachments: IAttachments;
  /** Keeps the footnotes of cells apart. */
  readonly docId: string;
}

const markdown = new MarkdownIt({
  html: true,
  linkify: true,
  highlight: (code, language) => highlightCode(code, language),
});

// `$$…$$` and bare environments.
markdown.use(katexPlugin.default, { enableBareBlocks: true });
// Lists of terms, footnotes and `> [!NOTE]`.
markdown
  .use(deflist)
  .use(footnote)
  .use(githubAlerts, { icons: { note: "", tip: "", important: "", warning: "", caution: "" } });

const verbatimTag = /^<(\/?)(?:code|pre|kbd|samp)\b/i;

/** Whether the HTML before this place has opened code, in which nothing is a formula. */
function insideCode(tokens: readonly { readonly type: string; readonly content: string }[]): boolean {
  const last = tokens.findLast(({ type, content }) => type === "html_inline" && verbatimTag.test(content));
  return last !== undefined && verbatimTag.exec(last.content)![1] === "";
}

// As the plugin has it `5$\sigma$` and `$\gamma$s` were no formulas.
markdown.inline.ruler.at("math_inline", (state, silent) => {
  if (state.src[state.pos] !== "$" || insideCode(state.tokens)) return false;
  const end = inlineFormulaEnd(state.src, state.pos);
  if (end < 0 || end > state.posMax || state.src.slice(state.pos, end).includes("`")) return false;
  if (!silent) state.push("math_inline", "math", 0).content = state.src.slice(state.pos + 1, end - 1);
  state.pos = end;
  return true;
});

const bracketed =
  /\\\\\(([\s\S]+?)\\\\\)|\\\\\[([\s\S]+?)\\\\\]|(\\begin\{(\w+\*?)\}[\s\S]*?\\end\{\4\})|\\(eq)?ref\{([^{}]*)\}/y;

// `\\(…\\)` and `\\[…\\]`, as Jupyter knows them, environments within a line, and references to equations.
markdown.inline.ruler.before("escape", "bracketed-math", (state, silent) => {
  if (state.src[state.pos] !== "\\") return false;
  bracketed.lastIndex = state.pos;
  const [all, inline, display, environment, , eq, label] = bracketed.exec(state.src) ?? [];
  if (all === undefined) return false;
  if (!silent) {
    const type = label !== undefined ? "reference" : inline !== undefined ? "math_inline" : "math_block";
    const token = state.push(type, "math", 0);
    token.content = (label ?? inline ?? display ?? environment)!;
    token.markup = eq ?? "";
  }
  state.pos += all.length;
  return true;
});

function environmentOf(environment: unknown): Environment {
  return environment as Environment;
}

const { rules } = markdown.renderer;
const pageOf = (environment: unknown): PageContext => environmentOf(environment).page;
rules.math_inline = (tokens, i, _, env) => renderFormula(tokens[i]!.content, false, pageOf(env).equations);
rules.math_inline_block = (tokens, i, _, env) => renderFormula(tokens[i]!.content, true, pageOf(env).equations);
rules.math_inline_bare_block = rules.math_inline_block;
rules.math_block = (tokens, i, _, env) =>
  `<span class="formula">${renderFormula(tokens[i]!.content, true, pageOf(env).equations)}</span>\n`;
rules.reference = (tokens, i, _, env) =>
  renderReference(tokens[i]!.content, tokens[i]!.markup === "eq", pageOf(env).equations);

// A `|` within a formula does not end the cell of a table.
markdown.core.ruler.before("block", "table-math", (state) => {
  state.src = tableMath(state.src);
});

/** The text that stands behind the environment with which a formula begins. */
function behindEnvironment(formula: string): string {
  let depth = 0;
  for (const { 0: all, 1: edge, index } of formula.matchAll(/\\(begin|end)\s*\{[^{}]*\}/g)) {
    depth += edge === "begin" ? 1 : -1;
    if (depth === 0) return formula.slice(index + all.length);
  }
  return "";
}

// The plugin takes the whole line on which an environment ends.
markdown.core.ruler.after("block", "behind-environments", (state) => {
  const lines = state.src.split("\n");
  for (let i = state.tokens.length - 1; i >= 0; i--) {
    const token = state.tokens[i]!;
    if (token.type !== "math_block" || !/^\s*\\begin\b/.test(token.content)) continue;
    if (lines[token.map![0]]!.includes("$$")) continue;
    const rest = behindEnvironment(token.content);
    if (rest.trim() === "" || /^\s*\\(?:tag|label)\b/.test(rest)) continue;
    token.content = token.content.slice(0, token.content.length - rest.length);
    const [open, inline, close] = [
      new state.Token("paragraph_open", "p", 1),
      new state.Token("inline", "", 0),
      new state.Token("paragraph_close", "p", -1),
    ];
    Object.assign(inline, { content: rest.trim(), children: [], level: token.level + 1, map: token.map });
    state.tokens.splice(i + 1, 0, open, inline, close);
  }
});

/** The anchor of a heading, as JupyterLab makes it: its words joined by `-`. */
function headingId(text: string): string {
  return text.trim().replaceAll(/\s+/g, "-");
}

markdown.core.ruler.push("heading-ids", (state) => {
  const { anchors } = pageOf(state.env);
  for (const [i, token] of state.tokens.entries()) {
    const text = state.tokens[i + 1]?.content;
    if (token.type === "heading_open" && text) token.attrSet("id", freeAnchor(headingId(text), anchors));
  }
});

rules.heading_close = (tokens, i) => {
  const id = tokens[i - 2]?.attrGet("id");
  const link = id
    ? `<a class="anchor" href="#${escapeHtml(encodeURIComponent(id))}" aria-hidden="true" tabindex="-1">¶</a>`
    : "";
  return `${link}</${tokens[i]!.tag}>\n`;
};

// `- [ ] open` and `- [x] done`.
markdown.core.ruler.push("task-lists", (state) => {
  for (const [i, token] of state.tokens.entries()) {
    const text = token.type === "inline" && state.tokens[i - 2]?.type === "list_item_open" ? token.children?.[0] : null;
    const [mark, sign] = text?.content.match(/^\[([ xX])\]\s/) ?? [];
    if (!text || mark === undefined) continue;
    const box = new state.Token("html_inline", "", 0);
    const done = sign !== " ";
    box.content = `<input type="checkbox" disabled aria-label="${done ? "done" : "open"}"${done ? " checked" : ""}> `;
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

/** What is said of a picture whose author said nothing: the name of its file. */
function nameOf(link: string): string {
  return link.startsWith("data:")
    ? "picture"
    : link
        .replace(/[?#].*$/s, "")
        .replace(/^(?:.*[/:])/s, "")
        .replaceAll("%20", " ");
}

const showImage = rules.image!;
rules.image = (tokens, i, options, env, self) => {
  const token = tokens[i]!;
  const { page, attachments } = environmentOf(env);
  const link = String(token.attrGet("src"));
  const source = page.pictures.source(attached(link, attachments) ?? link, page.cell);
  if ("missing" in source) return source.missing;
  token.attrSet("src", source.link);
  const html = showImage(tokens, i, options, env, self);
  return html.replace(' alt=""', () => ` alt="${escapeHtml(nameOf(link))}"`);
};

/** A tag `<img>` with its picture in it; with `alt`, too, if it has none. */
export function imageTag(tag: string, page: PageContext, attachments: IAttachments = {}): string {
  const [, quoted, single, bare] = /\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(tag) ?? [];
  const link = quoted ?? single ?? bare;
  if (link === undefined) return tag;
  const source = page.pictures.source(attached(link, attachments) ?? link, page.cell);
  if ("missing" in source) return source.missing;
  const shown = source.link === link ? tag : tag.replace(link, () => source.link);
  return /\salt(?:\s*=|[\s/>])/i.test(tag) ? shown : shown.replace(/^<img/i, `<img alt="${escapeHtml(nameOf(link))}"`);
}

rules.html_block = (tokens, i, _, env) => {
  const { page, attachments } = environmentOf(env);
  const tag = (own: string, name: string): string => (name === "img" ? imageTag(own, page, attachments) : own);
  return tidiedHtml(tokens[i]!.content, { balance: false, text: (plain) => setFormulas(plain, page.equations), tag });
};
rules.html_inline = (tokens, i, _, env) => {
  const { page, attachments } = environmentOf(env);
  const { content } = tokens[i]!;
  return /^<img\b/i.test(content) ? imageTag(content, page, attachments) : content;
};

/**
 * Markdown as HTML. Pictures that are attached to the cell or lie beside the notebook are put in as data, and elements that it
 * leaves open are ended.
 */
export function renderMarkdown(
  text: string,
  attachments: IAttachments = {},
  page: PageContext = newPageContext(),
): string {
  const docId = `cell-${page.cell}`;
  const html = markdown.render(text, { attachments, page, docId });
  return text.includes("<") ? tidiedHtml(html, { balance: true }) : html;
}
