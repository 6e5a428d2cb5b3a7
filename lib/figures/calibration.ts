import type { TypeEvaluation } from "../evaluation/evaluation.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { numberText } from "./number-text.js";
import { evaluationSeries, type OneOrMore } from "./series.js";
import { axis, ink, layout } from "./theme.js";

/**
 * Share of gammas among events of like gammaness, with 95 % intervals; a calibrated gammaness lies on the diagonal.
 * @param equal bins of equal width or of equal counts
 */
export function calibration(evaluations: OneOrMore<TypeEvaluation>, equal: "widths" | "counts" = "widths"): Figure {
  const title = `Calibration of the gammaness${equal === "counts" ? ", bins of equal counts" : ""}`;
  const series = evaluationSeries(evaluations, ["type"]).filter(({ value }) => value.events > 0);
  if (series.length === 0) return emptyFigure(title, "no event has a valid gammaness");
  const curves = series.map(({ name, value, style }) => {
    const curve = equal === "widths" ? value.curves.calibration : value.curves.calibrationEqualCounts;
    return {
      type: "scatter",
      mode: "lines+markers",
      name: name || "events",
      showlegend: name !== "",
      x: curve.gammaness,
      y: curve.value.map((share) => 100 * share),
      error_y: {
        type: "data",
        symmetric: false,
        array: curve.high.map((high, i) => 100 * (high - curve.value[i]!)),
        arrayminus: curve.low.map((low, i) => 100 * (curve.value[i]! - low)),
        color: style.colour,
        thickness: 1,
        width: 3,
      },
      text: curve.counts.map((count) => `${numberText(count)} events`),
      hovertemplate: `mean gammaness %{x:.3f}<br>%{y:.1f} % are gammas<br>%{text}<extra>${name}</extra>`,
      line: { color: style.colour, dash: style.dash, width: 1.5 },
      marker: { color: style.colour, symbol: style.symbol, size: 7 },
    };
  });
  const perfect = {
    type: "scatter",
    mode: "lines",
    name: "a perfect probability",
    x: [0, 1],
    y: [0, 100],
    hoverinfo: "skip",
    line: { color: ink, dash: "dash", width: 1 },
  };
  return new Figure(
    title,
    [perfect, ...curves],
    layout(title, {
      xaxis: axis("Mean gammaness of the bin", "", { range: [-0.02, 1.02] }),
      yaxis: axis("Gammas in the bin", "%", { range: [-2, 102] }),
    }),
  );
}
