import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import katex from "katex";

/** Whether a text may hold a formula: `$…$`, `\\(…\\)`, `\\[…\\]` or an environment of LaTeX. */
export function hasMath(text: string): boolean {
  return /\$|\\[([]|\\begin\{/.test(text);
}

/** A formula as HTML that needs KaTeX's style; one that cannot be read is shown as it is, with the reason. */
export function renderFormula(tex: string, displayMode: boolean): string {
  return katex.renderToString(tex, { displayMode, throwOnError: false, output: "htmlAndMathml", strict: false });
}

/** A `text/latex` output: a formula with or without its dollars. */
export function renderMath(latex: string): string {
  const text = latex.trim();
  const [, display] = text.match(/^\$\$([\s\S]*)\$\$$/) ?? text.match(/^\\\[([\s\S]*)\\\]$/) ?? [];
  const [, inline] = text.match(/^\$([\s\S]*)\$$/) ?? text.match(/^\\\(([\s\S]*)\\\)$/) ?? [];
  if (display !== undefined) return renderFormula(display, true);
  return renderFormula(inline ?? text, inline === undefined);
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
