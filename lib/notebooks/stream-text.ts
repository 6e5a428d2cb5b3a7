import { newTerminal, restText, rowsText } from "./terminal.js";

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

  /** Where the part begins of a text at the end that is kept. */
  const cutOf = (text: string): number =>
    text.length <= 2 * budget.tail
      ? 0
      : Math.max(text.indexOf("\n", text.length - budget.tail) + 1, text.length - budget.tail);
  /** How much of a text goes to the beginning that is kept: whole lines. */
  const headOf = (text: string): number => {
    if (tail.length > 0) return 0;
    return text.length <= budget.head ? text.length : text.lastIndexOf("\n", budget.head - 1) + 1;
  };

  const keep = (text: string): void => {
    const first = headOf(text);
    head.push(text.slice(0, first));
    budget.head -= first;
    if (first === text.length) return;
    tail.push(text.slice(first));
    tailLength += text.length - first;
    if (tailLength <= 2 * budget.tail) return;
    const all = tail.join("");
    const cut = cutOf(all);
    tail = [all.slice(cut)];
    tailLength = all.length - cut;
    leftOut += cut;
  };
  const terminal = newTerminal((rows) => keep(rowsText(rows)));

  return {
    append: terminal.write,
    text() {
      const rest = restText(terminal);
      const first = headOf(rest);
      const end = tail.join("") + rest.slice(first);
      const cut = cutOf(end);
      const elsewhere = budget.completeIn ? `, ${budget.completeIn} has them` : "";
      const note = leftOut + cut > 0 ? `\n… ${leftOut + cut} characters are left out here${elsewhere} …\n\n` : "";
      return head.join("") + rest.slice(0, first) + note + end.slice(cut);
    },
  };
}
