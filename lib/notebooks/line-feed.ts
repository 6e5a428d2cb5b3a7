import { shownLine } from "./stream-text.js";

/** Passes on whole lines of a stream that arrives in pieces. */
export interface LineFeed {
  add(stream: "stdout" | "stderr", text: string): void;
  /** Passes on a line that is not finished. */
  flush(): void;
  /** What a terminal would show of the line that is not finished. */
  unfinished(): string;
}

/** A line without an end is passed on in pieces of so many characters. */
const longestLine = 1 << 13;

/** @param emit gets whole lines, each ended by a newline, and pieces of very long ones */
export function newLineFeed(emit: (stream: "stdout" | "stderr", text: string) => void): LineFeed {
  let stream: "stdout" | "stderr" = "stdout";
  let rest = "";
  const tidy = (text: string): string => text.replaceAll("\r\n", "\n").split("\n").map(shownLine).join("\n");
  const flush = (): void => {
    if (rest !== "") emit(stream, `${tidy(rest)}\n`);
    rest = "";
  };
  return {
    add(name, text) {
      if (name !== stream) flush();
      stream = name;
      rest += text;
      const end = rest.lastIndexOf("\n") + 1;
      if (end > 0) {
        emit(stream, tidy(rest.slice(0, end)));
        rest = rest.slice(end);
      }
      if (rest.length <= longestLine) return;
      // Of a progress bar the last state counts; the return that leads to the next one may still come.
      const shown = shownLine(rest);
      if (shown.length <= longestLine / 2) rest = rest.endsWith("\r") ? `${shown}\r` : shown;
      else {
        emit(stream, shown);
        rest = "";
      }
    },
    flush,
    unfinished: () => shownLine(rest),
  };
}
