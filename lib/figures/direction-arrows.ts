import type { DirectionEvaluation } from "../evaluation/evaluation.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { numberText } from "./number-text.js";
import { axis, layout, palette } from "./theme.js";

/**
 * Mean direction error over the field of view: an arrow in each cell with events, from the true direction towards the
 * reconstructed one, drawn longer or shorter by the factor in the title.
 */
export function directionArrows(evaluation: DirectionEvaluation): Figure {
  const name = "Direction errors over the field of view";
  const errors = evaluation.curves?.fieldErrors;
  const count = errors?.counts.length ?? 0;
  if (!errors || count === 0) return emptyFigure(name, "no cell of the field of view has enough events");
  const { edgesDeg, lonDeg, latDeg, errorLonDeg, errorLatDeg, counts } = errors;
  const lengths = errorLonDeg.map((lon, i) => Math.hypot(lon, errorLatDeg[i]!));
  const sorted = [...lengths].sort((a, b) => a - b);
  const usual = sorted[Math.floor(0.9 * (sorted.length - 1))]!;
  // nine of ten arrows stay within their cell
  const factor = usual > 0 ? Number(((0.9 * (edgesDeg[1]! - edgesDeg[0]!)) / usual).toPrecision(2)) : 1;
  const text = lengths.map((length, i) => `mean error ${numberText(length)} deg<br>${numberText(counts[i]!)} events`);
  const along = (from: readonly number[], error: readonly number[]): (number | null)[] =>
    from.flatMap((start, i) => [start, start + factor * error[i]!, null]);
  const title = `${name}, ${factor === 1 ? "true to scale" : `arrows ${factor} times as long`}`;
  const reach = 1.05 * edgesDeg.at(-1)!;
  const square = { range: [-reach, reach], constrain: "domain" };
  return new Figure(
    `${title}: ${count} cells`,
    [
      {
        type: "scatter",
        mode: "lines+markers",
        name: "mean error",
        x: along(lonDeg, errorLonDeg),
        y: along(latDeg, errorLatDeg),
        text: text.flatMap((line) => [line, line, ""]),
        hovertemplate: "%{text}<extra></extra>",
        line: { color: palette[0], width: 1.6 },
        marker: { symbol: "arrow", angleref: "previous", color: palette[0], size: lengths.flatMap(() => [0, 9, 0]) },
        showlegend: false,
      },
    ],
    layout(
      title,
      {
        xaxis: axis("True longitude from the pointing", "deg", square),
        yaxis: axis("True latitude from the pointing", "deg", { ...square, scaleanchor: "x" }),
      },
      540,
    ),
  );
}
