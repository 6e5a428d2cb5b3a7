import type { TypeEvaluation } from "../evaluation/evaluation.js";
import type { Histogram } from "../evaluation/histogram.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import type { PlotlyObject } from "./plotly-object.js";
import { evaluationSeries, label, type OneOrMore, type Series } from "./series.js";
import { stepLine } from "./step-line.js";
import { axis, backgroundColour, layout, signalColour, translucent } from "./theme.js";

const total = (histogram: Histogram): number => histogram.counts.reduce((sum, count) => sum + count, 0);

function outline(
  { name, style }: Series<TypeEvaluation>,
  histogram: Histogram,
  particle: string,
  alone: boolean,
): PlotlyObject {
  const { x, y, events } = stepLine(histogram, true);
  const isSignal = particle === "gammas";
  const colour = alone ? (isSignal ? signalColour : backgroundColour) : style.colour;
  const line = { color: colour, width: 2, shape: "hv", dash: alone || isSignal ? "solid" : "dot" };
  return {
    type: "scatter",
    mode: "lines",
    name: label(name, total(histogram) > 0 ? particle : `no ${particle}`),
    legendgroup: name || particle,
    x,
    y,
    customdata: events,
    hovertemplate: `gammaness ≥ %{x:.2f}<br>%{customdata:,} ${particle} in this bin<extra>${name}</extra>`,
    line,
    ...(alone ? { fill: "tozeroy", fillcolor: translucent(colour, 0.18) } : {}),
  };
}

/** Distribution of the gammaness of gammas and of background, each with area 1. Of several: dotted background. */
export function scoreDistribution(evaluations: OneOrMore<TypeEvaluation>): Figure {
  const title = "Distribution of the gammaness";
  const series = evaluationSeries(evaluations, ["type"]).filter(({ value }) => value.events > 0);
  if (series.length === 0) return emptyFigure(title, "no event has a valid gammaness");
  const alone = series.length === 1;
  return new Figure(
    `${title} of gammas and background${alone ? "" : `: ${series.map(({ name }) => name).join(", ")}`}`,
    series.flatMap((item) => [
      outline(item, item.value.curves.scores.signal, "gammas", alone),
      outline(item, item.value.curves.scores.background, "background", alone),
    ]),
    layout(title, {
      xaxis: axis("Gammaness", "", { range: [0, 1] }),
      yaxis: axis("Density of events", "", { rangemode: "tozero" }),
    }),
  );
}
