import type { IAttachments } from "@jupyterlab/nbformat";
import Markdown, { type MarkdownIt } from "markdown-it";
import deflist from "markdown-it-deflist";
import footnote from "markdown-it-footnote";
import githubAlerts from "markdown-it-github-alerts";
import { escapeHtml } from "../display/mime-bundle.js";
import { highlightCode } from "./highlight.js";
import { mathInMarkdown } from "./markdown-math.js";
import { hasMath, setFormulas } from "./math.js";
import { joinedText } from "./notebook-cell.js";
import { freeAnchor, newPageContext, type PageContext } from "./page-context.js";
import { tidiedHtml } from "./tidy-html.js";

interface Environment {
  readonly page: PageContext;
  readonly attachments: IAttachments;
  /** Keeps the footnotes of cells apart. */
  readonly docId: string;
}

function environmentOf(environment: unknown): Environment {
  return environment as Environment;
}

const pageOf = (environment: unknown): PageContext => environmentOf(environment).page;

/** The anchor of a heading, as JupyterLab makes it: its words joined by `-`. */
function headingId(text: string): string {
  return text.trim().replaceAll(/\s+/g, "-");
}

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

/** Markdown as JupyterLab knows it, with lists of terms, footnotes and `> [!NOTE]`. */
function newMarkdown(): MarkdownIt {
  const markdown = new Markdown({
    html: true,
    linkify: true,
    highlight: (code, language) => highlightCode(code, language),
  });
  markdown
    .use(deflist)
    .use(footnote)
    .use(githubAlerts, { icons: { note: "", tip: "", important: "", warning: "", caution: "" } });
  const { rules } = markdown.renderer;

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
      const text =
        token.type === "inline" && state.tokens[i - 2]?.type === "list_item_open" ? token.children?.[0] : null;
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
  return markdown;
}

let plain: MarkdownIt | undefined;
let withMath: MarkdownIt | undefined;

/** The renderer for a text: that of formulas takes longer to load. */
function markdownFor(text: string): MarkdownIt {
  if (!hasMath(text) && !/\\(?:eq)?ref\{/.test(text)) {
    plain ??= newMarkdown();
    return plain;
  }
  if (withMath === undefined) {
    withMath = newMarkdown();
    mathInMarkdown(withMath, (environment) => pageOf(environment).equations);
  }
  return withMath;
}

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
  const html = markdownFor(text).render(text, { attachments, page, docId });
  return text.includes("<") ? tidiedHtml(html, { balance: true }) : html;
}
