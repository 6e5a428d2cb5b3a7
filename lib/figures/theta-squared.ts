import type { DirectionEvaluation } from "../evaluation/evaluation.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { estimateText } from "./number-text.js";
import { evaluationSeries, label, type OneOrMore } from "./series.js";
import { stepLine } from "./step-line.js";
import { axis, layout, translucent } from "./theme.js";

/** Distribution of θ², the squared angle between true and reconstructed direction, with the 68 % radius in the legend. */
export function thetaSquared(evaluations: OneOrMore<DirectionEvaluation>): Figure {
  const title = "θ² distribution";
  const series = evaluationSeries(evaluations, ["cameradirection", "skydirection"]).filter(
    ({ value }) => value.events > 0,
  );
  if (series.length === 0) return emptyFigure(title, "no event has a valid direction");
  const alone = series.length === 1;
  const traces = series.map(({ name, value, style }) => {
    const histogram = value.curves.thetaSquared;
    const { x, events } = stepLine(histogram, false);
    const width = histogram.edges[1]! - histogram.edges[0]!;
    const radius = value.metrics.resolution!;
    const shown = alone ? radius : { ...radius, low: Number.NaN };
    return {
      type: "scatter",
      mode: "lines",
      name: label(name, `68 % within ${estimateText(shown, "deg")}`),
      x,
      y: events.map((count) => (count === null ? null : count / value.events / width)),
      customdata: events,
      hovertemplate: `θ² from %{x:.4f} deg²<br>%{customdata:,} events in this bin<extra>${name}</extra>`,
      line: { color: style.colour, dash: style.dash, width: 2, shape: "hv" },
      ...(alone ? { fill: "tozeroy", fillcolor: translucent(style.colour, 0.18) } : {}),
    };
  });
  return new Figure(
    `${title}: ${series.map(({ name, value }) => label(name, `68 % within ${estimateText(value.metrics.resolution!, "deg")}`)).join(", ")}`,
    traces,
    layout(title, {
      xaxis: axis("θ²", "deg²", { rangemode: "tozero" }),
      yaxis: axis("Density of events", "1/deg²", { rangemode: "tozero" }),
    }),
  );
}
