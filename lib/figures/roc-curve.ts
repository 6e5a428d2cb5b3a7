import type { TypeEvaluation } from "../evaluation/evaluation.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { estimateText, numberText } from "./number-text.js";
import { evaluationSeries, label, type OneOrMore } from "./series.js";
import { axis, ink, layout } from "./theme.js";

/** ROC curve: share of gammas kept against share of background kept, with the area under it in the legend. */
export function rocCurve(evaluations: OneOrMore<TypeEvaluation>): Figure {
  const title = "ROC curve";
  const series = evaluationSeries(evaluations, ["type"]);
  if (!series.some(({ value }) => value.curves.roc.threshold.length > 0)) {
    return emptyFigure(title, "gammas or background events are missing");
  }
  const curves = series.map(({ name, value, style }) => {
    const { falsePositiveRate, truePositiveRate, threshold } = value.curves.roc;
    const auc = value.metrics.auc!;
    return {
      type: "scatter",
      mode: "lines",
      name: label(name, `AUC ${series.length === 1 ? estimateText(auc) : numberText(auc.value)}`),
      x: falsePositiveRate.map((share) => 100 * share),
      y: truePositiveRate.map((share) => 100 * share),
      customdata: threshold.map((cut, i) => (i === 0 ? "none" : `gammaness ≥ ${numberText(cut)}`)),
      hovertemplate: `%{customdata}<br>gammas %{y:.2f} %<br>background %{x:.2f} %<extra>${name}</extra>`,
      line: { color: style.colour, dash: style.dash, width: 2 },
    };
  });
  const guessing = {
    type: "scatter",
    mode: "lines",
    name: "guessing",
    x: [0, 100],
    y: [0, 100],
    hoverinfo: "skip",
    line: { color: ink, dash: "dash", width: 1 },
  };
  return new Figure(
    `${title}: ${series.map(({ name, value }) => label(name, `AUC ${numberText(value.metrics.auc!.value)}`)).join(", ")}`,
    [guessing, ...curves],
    layout(
      title,
      {
        xaxis: axis("Background kept", "%", { range: [-1, 101], constrain: "domain" }),
        yaxis: axis("Gammas kept", "%", { range: [-1, 101], constrain: "domain", scaleanchor: "x" }),
      },
      480,
    ),
  );
}
