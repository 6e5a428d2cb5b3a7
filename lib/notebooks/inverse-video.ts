import { escapeCode } from "./shown-line.js";

/** Colours for inverse text that has none, readable on light and dark pages. */
const [light, grey] = ["38;2;255;255;255", "48;2;92;101;119"];

/** The colour codes `30…37`, `90…97`, `38;…` as those of the ground, and back. */
function exchanged(colour: string, by: 10 | -10): string {
  const [first, ...more] = colour.split(";");
  return [Number(first) + by, ...more].join(";");
}

const colourSequence = new RegExp(`${escapeCode}\\[([\\d;]*)m`, "g");

/** Codes of one sequence, those of 256 and 16 million colours taken together. */
const codes = /[34]8;5;\d+|[34]8;2;\d+;\d+;\d+|\d+/g;

/**
 * Text with colours exchanged where it is written inverse (SGR 7), for a renderer that does not know this attribute. The
 * function that comes back takes a text in pieces.
 */
export function newInverseVideo(): (text: string) => string {
  let [ink, ground, inverse] = ["", "", false];
  const colours = (): string => {
    if (!inverse) return [ink || "39", ground || "49"].join(";");
    if (ink === "" && ground === "") return `${light};${grey}`;
    return [ground ? exchanged(ground, -10) : "39", ink ? exchanged(ink, 10) : "49"].join(";");
  };
  return (text) =>
    text.replaceAll(colourSequence, (all, list: string) => {
      const before = inverse;
      const kept: string[] = [];
      for (const [code] of (list || "0").matchAll(codes)) {
        const number = Number(code.split(";")[0]);
        if (number === 7) inverse = true;
        else if (number === 27) inverse = false;
        else if (number === 39) ink = "";
        else if (number === 49) ground = "";
        else if ((number >= 30 && number <= 38) || (number >= 90 && number <= 97)) ink = code;
        else if ((number >= 40 && number <= 48) || (number >= 100 && number <= 107)) ground = code;
        else {
          if (number === 0) [ink, ground, inverse] = ["", "", false];
          kept.push(code);
        }
      }
      return before || inverse ? `${escapeCode}[${[...kept, colours()].join(";")}m` : all;
    });
}
