import { escapeCode, showLine } from "./shown-line.js";

/** A row of a terminal. */
export interface TerminalRow {
  /** What was written to it, moves within the row and all. */
  written: string;
  /** A line longer than a row goes on in the next one. */
  goesOn: boolean;
  /** What was passed on of it, where rows are passed on before they are left; it may have changed since. */
  told: string | null;
}

/** Lines of a stream as a terminal shows them: the cursor may go up to rows that were written before. */
export interface Terminal {
  write(text: string): void;
  /** The rows that the cursor can still reach. */
  readonly rows: readonly TerminalRow[];
  /** The row with the cursor. */
  cursor(): number;
  /** The first row that is likely to change again, since the cursor was there not long ago; `rows.length` when there is none. */
  changing(): number;
}

/** Rows that the cursor can reach, as on a high screen. */
const height = 100;

/** A row is written in pieces of so many characters. */
const longestRow = 1 << 13;

const vertical = new RegExp(`\n|${escapeCode}\\[(\\d*)([ABEFJ])`, "g");
const unfinished = new RegExp(`${escapeCode}(?:\\[[\\d;?]*)?$`);

const newRow = (): TerminalRow => ({ written: "", goesOn: false, told: null });

export function rowText({ written }: TerminalRow): string {
  return showLine(written.endsWith("\r") ? written.replace(/\r+$/, "") : written).text;
}

/** The text of rows that are complete. */
export function rowsText(rows: readonly TerminalRow[]): string {
  return rows.map((row) => rowText(row) + (row.goesOn ? "" : "\n")).join("");
}

/** What stands in the rows that are left, the last one without an end. */
export function restText({ rows }: Terminal): string {
  return rowsText(rows.slice(0, -1)) + rowText(rows.at(-1)!);
}

/** @param onLeft gets rows that the cursor cannot reach any more, from the first to the last */
export function newTerminal(onLeft: (rows: TerminalRow[]) => void): Terminal {
  const rows: TerminalRow[] = [newRow()];
  let cursor = 0;
  let held = "";
  // Where the cursor went up to, and how many new rows came since: with more of them than there were below it, it is done.
  let [top, newRows] = [Number.POSITIVE_INFINITY, 0];
  // The column in which the cursor came to its row, until something is written there.
  let entered: number | null = null;

  /** Rewrites a row as it is shown, the cursor where it was. */
  const settle = (row: TerminalRow): number => {
    const { text, column } = showLine(row.written);
    row.written = text;
    return entered ?? column;
  };
  const placed = (column: number): string => (column === 0 ? "\r" : `\r\u001b[${column}C`);
  const leave = (): void => {
    const count = Math.min(rows.length - height, cursor);
    if (count <= 0) return;
    onLeft(rows.splice(0, count));
    cursor -= count;
    top = Math.max(0, top - count);
  };
  const put = (text: string): void => {
    // What is written goes to rows of a limited length, whatever there is of it at once.
    for (let from = 0; from < text.length; ) {
      let end = Math.min(text.length, from + longestRow);
      // No control sequence is cut through.
      const sequence = end < text.length ? text.slice(end - 20, end).lastIndexOf(escapeCode) : -1;
      if (sequence >= 0) end += sequence - 20;
      putPiece(text.slice(from, end));
      from = end;
    }
  };
  const putPiece = (text: string): void => {
    const row = rows[cursor]!;
    row.written += entered === null || text.startsWith("\r") ? text : placed(entered) + text;
    entered = null;
    if (row.written.length <= longestRow) return;
    // Of a progress bar only the last state is needed.
    const column = settle(row);
    if (row.written.length <= longestRow / 2) entered = column === row.written.length ? null : column;
    else {
      row.goesOn = true;
      rows.splice(++cursor, 0, newRow());
      if (rows.length > 2 * height) leave();
    }
  };
  const down = (): void => {
    cursor++;
    entered = cursor < rows.length ? 0 : null;
    if (cursor === rows.length) {
      rows.push(newRow());
      if (top < rows.length && ++newRows > rows.length - newRows - top + 1) top = Number.POSITIVE_INFINITY;
    }
    if (rows.length > 2 * height) leave();
  };
  const move = (by: number, toStart: boolean): void => {
    const column = settle(rows[cursor]!);
    cursor = Math.max(0, Math.min(rows.length - 1, cursor + by));
    entered = toStart ? 0 : column;
    if (by < 0) [top, newRows] = [Math.min(top, cursor), 0];
  };

  return {
    rows,
    cursor: () => cursor,
    changing: () => Math.min(top, rows.length),
    write(piece) {
      const text = held + piece;
      held = text.includes(escapeCode, text.length - 20) ? (unfinished.exec(text.slice(-20))?.[0] ?? "") : "";
      const end = text.length - held.length;
      let from = 0;
      vertical.lastIndex = 0;
      for (let match = vertical.exec(text); match && match.index < end; match = vertical.exec(text)) {
        const [all, given, command] = match;
        if (match.index > from) put(text.slice(from, match.index));
        from = match.index + all.length;
        const count = Number.parseInt(given ?? "", 10) || 1;
        if (all === "\n") down();
        else if (command === "A" || command === "F") move(-count, command === "F");
        else if (command === "B" || command === "E") move(count, command === "E");
        else if ((given || "0") === "0") {
          rows.length = cursor + 1;
          put("\u001b[K");
        }
      }
      if (end > from) put(text.slice(from, end));
    },
  };
}
