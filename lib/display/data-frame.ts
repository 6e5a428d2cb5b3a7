import type { DataFrame } from "danfojs-node";
import { type Cell, DataTable } from "./data-table.js";
import { jupyterDisplay, type MimeBundle } from "./mime-bundle.js";

/** What has columns of equal length: a table, whatever shows itself as one, or the examples of a training. */
export type FrameSource =
  | DataTable
  | { table(): FrameSource }
  | {
      readonly columnNames: readonly string[];
      column(name: string): ArrayLike<number | bigint>;
    };

/** Rows of a frame that a notebook shows; of a longer one the first and the last half of them. */
const shownRows = 20;

/** A frame as a notebook shows it: its columns, the rows at both ends, and how many there are. */
function frameTable(frame: DataFrame): DataTable {
  const values = frame.values as Cell[][];
  const names = ["", ...frame.columns.map(String)];
  const row = (i: number): Cell[] => [String(frame.index[i]), ...values[i]!];
  const whole = values.length <= shownRows;
  const ends = whole ? values.length : shownRows / 2;
  const first = Array.from({ length: ends }, (_, i) => row(i));
  const last = whole ? [] : Array.from({ length: ends }, (_, i) => row(values.length - ends + i));
  const gap = whole ? [] : [names.map(() => "…")];
  return new DataTable(names, [...first, ...gap, ...last], `${values.length} rows × ${frame.columns.length} columns`);
}

/** Numbers as danfojs takes them; whole numbers beyond 2⁵³ as text, since it would round them. */
function plain(value: Cell): string | number | boolean {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

function columnsOf(source: FrameSource): Record<string, (string | number | boolean)[]> {
  if (source instanceof DataTable) {
    return Object.fromEntries(source.columns.map((name, i) => [name, source.rows.map((row) => plain(row[i]))]));
  }
  if ("table" in source) return columnsOf(source.table());
  return Object.fromEntries(
    source.columnNames.map((name) => [name, Array.from(source.column(name), (value) => plain(value))]),
  );
}

/**
 * A table as a danfojs data frame, to select, group and describe: `events.table()`, `openExamples(…)`, a table of metrics.
 * Frames, also those made from it, show themselves in a notebook. Unknown values are NaN.
 */
export async function dataFrame(source: FrameSource): Promise<DataFrame> {
  const danfo = await import("danfojs-node");
  // The class behind the one that is exported: groups and selections are of that one.
  const frames: object = Object.getPrototypeOf(danfo.DataFrame.prototype);
  Object.defineProperty(frames, jupyterDisplay, {
    configurable: true,
    value(this: DataFrame): MimeBundle {
      return frameTable(this)[jupyterDisplay]();
    },
  });
  return new danfo.DataFrame(columnsOf(source));
}
