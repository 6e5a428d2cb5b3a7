/** What a cell's streams may hold together: a beginning and an end, in characters. */
export interface StreamBudget {
  head: number;
  readonly tail: number;
  /** File that holds all of it, for the note; null when there is none. */
  readonly completeIn: string | null;
}

export function newStreamBudget(
  completeIn: string | null = null,
  head: number = 1_500_000,
  tail: number = 500_000,
): StreamBudget {
  return { head, tail, completeIn };
}

/** What a terminal would show of one line in which carriage returns move back to its start. */
export function afterCarriageReturns(line: string): string {
  if (!line.includes("\r")) return line;
  return line.split("\r").reduce((shown, part) => part + shown.slice(part.length), "");
}

/** Text of one stream, put together from pieces; progress bars keep their last state only. */
export interface StreamText {
  append(piece: string): void;
  text(): string;
}

/** @param budget shared by all streams of a cell; what goes beyond is left out in the middle, with a note */
export function newStreamText(budget: StreamBudget): StreamText {
  const head: string[] = [];
  let tail: string[] = [];
  let tailLength = 0;
  let leftOut = 0;
  let line = "";

  const keep = (text: string): void => {
    if (budget.head >= text.length && tail.length === 0) {
      head.push(text);
      budget.head -= text.length;
      return;
    }
    tail.push(text);
    tailLength += text.length;
    if (tailLength <= 2 * budget.tail) return;
    const all = tail.join("");
    const cut = Math.max(all.indexOf("\n", all.length - budget.tail) + 1, all.length - budget.tail);
    tail = [all.slice(cut)];
    tailLength = all.length - cut;
    leftOut += cut;
  };

  return {
    append(piece) {
      const lines = (line + piece).replaceAll("\r\n", "\n").split("\n");
      line = lines.pop()!;
      if (lines.length > 0) keep(`${lines.map(afterCarriageReturns).join("\n")}\n`);
      // Only the last state of a progress bar is needed; a final return says that the line starts anew.
      if (line.includes("\r"))
        line = afterCarriageReturns(line.replace(/\r+$/, "")) + (line.endsWith("\r") ? "\r" : "");
    },
    text() {
      const elsewhere = budget.completeIn ? `, ${budget.completeIn} has them` : "";
      const note = leftOut > 0 ? `\n… ${leftOut} characters are left out here${elsewhere} …\n\n` : "";
      return head.join("") + note + tail.join("") + afterCarriageReturns(line.replace(/\r+$/, ""));
    },
  };
}
