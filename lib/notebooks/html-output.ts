import type { IError, IMimeBundle, IOutput } from "@jupyterlab/nbformat";
import { AnsiUp } from "ansi_up";
import { escapeHtml } from "../display/mime-bundle.js";
import { highlightCode } from "./highlight.js";
import { newInverseVideo } from "./inverse-video.js";
import { imageTag, renderMarkdown } from "./markdown.js";
import { renderMath, setFormulas } from "./math.js";
import { joinedText } from "./notebook-cell.js";
import type { PageContext } from "./page-context.js";
import { readableColours } from "./readable-colours.js";
import { newTerminal, restText, rowsText } from "./terminal.js";
import { tidyHtml } from "./tidy-html.js";

export const plotlyType = "application/vnd.plotly.v1+json";

/** Lines from which a stream gets a box of its own to scroll in. */
const longStream = 60;

/** Text is rendered in pieces of this many characters, so that a huge stream needs little memory. */
const pieceLength = 1 << 20;

/** What a terminal would show of the text, as HTML, in pieces. */
function* terminalText(text: string): Generator<string> {
  const colours = new AnsiUp();
  colours.use_classes = true;
  const inverse = newInverseVideo();
  let left = "";
  const terminal = newTerminal((rows) => {
    left += rowsText(rows);
  });
  for (let from = 0; from < text.length; from += pieceLength) {
    terminal.write(text.slice(from, from + pieceLength));
    yield readableColours(colours.ansi_to_html(inverse(left)));
    left = "";
  }
  yield readableColours(colours.ansi_to_html(inverse(restText(terminal))));
}

interface FigureLayout {
  readonly title?: string | { readonly text?: string; readonly subtitle?: { readonly text?: string } };
  readonly height?: number;
  readonly margin?: { readonly t?: number };
  readonly [axis: `xaxis${string}`]: { readonly domain?: readonly number[] } | undefined;
}

/** What Plotly takes for markup in a title; all else is text. */
function titleHtml(title: string): string {
  return escapeHtml(title).replaceAll(/&lt;(\/?(?:b|i|em|sub|sup|br) ?\/?)&gt;/g, "<$1>");
}

/** Height that Plotly gives a title, and the least above a plot: room for the buttons. */
const [titleHeight, leastTop] = [30, 30];

/** Widths that panels side by side need for labels and colour bars, each and together; three fit on paper. */
const [panelWidth, panelsWidth] = [230, 620];

/** Plots that stand side by side. */
function panelsAbreast(layout: FigureLayout): number {
  const lefts = Object.entries(layout).flatMap(([key, axis]) =>
    /^xaxis\d*$/.test(key) ? [(axis as FigureLayout["xaxis"])?.domain?.[0] ?? 0] : [],
  );
  return new Set(lefts.map((left) => left.toFixed(3))).size;
}

/**
 * The title stands above the figure as a line of the page: there it may be as long as it will. In a narrow window it breaks,
 * and panels side by side can be scrolled.
 */
function plotly(figure: unknown): string {
  const { layout = {}, ...rest } = (figure ?? {}) as { layout?: FigureLayout };
  const { title: own, ...untitled } = layout;
  const title = typeof own === "string" ? { text: own } : own;
  const caption = [title?.text, title?.subtitle?.text].filter(Boolean).join("<br>");
  const height = typeof layout.height === "number" ? layout.height : 450;
  const top = typeof layout.margin?.t === "number" ? layout.margin.t : 100;
  const t = caption === "" ? top : Math.max(leastTop, top - titleHeight);
  const plain = { ...untitled, height: height - (top - t), margin: { ...layout.margin, t } };
  const panels = panelsAbreast(layout);
  const style = `height:${plain.height}px${panels > 1 ? `;min-width:${Math.max(panelsWidth, panelWidth * panels)}px` : ""}`;
  // A `<` in the data could end the script element.
  const json = JSON.stringify({ ...rest, layout: plain }).replaceAll("<", "\\u003c");
  const head = caption === "" ? "" : `<figcaption>${titleHtml(caption)}</figcaption>`;
  const box = `<div class="figure" style="${style}"><script type="application/json">${json}</script></div>`;
  return `<figure${head === "" ? ' aria-label="figure"' : ""}>${head}<div class="frame">${box}</div></figure>`;
}

function image(type: string, data: string, metadata: Record<string, unknown>): string {
  const { width, height } = (metadata[type] ?? {}) as { width?: number; height?: number };
  const size = [width && ` width="${Number(width)}"`, height && ` height="${Number(height)}"`].filter(Boolean).join("");
  const base64 = type === "image/svg+xml" ? Buffer.from(data).toString("base64") : data.replaceAll(/\s/g, "");
  return `<img class="picture" src="data:${type};base64,${escapeHtml(base64)}"${size} alt="picture of this output">`;
}

type Renderer = (content: unknown, metadata: Record<string, unknown>, page: PageContext) => string | Iterable<string>;

const text = (content: unknown): string => joinedText(content as string | string[]);

function* boxed(classes: string, content: string): Generator<string> {
  yield `<pre class="${classes}">`;
  yield* terminalText(content);
  yield "</pre>";
}

/** HTML as the output has it, but for its formulas and the pictures beside the notebook. */
function* html(content: string, page: PageContext): Generator<string> {
  yield '<div class="html">';
  const tag = (own: string, name: string): string => (name === "img" ? imageTag(own, page) : own);
  yield* tidyHtml(content, { balance: true, text: (plain) => setFormulas(plain, page.equations), tag });
  yield "</div>";
}

/** A script, run with the `element` that Jupyter gives it: where it may draw. */
function script(source: string): string {
  const code = source.replaceAll(/<\/(script)/gi, "<\\/$1").replaceAll("<!--", "<\\!--");
  return `<div class="html"><script>(function (element) {${code}\n})(document.currentScript.parentElement);</script></div>`;
}

/** JSON of at most so many characters stands in the page. */
const longestJson = 200_000;

function json(content: unknown): string {
  const all = JSON.stringify(content, null, 2) ?? "";
  if (all.length <= longestJson) return `<pre class="value">${highlightCode(all, "json")}</pre>`;
  return `<pre class="value">${escapeHtml(all.slice(0, longestJson))}\n… ${all.length - longestJson} characters are left out here</pre>`;
}

/** From the richest to the plainest, as nbconvert orders them, with live figures before all. */
const renderers: readonly (readonly [string, Renderer])[] = [
  [plotlyType, plotly],
  ["text/html", (content, _, page) => html(text(content), page)],
  ["application/javascript", (content) => script(text(content))],
  ["text/markdown", (content, _, page) => `<div class="prose">${renderMarkdown(text(content), {}, page)}</div>`],
  ["image/svg+xml", (content, metadata) => image("image/svg+xml", text(content), metadata)],
  ["text/latex", (content, _, page) => `<div class="prose">${renderMath(text(content), page.equations)}</div>`],
  ["image/png", (content, metadata) => image("image/png", text(content), metadata)],
  ["image/jpeg", (content, metadata) => image("image/jpeg", text(content), metadata)],
];

/** What is left where nothing richer is there. */
const plainRenderers: readonly (readonly [string, Renderer])[] = [
  ["application/json", json],
  ["text/plain", (content) => boxed("value", text(content))],
  ["text/vnd.mermaid", (content) => boxed("value", text(content))],
];

/** Data of a kind that needs a program of its own: a note, and the data on request. */
function unknown(data: IMimeBundle): string {
  const types = Object.keys(data);
  const note = `An output of type ${escapeHtml(types.join(", ") || "(none)")} cannot be shown here.`;
  const type = types.find((name) => /^application\/(?:[\w.-]+\+)?json$/.test(name));
  if (type === undefined) return `<p class="note">${note}</p>`;
  return `<details class="note"><summary>${note}</summary>${json(data[type])}</details>`;
}

/** Pictures, sound, films and documents that a browser shows by itself. */
function medium(type: string, data: string, metadata: Record<string, unknown>): string | null {
  const source = `data:${type};base64,${escapeHtml(data.replaceAll(/\s/g, ""))}`;
  if (/^image\/[\w.+-]+$/.test(type)) return image(type, data, metadata);
  if (/^video\/[\w.+-]+$/.test(type)) return `<video class="picture" controls src="${source}"></video>`;
  if (/^audio\/[\w.+-]+$/.test(type)) return `<audio controls src="${source}"></audio>`;
  if (type !== "application/pdf") return null;
  const link = `<a href="${source}" download="output.pdf">the PDF of this output</a>`;
  return `<object class="document" type="application/pdf" data="${source}">${link}</object>`;
}

function richest(data: IMimeBundle, metadata: Record<string, unknown>, page: PageContext): string | Iterable<string> {
  for (const [type, render] of renderers) if (data[type] !== undefined) return render(data[type], metadata, page);
  for (const [type, content] of Object.entries(data)) {
    const shown = typeof content === "string" || Array.isArray(content) ? medium(type, text(content), metadata) : null;
    if (shown) return shown;
  }
  for (const [type, render] of plainRenderers) if (data[type] !== undefined) return render(data[type], metadata, page);
  return unknown(data);
}

function* error({ ename, evalue, traceback }: IError): Generator<string> {
  const headline = `${ename}: ${evalue}`;
  const rest = (traceback ?? []).join("\n");
  const details = rest.startsWith(headline) ? rest.slice(headline.length).replace(/^\n/, "") : rest;
  yield `<div class="error"><p class="headline">${escapeHtml(headline)}</p>`;
  if (details.trim() !== "") yield* boxed("trace", details);
  yield "</div>";
}

/** One output of a cell, in pieces. What is text stays text: nothing in it can become markup. */
export function* renderOutput(output: IOutput, page: PageContext): Generator<string> {
  if (output.output_type === "stream") {
    const content = joinedText(output.text as string | string[]);
    const name = output.name === "stderr" ? "stderr" : "stdout";
    let lines = 0;
    for (let at = content.indexOf("\n"); at >= 0 && lines <= longStream; at = content.indexOf("\n", at + 1)) lines++;
    yield* boxed(`stream ${name}${lines > longStream ? " long" : ""}`, content);
    return;
  }
  if (output.output_type === "error") return yield* error(output as IError);
  const shown = richest((output.data ?? {}) as IMimeBundle, (output.metadata ?? {}) as Record<string, unknown>, page);
  if (typeof shown === "string") yield shown;
  else yield* shown;
}

/** Whether the page needs Plotly for this output. */
export function isFigure(output: IOutput): boolean {
  return ((output.data ?? {}) as IMimeBundle)[plotlyType] !== undefined;
}
