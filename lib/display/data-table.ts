import { type Displayable, escapeHtml, jupyterDisplay, type MimeBundle } from "./mime-bundle.js";

export type Cell = string | number | bigint | boolean | null | undefined;

/** A number as people read it: five significant digits, grouped thousands, `–` for nothing. */
export function formatCell(value: Cell): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return typeof value === "bigint" ? value.toLocaleString("en-US") : String(value);
  if (Number.isNaN(value)) return "NaN";
  if (Number.isInteger(value)) return Math.abs(value) < 1e15 ? value.toLocaleString("en-US") : String(value);
  const magnitude = Math.abs(value);
  if (magnitude >= 1e5 || magnitude < 1e-3) return value.toExponential(3).replace(/\.?0*e/, "e");
  return Number(value.toPrecision(5)).toString();
}

/** A number stays with its per cent where a line breaks. */
const htmlText = (text: string): string => escapeHtml(text.replace(/(\d) %/g, "$1\u00a0%"));

/** A small table that shows as HTML in a notebook and as aligned text on a terminal. */
export class DataTable implements Displayable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly caption?: string;

  constructor(columns: readonly string[], rows: readonly (readonly Cell[])[], caption?: string) {
    this.columns = columns;
    this.rows = rows;
    this.caption = caption;
  }

  /** True for a column of numbers, some of which may be unknown. */
  private isNumeric(column: number): boolean {
    const known = this.rows.map((row) => row[column]).filter((cell) => cell !== null && cell !== undefined);
    return known.length > 0 && known.every((cell) => typeof cell === "number" || typeof cell === "bigint");
  }

  /** A list of facts has no names of columns. */
  private get hasHead(): boolean {
    return this.columns.some((name) => name !== "");
  }

  toText(): string {
    const cells = [[...this.columns], ...this.rows.map((row) => row.map(formatCell))];
    const widths = this.columns.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? "").length)));
    const numeric = this.columns.map((_, i) => this.isNumeric(i));
    const line = (row: string[]): string =>
      row
        .map((text, i) => (numeric[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
        .join("  ")
        .trimEnd();
    const [head, ...body] = cells.map(line);
    if (!this.hasHead) return [...(this.caption ? [this.caption] : []), ...body].join("\n");
    const rule = widths.map((width) => "─".repeat(width)).join("  ");
    return [...(this.caption ? [this.caption] : []), head, rule, ...body].join("\n");
  }

  toHtml(): string {
    const caption = this.caption ? `<caption>${htmlText(this.caption)}</caption>` : "";
    const numeric = this.columns.map((_, i) => this.isNumeric(i));
    // Said of every cell: JupyterLab would set words to the right as well.
    const side = (number: boolean): string => ` style="text-align:${number ? "right" : "left"}"`;
    // In a narrow window a sentence would become a column of single words, and its row as high as that.
    const sentence = ' style="text-align:left;min-width:14rem"';
    const names = this.columns.map((name, i) => `<th${side(numeric[i]!)}>${htmlText(name)}</th>`).join("");
    const head = this.hasHead ? `<thead><tr>${names}</tr></thead>` : "";
    const body = this.rows
      .map((row) => {
        const cells = row.map((value, i) => {
          const number = numeric[i] || typeof value === "number" || typeof value === "bigint";
          const text = formatCell(value);
          return `<td${text.length > 40 ? sentence : side(number)}>${htmlText(text)}</td>`;
        });
        return `<tr>${cells.join("")}</tr>`;
      })
      .join("\n");
    return `<table class="cherenkit-table">${caption}${head}<tbody>\n${body}\n</tbody></table>`;
  }

  toString(): string {
    return this.toText();
  }

  [jupyterDisplay](): MimeBundle {
    return { "text/html": this.toHtml(), "text/plain": this.toText() };
  }
}
