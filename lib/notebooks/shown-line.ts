/** With what a control sequence of a terminal begins. */
export const escapeCode: string = "\u001b";

/** A line that no control sequence changes any more, and where the cursor stands in it. */
export interface ShownLine {
  readonly text: string;
  readonly column: number;
}

const moves = new RegExp(`[\r\b]|${escapeCode}\\[[\\d;]*[CDGKPX]`);
const link = `${escapeCode}\\][^\u0007${escapeCode}]*(?:\u0007|${escapeCode}\\\\)`;
const tokens = new RegExp(`${escapeCode}\\[([\\d;?]*)([A-Za-z])|${link}|[\\s\\S]`, "gu");

const onlyReturns = new RegExp(`^[^\b${escapeCode}\\ud800-\\udfff]*$`);

/** Pieces of a line that were written one over the other: of a former one what is longer is left. */
function overwritten(pieces: readonly string[]): ShownLine {
  let text = pieces.at(-1)!;
  const column = text.length;
  for (let i = pieces.length - 2; i >= 0; i--)
    if (pieces[i]!.length > text.length) text += pieces[i]!.slice(text.length);
  return { text, column };
}

/** A cursor is not moved further to the right than this. */
const widest = 1000;

/**
 * What a terminal would show of one line in which the cursor moves (carriage return, backspace, CSI C, D, G) or text is erased.
 * Colours and links stay with the characters they were written with.
 */
export function showLine(written: string): ShownLine {
  if (!moves.test(written)) return { text: written, column: written.length };
  if (onlyReturns.test(written)) return overwritten(written.split("\r"));
  let cells: string[] = [];
  let [cursor, style] = [0, ""];
  for (const [token, given = "", command] of written.matchAll(tokens)) {
    const count = Number.parseInt(given, 10) || 1;
    if (token === "\r") cursor = 0;
    else if (token === "\b") cursor = Math.max(0, cursor - 1);
    else if (command === "C") cursor = Math.min(cursor + count, widest);
    else if (command === "D") cursor = Math.max(0, cursor - count);
    else if (command === "G") cursor = Math.min(count - 1, widest);
    else if (command === "K" && given === "1") cells.fill(" ", 0, cursor);
    else if (command === "K") cells = given === "2" ? [] : cells.slice(0, cursor);
    else if (command === "P") cells.splice(cursor, count);
    else if (command === "X") cells.fill(" ", cursor, cursor + count);
    else if (command === "m" || (command === undefined && token.length > 2)) style += token;
    else if (command === undefined) {
      while (cells.length < cursor) cells.push(" ");
      cells[cursor++] = style + token;
      style = "";
    }
  }
  return { text: cells.join("") + style, column: cursor };
}
