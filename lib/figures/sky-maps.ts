import type { Histogram2d } from "../evaluation/histogram.js";
import { binCentres } from "./binned-curve.js";
import { Figure } from "./figure.js";
import { numberText } from "./number-text.js";
import type { PlotlyObject } from "./plotly-object.js";
import { type Panel, panels, panelTitle } from "./small-multiples.js";
import { axis, colourBar, colourScale, ink, layout } from "./theme.js";

/** One map with its name and, if there is one, a circle around zero. */
export interface SkyMap {
  readonly name: string;
  readonly map: Histogram2d;
  readonly radiusDeg?: number;
}

/** Circle of `radius` around zero. */
function circle(radius: number): { x: number[]; y: number[] } {
  const angles = Array.from({ length: 121 }, (_, i) => (i * Math.PI) / 60);
  return { x: angles.map((a) => radius * Math.cos(a)), y: angles.map((a) => radius * Math.sin(a)) };
}

function mapTraces({ name, map, radiusDeg }: SkyMap, panel: Panel): PlotlyObject[] {
  const largest = Math.max(...map.counts.flat());
  const on = { xaxis: panel.x, yaxis: panel.y };
  const cells = {
    type: "heatmap",
    x: binCentres(map.xEdges, false),
    y: binCentres(map.yEdges, false),
    z: map.counts.map((row) => row.map((count) => (count > 0 ? (100 * count) / largest : null))),
    text: map.counts.map((row) => row.map(numberText)),
    hoverongaps: false,
    hovertemplate: `along azimuth %{x:.3f} deg<br>along altitude %{y:.3f} deg<br>%{text} events<extra>${name}</extra>`,
    coloraxis: "coloraxis",
    ...on,
  };
  if (radiusDeg === undefined) return [cells];
  const line = { color: "#d55e00", width: 1.5 };
  const ring = { type: "scatter", mode: "lines", ...circle(radiusDeg), line, hoverinfo: "skip", showlegend: false };
  return [cells, { ...ring, ...on }];
}

/** Maps of events around zero, deg, side by side on common axes; colours are shares of the densest cell of each. */
export function skyMaps(
  words: { readonly title: string; readonly x: string; readonly y: string; readonly note?: string },
  maps: readonly SkyMap[],
): Figure {
  const places = panels(maps.length, 2, { x: 0.2, y: 0.25 });
  const reach = Math.max(...maps.map(({ map }) => map.xEdges.at(-1)!));
  const line = { zeroline: true, zerolinecolor: ink, zerolinewidth: 1 };
  const options = { range: [-reach, reach], constrain: "domain", ...line };
  const axes = places.flatMap(({ x, y, xKey, yKey, xDomain, yDomain, left, bottom }) => [
    [xKey, axis(bottom ? words.x : "", bottom ? "deg" : "", { ...options, domain: xDomain, anchor: y })],
    [yKey, axis(left ? words.y : "", left ? "deg" : "", { ...options, domain: yDomain, anchor: x, scaleanchor: x })],
  ]);
  const names = maps.map(({ name }) => name).filter(Boolean);
  return new Figure(
    [`${words.title}${names.length > 0 ? `: ${names.join(", ")}` : ""}`, ...(words.note ? [words.note] : [])].join(
      "; ",
    ),
    maps.flatMap((map, i) => mapTraces(map, places[i]!)),
    layout(
      words.title,
      {
        ...Object.fromEntries(axes),
        coloraxis: {
          colorscale: colourScale,
          colorbar: colourBar("Density [% of the densest cell]"),
        },
        annotations: maps.flatMap(({ name }, i) => (name ? [panelTitle(places[i]!, name)] : [])),
        margin: { l: 72, r: 24, t: 72, b: 56 },
      },
      120 + 360 * Math.ceil(maps.length / 2),
    ),
  );
}
