import type { TypeEvaluation } from "../evaluation/evaluation.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import type { PlotlyObject } from "./plotly-object.js";
import { evaluationSeries, label, type OneOrMore } from "./series.js";
import { axis, backgroundColour, layout, signalColour } from "./theme.js";

/** Shares of gammas and of background kept by a cut on the gammaness. Of several: dotted background. */
export function efficiencyCurve(evaluations: OneOrMore<TypeEvaluation>): Figure {
  const title = "Efficiency of a gammaness cut";
  const series = evaluationSeries(evaluations, ["type"]).filter(({ value }) => value.events > 0);
  if (series.length === 0) return emptyFigure(title, "no event has a valid gammaness");
  const alone = series.length === 1;
  const traces = series.flatMap(({ name, value, style }) => {
    const { cut, signal, background } = value.curves.efficiency;
    const line = (particle: string, shares: readonly number[], colour: string, dash: string): PlotlyObject => ({
      type: "scatter",
      mode: "lines",
      name: label(name, shares.some(Number.isFinite) ? particle : `no ${particle}`),
      legendgroup: name || particle,
      x: cut,
      y: shares.map((share) => 100 * share),
      hovertemplate: `gammaness ≥ %{x:.2f}<br>%{y:.2f} % of ${particle}<extra>${name}</extra>`,
      line: { color: colour, dash, width: 2 },
    });
    return [
      line("gammas", signal, alone ? signalColour : style.colour, "solid"),
      line("background", background, alone ? backgroundColour : style.colour, alone ? "solid" : "dot"),
    ];
  });
  return new Figure(
    `${title}: shares of gammas and background kept`,
    traces,
    layout(title, {
      xaxis: axis("Smallest gammaness kept", "", { range: [0, 1] }),
      yaxis: axis("Events kept", "%", { range: [-1, 101] }),
    }),
  );
}
