import type { DirectionEvaluation } from "../evaluation/evaluation.js";
import { binCentres } from "./binned-curve.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { numberText } from "./number-text.js";
import type { PlotlyObject } from "./plotly-object.js";
import { evaluationSeries, type OneOrMore } from "./series.js";
import { panels, panelTitle } from "./small-multiples.js";
import { axis, colourScale, ink, layout } from "./theme.js";

/** Circle of `radius` around zero. */
function circle(radius: number): { x: number[]; y: number[] } {
  const angles = Array.from({ length: 121 }, (_, i) => (i * Math.PI) / 60);
  return { x: angles.map((a) => radius * Math.cos(a)), y: angles.map((a) => radius * Math.sin(a)) };
}

/**
 * Where the reconstructed direction lies as seen from the true one: events over longitude and latitude, deg. The circle
 * contains 68 % of them. Several evaluations stand side by side.
 */
export function directionResiduals(evaluations: OneOrMore<DirectionEvaluation>): Figure {
  const title = "Direction errors";
  const series = evaluationSeries(evaluations, ["cameradirection", "skydirection"]).filter(
    ({ value }) => value.events > 0,
  );
  if (series.length === 0) return emptyFigure(title, "no event has a valid direction");
  const places = panels(series.length, 2, { x: 0.2, y: 0.25 });
  const reach = Math.max(...series.map(({ value }) => value.curves.residuals.map.xEdges.at(-1)!));
  const traces = series.flatMap(({ name, value }, i): PlotlyObject[] => {
    const { map } = value.curves.residuals;
    const on = { xaxis: places[i]!.x, yaxis: places[i]!.y };
    const largest = Math.max(...map.counts.flat());
    const share = (count: number): number | null => (count > 0 ? (100 * count) / largest : null);
    return [
      {
        type: "heatmap",
        x: binCentres(map.xEdges, false),
        y: binCentres(map.yEdges, false),
        z: map.counts.map((row) => row.map(share)),
        text: map.counts.map((row) => row.map(numberText)),
        hoverongaps: false,
        hovertemplate: `along azimuth %{x:.3f} deg<br>along altitude %{y:.3f} deg<br>%{text} events<extra>${name}</extra>`,
        coloraxis: "coloraxis",
        ...on,
      },
      {
        type: "scatter",
        mode: "lines",
        ...circle(value.metrics.resolution!.value),
        line: { color: "#d55e00", width: 1.5 },
        hoverinfo: "skip",
        showlegend: false,
        ...on,
      },
    ];
  });
  const axes = places.flatMap(({ x, y, xKey, yKey, xDomain, yDomain, left, bottom }) => {
    const options = {
      range: [-reach, reach],
      constrain: "domain",
      zeroline: true,
      zerolinecolor: ink,
      zerolinewidth: 1,
    };
    return [
      [
        xKey,
        axis(bottom ? "Error along azimuth" : "", bottom ? "deg" : "", { ...options, domain: xDomain, anchor: y }),
      ],
      [
        yKey,
        axis(left ? "Error along altitude" : "", left ? "deg" : "", {
          ...options,
          domain: yDomain,
          anchor: x,
          scaleanchor: x,
        }),
      ],
    ];
  });
  return new Figure(
    `${title}${series[0]!.name ? `: ${series.map(({ name }) => name).join(", ")}` : ""}; the circle contains 68 %`,
    traces,
    layout(
      title,
      {
        ...Object.fromEntries(axes),
        coloraxis: {
          colorscale: colourScale,
          colorbar: {
            title: { text: "Density [% of the densest cell]", side: "right" },
            thickness: 12,
            outlinewidth: 0,
          },
        },
        annotations: series.flatMap(({ name }, i) => (name ? [panelTitle(places[i]!, name)] : [])),
        margin: { l: 72, r: 24, t: 72, b: 56 },
      },
      120 + 360 * Math.ceil(series.length / 2),
    ),
  );
}
