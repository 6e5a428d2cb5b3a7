import type { DirectionEvaluation } from "../evaluation/evaluation.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { evaluationSeries, type OneOrMore } from "./series.js";
import { axis, ink, layout } from "./theme.js";

/** Share of events whose direction is reconstructed within an angle of the true one. */
export function containmentCurve(evaluations: OneOrMore<DirectionEvaluation>): Figure {
  const title = "Containment";
  const series = evaluationSeries(evaluations, ["cameradirection", "skydirection"]).filter(
    ({ value }) => value.events > 0,
  );
  if (series.length === 0) return emptyFigure(title, "no event has a valid direction");
  const traces = series.map(({ name, value, style }) => {
    const { edges, counts, above } = value.curves.thetaSquared;
    const total = counts.reduce((sum, count) => sum + count, above);
    const within = [0];
    for (const count of counts) within.push(within.at(-1)! + count);
    return {
      type: "scatter",
      mode: "lines",
      name: name || "events",
      showlegend: name !== "",
      x: edges.map(Math.sqrt),
      y: within.map((count) => (100 * count) / total),
      hovertemplate: `%{y:.1f} % within %{x:.3f} deg<extra>${name}</extra>`,
      line: { color: style.colour, dash: style.dash, width: 2 },
    };
  });
  return new Figure(
    `${title} of the reconstructed directions`,
    traces,
    layout(title, {
      xaxis: axis("Angle from the true direction", "deg", { rangemode: "tozero" }),
      yaxis: axis("Events within", "%", { range: [0, 101] }),
      shapes: [
        {
          type: "line",
          xref: "paper",
          x0: 0,
          x1: 1,
          y0: 68.27,
          y1: 68.27,
          line: { color: ink, dash: "dash", width: 1 },
        },
      ],
    }),
  );
}
