import type { KatexOptions } from "katex";

/** What the formulas of a page share, in the order in which they stand. */
export interface Equations {
  /** Commands that formulas have defined so far, as KaTeX keeps them. */
  readonly macros: NonNullable<KatexOptions["macros"]>;
  /** What stands at the edge of an equation, `1` or its own tag, by its label. */
  readonly labels: Map<string, string>;
  /** Equations numbered so far. */
  count: number;
}

/** @param labels known from an earlier pass, so that a reference may stand before its equation */
export function newEquations(labels: ReadonlyMap<string, string> = new Map()): Equations {
  return { macros: {}, labels: new Map(labels), count: 0 };
}

/** The anchor of an equation, as MathJax names it. */
export function equationId(label: string): string {
  return `mjx-eqn-${label.trim()}`;
}

/** What a reference shows; `???` when there is no such label. */
export function referenceText(label: string, inParentheses: boolean, equations: Equations): string {
  const tag = equations.labels.get(label.trim()) ?? "???";
  return inParentheses ? `(${tag})` : tag;
}

/** A body of LaTeX, cut where `mark` stands outside of braces and inner environments. */
function cutAt(body: string, mark: "\\\\" | "&"): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (const { 0: token, index } of body.matchAll(/\\begin\{|\\end\{|\\[\s\S]|[{}&]/g)) {
    if (token === mark && depth === 0) {
      parts.push(body.slice(from, index));
      from = index + mark.length;
    }
    // The brace of `\begin{` and of `\end{` ends by itself.
    else if (token === "\\begin{") depth += 2;
    else if (token === "{") depth++;
    else if (token === "}") depth = Math.max(0, depth - 1);
  }
  return [...parts, body.slice(from)];
}

const tagged = /\\tag(\*?)\s*\{((?:[^{}]|\{[^{}]*\})*)\}/;

/** One equation with its number written out, its labels noted and taken away. */
function numberedRow(row: string, automatic: boolean, equations: Equations): string {
  const labels = [...row.matchAll(/\\label\s*\{([^{}]*)\}/g)].map(([, label]) => label!.trim());
  const plain = row.replaceAll(/\\label\s*\{[^{}]*\}|\\(?:nonumber|notag)\b/g, "");
  const own = tagged.exec(plain);
  const numbered = automatic && !own && !/\\(?:nonumber|notag)\b/.test(row);
  if (numbered) equations.count++;
  const tag = own ? own[2]! : numbered ? String(equations.count) : null;
  if (tag !== null) for (const label of labels) equations.labels.set(label, tag);
  return numbered ? `${plain}\\tag{${tag}}` : plain;
}

/** `x &=& y` as `x &= y`: three columns of old LaTeX as two. */
function twoColumns(row: string): string {
  const [left, ...others] = cutAt(row, "&");
  return others.length === 0 ? row : `${left}&${others.join("")}`;
}

/** Environments that number what is in them, and the one of KaTeX that sets the like. */
const environments: Readonly<Record<string, string>> = {
  equation: "equation",
  align: "align",
  flalign: "align",
  alignat: "alignat",
  gather: "gather",
  multline: "gather",
  eqnarray: "align",
};

/**
 * A formula whose equations are numbered by the page and not by KaTeX, as MathJax does for nbconvert: those of AMS
 * environments, and what has a `\tag`. Labels are noted in `equations`, and taken out.
 */
export function numberEquations(tex: string, equations: Equations): string {
  let found = false;
  const named = tex.replaceAll(
    /\\begin\{(\w+)(\*?)\}([\s\S]*?)\\end\{\1\2\}/g,
    (all, name: string, star: string, body) => {
      const known = environments[name];
      if (known === undefined) return all;
      found = true;
      const single = name === "equation" || name === "multline";
      const uncommented = String(body).replaceAll(/(?<!\\)%[^\n]*\n?/g, "");
      const rows = cutAt(uncommented, "\\\\");
      const last = rows.length - 1;
      const number = (row: string, i: number): string => {
        const set = name === "eqnarray" ? twoColumns(row) : row;
        // A last row of nothing is what follows a final `\\`.
        const automatic = star === "" && (single || i < last || row.trim() !== "");
        return numberedRow(set, automatic, equations);
      };
      const set = single ? number(uncommented, 0) : rows.map(number).join("\\\\");
      return `\\begin{${known}*}${set}\\end{${known}*}`;
    },
  );
  return found ? named : numberedRow(named, false, equations);
}
