import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type katex from "katex";
import { escapeHtml } from "../display/mime-bundle.js";
import { type Equations, equationId, numberEquations, referenceText } from "./equations.js";

/** Whether a text may hold a formula: `$…$`, `\\(…\\)`, `\\[…\\]` or an environment of LaTeX. */
export function hasMath(text: string): boolean {
  return /\$|\\[([]|\\begin\{/.test(text);
}

/** What MathJax knows and KaTeX does not, in its terms. A command may be defined anew, as MathJax lets it. */
function inTermsOfKatex(tex: string, equations: Equations): string {
  return tex
    .replaceAll(/\\require\{[^}]*\}/g, "")
    .replaceAll(
      /\\DeclareMathOperator\*?\s*\{?\s*(\\[A-Za-z]+)\s*\}?\s*\{([^{}]*)\}/g,
      "\\newcommand{$1}{\\operatorname{$2}}",
    )
    .replaceAll(/\\newcommand\*?\s*(?:\{\s*(\\[A-Za-z]+)\s*\}|(\\[A-Za-z]+))/g, (_, braced?: string, bare?: string) => {
      const name = braced ?? bare!;
      return `\\providecommand{${name}}{}\\renewcommand{${name}}`;
    })
    .replaceAll(/\\(eq)?ref\s*\{([^{}]*)\}/g, (_, eq: string | undefined, label: string) => {
      const text = `\\text{${referenceText(label, eq !== undefined, equations)}}`;
      return equations.labels.has(label.trim()) ? `\\href{#${equationId(label)}}{${text}}` : text;
    });
}

/** KaTeX, loaded for the first formula; it is the copy that the plugin of Markdown takes. */
function loadKatex(): typeof katex {
  return createRequire(import.meta.url)("katex") as typeof katex;
}

const linkProtocols: readonly (string | undefined)[] = ["http", "https", "mailto", "_relative"];

/**
 * A formula as HTML that needs KaTeX's style; one that cannot be read is shown as it is, with the reason.
 * @param equations numbers, labels and commands of the page, which this formula may add to
 */
export function renderFormula(tex: string, displayMode: boolean, equations: Equations): string {
  const labels = [...tex.matchAll(/\\label\s*\{([^{}]*)\}/g)].map(([, label]) => label!);
  const numbered = inTermsOfKatex(displayMode ? numberEquations(tex, equations) : tex, equations);
  const html = loadKatex().renderToString(numbered, {
    displayMode,
    throwOnError: false,
    output: "htmlAndMathml",
    strict: false,
    macros: equations.macros,
    globalGroup: true,
    trust: (asked) => "url" in asked && asked.command !== "\\includegraphics" && linkProtocols.includes(asked.protocol),
  });
  return labels.map((label) => `<span id="${escapeHtml(equationId(label))}"></span>`).join("") + html;
}

/** A reference to an equation, as it stands in a text. */
export function renderReference(label: string, inParentheses: boolean, equations: Equations): string {
  const text = escapeHtml(referenceText(label, inParentheses, equations));
  if (!equations.labels.has(label.trim())) return text;
  return `<a href="#${escapeHtml(encodeURIComponent(equationId(label)))}">${text}</a>`;
}

/**
 * Where the formula ends that begins with the dollar at `from`, the place after its last dollar; -1 when none begins
 * there. As pandoc has it a formula does not begin or end with a blank, and no digit follows it, so that prices stay text;
 * with blanks it is one where no word touches the dollars and it does not begin as a price.
 */
export function inlineFormulaEnd(text: string, from: number): number {
  let close = text.indexOf("$", from + 1);
  while (close > 0 && text[close - 1] === "\\") close = text.indexOf("$", close + 1);
  if (close <= from + 1 || text[from + 1] === "$" || text[close + 1] === "$") return -1;
  const [before, first, last, after] = [
    text[from - 1] ?? " ",
    text[from + 1]!,
    text[close - 1]!,
    text[close + 1] ?? " ",
  ];
  if (before === "\\") return -1;
  const tight = !/\s/.test(first + last) && !/\d/.test(after);
  const apart = !/\w/.test(before + after) && !/\d/.test(first);
  return tight || apart ? close + 1 : -1;
}

const opener = /\\\\(?![([])|\\\$|\$\$?|\\[([]|\\begin\{(\w+\*?)\}|\\(eq)?ref\s*\{([^{}]*)\}/g;

/** Environments that are no formulas; neither KaTeX nor MathJax sets them. */
const prose = /^(?:tabular|table|longtable|document|itemize|enumerate|description|figure|verbatim|center)\*?$/;

/** Pieces of a text: what is no formula, and formulas as HTML. `plain` turns the former into HTML, `tex` undoes what it does. */
function* typeset(
  text: string,
  equations: Equations,
  plain: (text: string) => string,
  tex: (text: string) => string,
): Generator<string> {
  const openers = new RegExp(opener);
  // An end that was not found once is not there for a later beginning either.
  const absent = new Set<string>();
  const after = (end: string, from: number): number => {
    if (absent.has(end)) return -1;
    const at = text.indexOf(end, from);
    if (at < 0) absent.add(end);
    return at < 0 ? -1 : at + end.length;
  };
  let done = 0;
  for (let match = openers.exec(text); match; match = openers.exec(text)) {
    const [mark, environment, eq, label] = match;
    const begin = match.index;
    const inner = begin + mark.length;
    let html: string | null = null;
    let end = inner;
    if (mark === "\\$") html = "$";
    else if (label !== undefined) html = renderReference(tex(label), eq !== undefined, equations);
    else if (mark === "$" || environment !== undefined) {
      end = mark === "$" ? inlineFormulaEnd(text, begin) : after(`\\end{${environment}}`, inner);
      const formula = mark === "$" ? text.slice(inner, end - 1) : text.slice(begin, end);
      if (end > 0 && !prose.test(environment ?? "")) html = renderFormula(tex(formula), mark !== "$", equations);
    } else if (mark !== "\\\\") {
      const closer = { $$: "$$", "\\(": "\\)", "\\[": "\\]" }[mark]!;
      end = after(closer, inner);
      if (end > inner + closer.length) html = renderFormula(tex(text.slice(inner, end - 2)), mark !== "\\(", equations);
    }
    if (html === null) {
      openers.lastIndex = inner;
      continue;
    }
    yield plain(text.slice(done, begin));
    yield html;
    done = end;
    openers.lastIndex = end;
  }
  yield plain(text.slice(done));
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** The text that HTML without tags stands for. */
function unescapeHtml(html: string): string {
  return html.replaceAll(
    /&(?:#(\d+)|#x([\da-f]+)|([a-z]+));/gi,
    (all, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return entities[name] ?? all;
      const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}

/** A text between two tags of HTML, its formulas set. */
export function setFormulas(html: string, equations: Equations): string {
  if (!/\$|\\/.test(html)) return html;
  return [...typeset(html, equations, (text) => text, unescapeHtml)].join("");
}

/** A `text/latex` output: a formula with or without its dollars, or text with formulas in it. */
export function renderMath(latex: string, equations: Equations): string {
  const text = latex.trim();
  const environments = [...text.matchAll(/\\begin\{(\w+\*?)\}/g)].map(([, name]) => name!);
  if (text.includes("\\documentclass") || environments.some((name) => prose.test(name)))
    return `<pre><code>${escapeHtml(text)}</code></pre>`;
  const whole = /^\$([^$]+)\$$/.exec(text);
  if (whole) return renderFormula(whole[1]!, false, equations);
  if (!hasMath(text)) return renderFormula(text, true, equations);
  return [...typeset(text, equations, escapeHtml, (formula) => formula)].join("");
}

/** KaTeX's style with its fonts in it. */
export function mathStyle(): string {
  const folder = dirname(createRequire(import.meta.url).resolve("katex/dist/katex.min.css"));
  const css = readFileSync(join(folder, "katex.min.css"), "utf8");
  return css.replace(/src:url\((fonts\/[^)]+\.woff2)\) format\("woff2"\)[^;}]*/g, (_, font: string) => {
    const data = readFileSync(join(folder, font)).toString("base64");
    return `src:url(data:font/woff2;base64,${data}) format("woff2")`;
  });
}
