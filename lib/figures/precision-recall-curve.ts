import type { TypeEvaluation } from "../evaluation/evaluation.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { estimateText, numberText } from "./number-text.js";
import { evaluationSeries, label, type OneOrMore } from "./series.js";
import { axis, layout } from "./theme.js";

/** Precision against recall, with the average precision in the legend. It depends on the share of gammas. */
export function precisionRecallCurve(evaluations: OneOrMore<TypeEvaluation>): Figure {
  const title = "Precision and recall";
  const series = evaluationSeries(evaluations, ["type"]);
  if (!series.some(({ value }) => value.curves.precisionRecall.threshold.length > 0)) {
    return emptyFigure(title, "gammas or background events are missing");
  }
  const curves = series.map(({ name, value, style }) => {
    const { recall, precision, threshold } = value.curves.precisionRecall;
    const average = value.metrics.averagePrecision!;
    const text = series.length === 1 ? estimateText(average) : numberText(average.value);
    return {
      type: "scatter",
      mode: "lines",
      name: label(name, `average precision ${text}`),
      x: recall.map((share) => 100 * share),
      y: precision.map((share) => 100 * share),
      customdata: threshold.map((cut) => `gammaness ≥ ${numberText(cut)}`),
      hovertemplate: `%{customdata}<br>precision %{y:.2f} %<br>recall %{x:.2f} %<extra>${name}</extra>`,
      line: { color: style.colour, dash: style.dash, width: 2 },
    };
  });
  return new Figure(
    `${title}: ${series.map(({ name, value }) => label(name, `average precision ${numberText(value.metrics.averagePrecision!.value)}`)).join(", ")}`,
    curves,
    layout(
      title,
      {
        xaxis: axis("Recall: gammas kept", "%", { range: [-1, 101], constrain: "domain" }),
        yaxis: axis("Precision: gammas among the kept", "%", { constrain: "domain", rangemode: "tozero" }),
      },
      440,
    ),
  );
}
