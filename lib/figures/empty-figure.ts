import { Figure } from "./figure.js";
import { layout, lineColour } from "./theme.js";

/** A labelled empty box: what would be here, and why it is not. */
export function emptyFigure(title: string, reason: string): Figure {
  const hidden = { visible: false, range: [0, 1], fixedrange: true };
  const note = { text: reason, x: 0.5, y: 0.5, xref: "paper", yref: "paper", showarrow: false };
  const frame = { type: "rect", xref: "paper", yref: "paper", x0: 0, x1: 1, y0: 0, y1: 1 };
  return new Figure(
    `${title}: ${reason}`,
    [],
    layout(
      title,
      {
        xaxis: hidden,
        yaxis: hidden,
        annotations: [note],
        shapes: [{ ...frame, line: { color: lineColour, width: 1, dash: "dot" } }],
        margin: { l: 24, r: 24, t: 48, b: 24 },
      },
      180,
    ),
  );
}
