import type { Evaluation, MetricValue } from "../evaluation/evaluation.js";
import { metricTitle } from "../evaluation/metric-title.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { estimateText, numberText } from "./number-text.js";
import { panels, panelTitle } from "./small-multiples.js";
import { axis, layout, palette } from "./theme.js";

/** The metrics that are compared when none is named. */
const usual: Readonly<Record<Evaluation["task"], readonly string[]>> = {
  type: ["auc", "balancedAccuracy", "f1", "brier"],
  energy: ["resolution", "bias", "logMae", "logR2"],
  cameradirection: ["resolution", "median", "mean", "containment95"],
  skydirection: ["resolution", "median", "mean", "containment95"],
};

/** Name of the best of the values; undefined when none is known. */
function bestName(values: readonly (readonly [string, MetricValue])[]): string | undefined {
  const cost = ({ value, better }: MetricValue): number =>
    better === "higher" ? -value : better === "lower" ? value : Math.abs(value);
  const known = values.filter(([, metric]) => Number.isFinite(metric.value));
  if (known.length === 0) return undefined;
  return known.reduce((best, next) => (cost(next[1]) < cost(best[1]) ? next : best))[0];
}

/**
 * Metrics of several models with their 95 % intervals, one panel a metric; the best value is filled, the others are
 * open.
 * @param metrics names of metrics; by default the four main ones of the task
 */
export function metricComparison(
  evaluations: Readonly<Record<string, Evaluation>>,
  metrics: readonly string[] = usual[Object.values(evaluations)[0]?.task ?? "type"],
): Figure {
  const title = "Metrics of the models";
  const names = Object.keys(evaluations);
  const shown = metrics.filter((metric) =>
    Object.values(evaluations).some((item) => Number.isFinite(item.metrics[metric]?.value)),
  );
  if (shown.length === 0) return emptyFigure(title, "no model has these metrics");
  const places = panels(shown.length, 2, { x: 0.1, y: 0.35 + 1.2 / (names.length + 2) });
  const traces = shown.map((metric, i) => {
    const values = names.flatMap((name) => {
      const value = evaluations[name]!.metrics[metric];
      return value ? [[name, value] as const] : [];
    });
    const best = bestName(values);
    const { description } = values[0]![1];
    return {
      type: "scatter",
      mode: "markers",
      x: values.map(([, value]) => value.value),
      y: values.map(([name]) => name),
      error_x: {
        type: "data",
        symmetric: false,
        array: values.map(([, { value, high }]) => high - value),
        arrayminus: values.map(([, { value, low }]) => value - low),
        color: palette[0],
        thickness: 1.5,
        width: 4,
      },
      marker: {
        size: 10,
        color: palette[0],
        symbol: values.map(([name]) => (name === best ? "circle" : "circle-open")),
        line: { width: 2, color: palette[0] },
      },
      text: values.map(([, value]) => estimateText(value, value.unit)),
      hovertemplate: `%{y}<br>${metricTitle(metric)} %{text}<br>${description}<extra></extra>`,
      showlegend: false,
      xaxis: places[i]!.x,
      yaxis: places[i]!.y,
    };
  });
  const axes = places.flatMap(({ x, y, xKey, yKey, xDomain, yDomain, left }, i) => {
    const { unit } = Object.values(evaluations).find((item) => item.metrics[shown[i]!])!.metrics[shown[i]!]!;
    return [
      [xKey, axis(metricTitle(shown[i]!), unit, { domain: xDomain, anchor: y })],
      [
        yKey,
        axis("", "", {
          domain: yDomain,
          anchor: x,
          type: "category",
          autorange: "reversed",
          categoryorder: "array",
          categoryarray: names,
          showticklabels: left,
        }),
      ],
    ];
  });
  const better = { higher: "higher is better", lower: "lower is better", zero: "nearer to zero is better" } as const;
  const first = names.map(
    (name) => `${name} ${numberText(evaluations[name]!.metrics[shown[0]!]?.value ?? Number.NaN)}`,
  );
  return new Figure(
    `${title}: ${shown[0]} ${first.join(", ")}`,
    traces,
    layout(
      title,
      {
        ...Object.fromEntries(axes),
        annotations: shown.map((metric, i) => {
          const value = Object.values(evaluations).find((item) => item.metrics[metric])!.metrics[metric]!;
          return panelTitle(places[i]!, better[value.better]);
        }),
        margin: { l: 72, r: 24, t: 72, b: 56 },
      },
      120 + (90 + 30 * names.length) * Math.ceil(shown.length / 2),
    ),
  );
}
