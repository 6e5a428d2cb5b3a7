import { afterCarriageReturns } from "./stream-text.js";

/** Passes on whole lines of a stream that arrives in pieces. */
export interface LineFeed {
  add(stream: "stdout" | "stderr", text: string): void;
  /** Passes on a line that is not finished. */
  flush(): void;
}

/** @param emit gets whole lines, each ended by a newline */
export function newLineFeed(emit: (stream: "stdout" | "stderr", text: string) => void): LineFeed {
  let stream: "stdout" | "stderr" = "stdout";
  let rest = "";
  const tidy = (text: string): string =>
    text.includes("\r")
      ? text
          .replaceAll("\r\n", "\n")
          .split("\n")
          .map((line) => afterCarriageReturns(line.replace(/\r+$/, "")))
          .join("\n")
      : text;
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
      if (end === 0) return;
      const whole = rest.slice(0, end);
      rest = rest.slice(end);
      emit(stream, tidy(whole));
    },
    flush,
  };
}
