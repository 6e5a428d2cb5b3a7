import { newTerminal, rowText, type Terminal, type TerminalRow } from "./terminal.js";

/** Passes on whole lines of a stream that arrives in pieces. */
export interface LineFeed {
  add(stream: "stdout" | "stderr", text: string): void;
  /** Passes on what was held back and a line that is not finished. */
  flush(): void;
  /** What a terminal would show of the line that is not finished. */
  unfinished(): string;
}

/** One stream of the two. */
interface Feed {
  add(text: string): void;
  /** Whether lines are held back that are written over and over. */
  holds(): boolean;
  flush(): void;
  unfinished(): string;
}

function newFeed(emit: (text: string) => void): Feed {
  /** Rows of the terminal up to here were passed on. */
  let done = 0;
  const textOf = (rows: readonly TerminalRow[]): string =>
    rows
      .map((row) => {
        const text = rowText(row) + (row.goesOn ? "" : "\n");
        if (row.told === text) return "";
        row.told = text;
        return text;
      })
      .join("");
  const tell = (rows: readonly TerminalRow[]): void => {
    const text = textOf(rows);
    if (text !== "") emit(text);
  };
  const begin = (): Terminal =>
    newTerminal((rows) => {
      tell(rows.slice(done));
      done = Math.max(0, done - rows.length);
    });
  let terminal = begin();
  return {
    add(text) {
      terminal.write(text);
      const end = Math.min(terminal.changing(), terminal.rows.length - 1);
      if (end > done) tell(terminal.rows.slice(done, end));
      done = end;
    },
    holds: () => terminal.changing() < terminal.rows.length,
    flush() {
      const { rows } = terminal;
      tell(rowText(rows.at(-1)!) === "" ? rows.slice(done, -1) : rows.slice(done));
      terminal = begin();
      done = 0;
    },
    unfinished: () => rowText(terminal.rows[terminal.cursor()]!),
  };
}

/**
 * Lines are passed on as soon as they end. Those that are written over and over, as several progress bars are, are held back
 * while they change; then their last state is passed on.
 * @param emit gets whole lines, each ended by a newline, and pieces of very long ones
 */
export function newLineFeed(emit: (stream: "stdout" | "stderr", text: string) => void): LineFeed {
  const feeds = { stdout: newFeed((text) => emit("stdout", text)), stderr: newFeed((text) => emit("stderr", text)) };
  let stream: "stdout" | "stderr" = "stdout";
  const other = (): Feed => feeds[stream === "stdout" ? "stderr" : "stdout"];
  return {
    add(name, text) {
      if (name !== stream && !feeds[stream].holds()) feeds[stream].flush();
      stream = name;
      feeds[name].add(text);
    },
    flush() {
      other().flush();
      feeds[stream].flush();
    },
    unfinished: () => feeds[stream].unfinished() || other().unfinished(),
  };
}
