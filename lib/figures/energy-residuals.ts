import type { EnergyEvaluation } from "../evaluation/evaluation.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { estimateText } from "./number-text.js";
import { evaluationSeries, type OneOrMore } from "./series.js";
import { stepLine } from "./step-line.js";
import { axis, ink, layout, translucent } from "./theme.js";

/** Distribution of the relative energy error with bias and resolution in the legend. */
export function energyResiduals(evaluations: OneOrMore<EnergyEvaluation>): Figure {
  const title = "Relative energy error";
  const series = evaluationSeries(evaluations, ["energy"]).filter(({ value }) => value.events > 0);
  if (series.length === 0) return emptyFigure(title, "no event has a valid energy");
  const alone = series.length === 1;
  const traces = series.map(({ name, value, style }) => {
    const { bias, resolution } = value.metrics;
    const scaled = { ...value.curves.residuals, edges: value.curves.residuals.edges.map((edge) => 100 * edge) };
    const { x, y, events } = stepLine(scaled, false);
    const outside = value.curves.residuals.above;
    const percent = ({ value, low, high }: typeof bias & object): string =>
      estimateText({ value: 100 * value, low: alone ? 100 * low : Number.NaN, high: 100 * high }, "%");
    return {
      type: "scatter",
      mode: "lines",
      // A line for each: a legend is no wider than the figure.
      name: [name, `bias ${percent(bias!)}`, `resolution ${percent(resolution!)}`, `${outside} above +200 %`]
        .filter(Boolean)
        .join("<br>"),
      x,
      y: y.map((count) => (count === null ? null : (100 * count) / value.events)),
      customdata: events,
      hovertemplate: `from %{x:.0f} %<br>%{customdata:,} events in this bin<extra>${name}</extra>`,
      line: { color: style.colour, dash: style.dash, width: 2, shape: "hv" },
      ...(alone ? { fill: "tozeroy", fillcolor: translucent(style.colour, 0.18) } : {}),
    };
  });
  return new Figure(
    `${title}${alone ? "" : `: ${series.map(({ name }) => name).join(", ")}`}`,
    traces,
    layout(title, {
      xaxis: axis("(E<sub>reco</sub> − E<sub>true</sub>) / E<sub>true</sub>", "%", { range: [-100, 200] }),
      yaxis: axis("Share of events in the bin", "%", { rangemode: "tozero" }),
      shapes: [
        {
          type: "line",
          x0: 0,
          x1: 0,
          y0: 0,
          y1: 1,
          yref: "paper",
          layer: "below",
          line: { color: ink, width: 1, dash: "dash" },
        },
      ],
    }),
  );
}
