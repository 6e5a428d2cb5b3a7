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

const controlSequence = "\u001b[";
const escapedSequence = "\u001b\\[";
const moves = new RegExp(`[\\r\\b]|${escapedSequence}\\d*K`);
const characters = new RegExp(`${escapedSequence}[\\d;?]*[A-Za-z]|[\\s\\S]`, "gu");

/**
 * What a terminal would show of one line in which the cursor moves back (carriage return, backspace) or text is erased.
 * Colours stay with the characters they were written with.
 */
export function shownLine(written: string): string {
  const line = written.replace(/\r+$/, "");
  if (!moves.test(line)) return line;
  let cells: string[] = [];
  let [cursor, colour] = [0, ""];
  for (const [token] of line.matchAll(characters)) {
    if (token === "\r") cursor = 0;
    else if (token === "\b") cursor = Math.max(0, cursor - 1);
    else if (token === `${controlSequence}K` || token === `${controlSequence}0K`) cells = cells.slice(0, cursor);
    else if (token === `${controlSequence}1K`) cells.fill(" ", 0, cursor);
    else if (token === `${controlSequence}2K`) cells = [];
    else if (token.startsWith(controlSequence)) colour += token;
    else {
      while (cells.length < cursor) cells.push(" ");
      cells[cursor++] = colour + token;
      colour = "";
    }
  }
  return cells.join("") + colour;
}

/** A line without an end is taken up in pieces of so many characters. */
const longestLine = 1 << 13;

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
      if (lines.length > 0) keep(`${lines.map(shownLine).join("\n")}\n`);
      if (line.length <= longestLine) return;
      // Only the last state of a progress bar is needed; a final return says that the line starts anew.
      const shown = shownLine(line);
      if (shown.length <= longestLine / 2) line = line.endsWith("\r") ? `${shown}\r` : shown;
      else {
        keep(shown);
        line = "";
      }
    },
    text() {
      const elsewhere = budget.completeIn ? `, ${budget.completeIn} has them` : "";
      const note = leftOut > 0 ? `\n… ${leftOut} characters are left out here${elsewhere} …\n\n` : "";
      return head.join("") + note + tail.join("") + shownLine(line);
    },
  };
}
