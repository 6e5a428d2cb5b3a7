import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import katex from "katex";
import { escapeHtml } from "../display/mime-bundle.js";

/** Whether a text may hold a formula: `$…$`, `\\(…\\)`, `\\[…\\]` or an environment of LaTeX. */
export function hasMath(text: string): boolean {
  return /\$|\\[([]|\\begin\{/.test(text);
}

/** What MathJax sets and KaTeX does not know, in its terms; numbers of equations are not kept. */
export function inTermsOfKatex(tex: string): string {
  return tex
    .replaceAll(/\\(begin|end)\{eqnarray\*?\}/g, (_, edge: string) =>
      edge === "begin" ? "\\begin{array}{rcl}" : "\\end{array}",
    )
    .replaceAll(/\\(begin|end)\{multline\*?\}/g, "\\$1{gather*}")
    .replaceAll(/\\label\{[^}]*\}|\\nonumber\b|\\require\{[^}]*\}/g, "")
    .replaceAll(/\\(?:eq)?ref\{([^}]*)\}/g, "\\text{($1)}");
}

/** A formula as HTML that needs KaTeX's style; one that cannot be read is shown as it is, with the reason. */
export function renderFormula(tex: string, displayMode: boolean): string {
  const options = { displayMode, throwOnError: false, output: "htmlAndMathml", strict: false } as const;
  return katex.renderToString(inTermsOfKatex(tex), options);
}

const delimited =
  /\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]|\$([^$]+?)\$|\\\(([\s\S]+?)\\\)|(\\begin\{(\w+\*?)\}[\s\S]+?\\end\{\6\})/g;

/** Environments that are no formulas; neither KaTeX nor MathJax sets them. */
const prose = /\\begin\{(?:tabular|table|longtable|document|itemize|enumerate|figure)\*?\}|\\documentclass/;

/** A `text/latex` output: a formula with or without its dollars, or text with formulas in it. */
export function renderMath(latex: string): string {
  const text = latex.trim();
  if (prose.test(text)) return `<pre><code>${escapeHtml(text)}</code></pre>`;
  const formulas = [...text.matchAll(delimited)];
  if (formulas.length === 0) return renderFormula(text, true);
  let [html, at] = ["", 0];
  for (const match of formulas) {
    const [all, display, bracketed, inline, parenthesised, environment] = match;
    html += escapeHtml(text.slice(at, match.index));
    const formula = display ?? bracketed ?? inline ?? parenthesised ?? environment;
    html += renderFormula(formula!, (display ?? bracketed ?? environment) !== undefined);
    at = match.index + all.length;
  }
  return html + escapeHtml(text.slice(at));
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
