import type { TypeEvaluation } from "../evaluation/evaluation.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { numberText } from "./number-text.js";
import { evaluationSeries, type OneOrMore } from "./series.js";
import { panels, panelTitle } from "./small-multiples.js";
import { axis, colourBar, layout } from "./theme.js";

/**
 * Events by true and assigned class at gammaness 0.5; colours are shares of the true class, so that rows add up to
 * 100 %. Several evaluations stand side by side.
 */
export function confusionMatrix(evaluations: OneOrMore<TypeEvaluation>): Figure {
  const title = "Confusion matrix";
  const series = evaluationSeries(evaluations, ["type"]).filter(({ value }) => value.events > 0);
  if (series.length === 0) return emptyFigure(title, "no event has a valid gammaness");
  const places = panels(series.length, 2, { x: 0.3, y: 0.4 });
  const traces = series.map(({ name, value }, i) => {
    const { truePositives, falseNegatives, falsePositives, trueNegatives } = value.curves.confusion;
    const rows = [
      [falsePositives, trueNegatives],
      [truePositives, falseNegatives],
    ];
    const shares = rows.map(([a, b]) => [a!, b!].map((count) => (100 * count) / (a! + b!)));
    return {
      type: "heatmap",
      x: ["gamma", "background"],
      y: ["background", "gamma"],
      z: shares,
      text: rows.map((row, r) =>
        row.map((count, c) =>
          Number.isFinite(shares[r]![c]) ? `${numberText(shares[r]![c]!)} %<br>${numberText(count)}` : "no events",
        ),
      ),
      texttemplate: "%{text}",
      textfont: { size: 14 },
      hovertemplate: `true %{y}, taken for %{x}<br>%{text}<extra>${name}</extra>`,
      coloraxis: "coloraxis",
      xgap: 3,
      ygap: 3,
      xaxis: places[i]!.x,
      yaxis: places[i]!.y,
    };
  });
  const axes = places.flatMap(({ xKey, yKey, x, xDomain, yDomain, left, bottom }) => {
    const bare = { showgrid: false, ticks: "", showline: false };
    return [
      [xKey, { ...axis("Assigned class", "", bare), domain: xDomain, anchor: x.replace("x", "y") }],
      [
        yKey,
        {
          ...axis("True class", "", bare),
          domain: yDomain,
          anchor: x,
          ...(left ? {} : { title: { text: "" }, showticklabels: false }),
        },
      ],
    ].map(([key, value]) => [key, key === xKey && !bottom ? { ...(value as object), title: { text: "" } } : value]);
  });
  const rows = Math.ceil(series.length / 2);
  return new Figure(
    `${title} at gammaness ${series[0]!.value.curves.confusion.cut}${series.length > 1 ? `: ${series.map(({ name }) => name).join(", ")}` : ""}`,
    traces,
    layout(
      title,
      {
        ...Object.fromEntries(axes),
        coloraxis: {
          cmin: 0,
          cmax: 100,
          colorscale: [
            [0, "#f3f6fa"],
            [0.5, "#7fb2d9"],
            [1, "#08457e"],
          ],
          colorbar: colourBar("Share of the true class [%]"),
        },
        annotations: series.flatMap(({ name }, i) => (name ? [panelTitle(places[i]!, name)] : [])),
        margin: { l: 96, r: 24, t: 72, b: 56 },
      },
      120 + 260 * rows,
    ),
  );
}
