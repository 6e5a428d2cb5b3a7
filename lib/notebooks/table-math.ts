import { inlineFormulaEnd } from "./math.js";

const delimiterRow = /^\s{0,3}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/** A line of a table in which a `|` within a formula is `\|`, which Markdown takes for a `|` that ends no cell. */
function protectedRow(line: string): string {
  let [row, done] = ["", 0];
  for (let at = line.indexOf("$"); at >= 0; at = line.indexOf("$", at)) {
    const end = inlineFormulaEnd(line, at);
    if (end > 0) {
      row += line.slice(done, at) + line.slice(at, end).replaceAll(/(?<!\\)\|/g, "\\|");
      done = end;
    }
    at = end > 0 ? end : at + 1;
  }
  return row + line.slice(done);
}

/** Markdown in whose tables formulas may hold `|`, as they may in JupyterLab. */
export function tableMath(markdown: string): string {
  if (!/\$[^$\n]*\|/.test(markdown)) return markdown;
  const lines = markdown.split("\n");
  let fence: string | null = null;
  let table = false;
  for (const [i, line] of lines.entries()) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark) fence = fence === null ? mark : mark.startsWith(fence) ? null : fence;
    if (fence !== null || line.trim() === "") table = false;
    else if (
      !table &&
      line.includes("|") &&
      delimiterRow.test(lines[i + 1] ?? "") &&
      (lines[i + 1] ?? "").includes("|")
    )
      table = true;
    if (table) lines[i] = protectedRow(line);
  }
  return lines.join("\n");
}
