import { createRequire } from "node:module";
import type katexPlugin from "@vscode/markdown-it-katex";
import type { MarkdownIt } from "markdown-it";
import type { Equations } from "./equations.js";
import { inlineFormulaEnd, renderFormula, renderReference } from "./math.js";
import { tableMath } from "./table-math.js";

const verbatimTag = /^<(\/?)(?:code|pre|kbd|samp)\b/i;

/** Whether the HTML before this place has opened code, in which nothing is a formula. */
function insideCode(tokens: readonly { readonly type: string; readonly content: string }[]): boolean {
  const last = tokens.findLast(({ type, content }) => type === "html_inline" && verbatimTag.test(content));
  return last !== undefined && verbatimTag.exec(last.content)![1] === "";
}

const bracketed =
  /\\\\\(([\s\S]+?)\\\\\)|\\\\\[([\s\S]+?)\\\\\]|(\\begin\{(\w+\*?)\}[\s\S]*?\\end\{\4\})|\\(eq)?ref\{([^{}]*)\}/y;

/** The text that stands behind the environment with which a formula begins. */
function behindEnvironment(formula: string): string {
  let depth = 0;
  for (const { 0: all, 1: edge, index } of formula.matchAll(/\\(begin|end)\s*\{[^{}]*\}/g)) {
    depth += edge === "begin" ? 1 : -1;
    if (depth === 0) return formula.slice(index + all.length);
  }
  return "";
}

/**
 * Formulas in Markdown, as Jupyter and MathJax know them.
 * @param equationsOf the equations of the page that is rendered, by markdown-it's environment
 */
export function mathInMarkdown(markdown: MarkdownIt, equationsOf: (environment: unknown) => Equations): void {
  const { rules } = markdown.renderer;

  // `$$…$$` and bare environments. Plugin and KaTeX are loaded only here, for texts with formulas.
  const plugin = createRequire(import.meta.url)("@vscode/markdown-it-katex") as typeof katexPlugin;
  markdown.use(plugin.default, { enableBareBlocks: true });

  // As the plugin has it `5$\sigma$` and `$\gamma$s` were no formulas.
  markdown.inline.ruler.at("math_inline", (state, silent) => {
    if (state.src[state.pos] !== "$" || insideCode(state.tokens)) return false;
    const end = inlineFormulaEnd(state.src, state.pos);
    if (end < 0 || end > state.posMax || state.src.slice(state.pos, end).includes("`")) return false;
    if (!silent) state.push("math_inline", "math", 0).content = state.src.slice(state.pos + 1, end - 1);
    state.pos = end;
    return true;
  });

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

  rules.math_inline = (tokens, i, _, env) => renderFormula(tokens[i]!.content, false, equationsOf(env));
  rules.math_inline_block = (tokens, i, _, env) => renderFormula(tokens[i]!.content, true, equationsOf(env));
  rules.math_inline_bare_block = rules.math_inline_block;
  rules.math_block = (tokens, i, _, env) =>
    `<span class="formula">${renderFormula(tokens[i]!.content, true, equationsOf(env))}</span>\n`;
  rules.reference = (tokens, i, _, env) =>
    renderReference(tokens[i]!.content, tokens[i]!.markup === "eq", equationsOf(env));

  // A `|` within a formula does not end the cell of a table.
  markdown.core.ruler.before("block", "table-math", (state) => {
    state.src = tableMath(state.src);
  });

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
}
