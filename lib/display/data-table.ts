import { type Displayable, escapeHtml, jupyterDisplay, type MimeBundle } from "./mime-bundle.js";

export type Cell = string | number | bigint | boolean | null | undefined;

/** A number as people read it: five significant digits, grouped thousands, `–` for nothing. */
export function formatCell(value: Cell): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return typeof value === "bigint" ? value.toLocaleString("en-US") : String(value);
  if (Number.isNaN(value)) return "NaN";
  if (Number.isInteger(value)) return Math.abs(value) < 1e15 ? value.toLocaleString("en-US") : String(value);
  const magnitude = Math.abs(value);
  if (magnitude >= 1e5 || magnitude < 1e-3) return value.toExponential(3);
  return Number(value.toPrecision(5)).toString();
}

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

  toText(): string {
    const cells = [[...this.columns], ...this.rows.map((row) => row.map(formatCell))];
    const widths = this.columns.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? "").length)));
    const numeric = this.columns.map((_, i) => this.rows.every((row) => typeof row[i] === "number" || row[i] == null));
    const line = (row: string[]): string =>
      row
        .map((text, i) => (numeric[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
        .join("  ")
        .trimEnd();
    const [head, ...body] = cells.map(line);
    const rule = widths.map((width) => "─".repeat(width)).join("  ");
    return [...(this.caption ? [this.caption] : []), head, rule, ...body].join("\n");
  }

  toHtml(): string {
    const caption = this.caption ? `<caption>${escapeHtml(this.caption)}</caption>` : "";
    const head = this.columns.map((name) => `<th>${escapeHtml(name)}</th>`).join("");
    const body = this.rows
      .map((row) => {
        const cells = row.map((value) => {
          const align = typeof value === "number" || typeof value === "bigint" ? ' style="text-align:right"' : "";
          return `<td${align}>${escapeHtml(formatCell(value))}</td>`;
        });
        return `<tr>${cells.join("")}</tr>`;
      })
      .join("\n");
    return `<table class="cherenkit-table">${caption}<thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`;
  }

  toString(): string {
    return this.toText();
  }

  [jupyterDisplay](): MimeBundle {
    return { "text/html": this.toHtml(), "text/plain": this.toText() };
  }
}
