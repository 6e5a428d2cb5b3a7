import type { EnergyEvaluation } from "../evaluation/evaluation.js";
import type { MigrationMatrix } from "../evaluation/migration-matrix.js";
import { binCentres } from "./binned-curve.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { numberText } from "./number-text.js";
import type { PlotlyObject } from "./plotly-object.js";
import { evaluationSeries, type OneOrMore } from "./series.js";
import { panels, panelTitle } from "./small-multiples.js";
import { colourBar, colourScale, layout, logAxis } from "./theme.js";

/** Ticks of a colour bar for log10 of a count. */
function decadeTicks(largest: number): PlotlyObject {
  const decades = Array.from({ length: Math.floor(Math.log10(Math.max(1, largest))) + 1 }, (_, k) => k);
  return { tickvals: decades, ticktext: decades.map((k) => numberText(10 ** k)) };
}

/** True energies that have events: predictions may reach much farther. */
function trueRange(matrices: readonly MigrationMatrix[]): [number, number] {
  const seen = matrices.flatMap(({ trueEdgesTeV, counts }) =>
    trueEdgesTeV.slice(1).flatMap((high, i) => (counts.some((row) => row[i]! > 0) ? [trueEdgesTeV[i]!, high] : [])),
  );
  return [Math.min(...seen), Math.max(...seen)];
}

/** Events by true and reconstructed energy, both in TeV, with logarithmic colours; several evaluations side by side. */
export function migrationMatrix(evaluations: OneOrMore<EnergyEvaluation>): Figure {
  const title = "Energy migration";
  const series = evaluationSeries(evaluations, ["energy"]).filter(({ value }) => value.events > 0);
  if (series.length === 0) return emptyFigure(title, "no event has a valid energy");
  const places = panels(series.length, 2, { x: 0.16, y: 0.25 });
  const edges = series.flatMap(({ value }) => value.curves.migration.trueEdgesTeV);
  const low = Math.min(...edges);
  const high = Math.max(...edges);
  let largest = 0;
  for (const { value } of series) {
    for (const row of value.curves.migration.counts) for (const count of row) largest = Math.max(largest, count);
  }
  const traces = series.flatMap(({ name, value }, i): PlotlyObject[] => {
    const { trueEdgesTeV, recoEdgesTeV, counts } = value.curves.migration;
    const on = { xaxis: places[i]!.x, yaxis: places[i]!.y };
    const cells = {
      type: "heatmap",
      x: binCentres(trueEdgesTeV, true),
      y: binCentres(recoEdgesTeV, true),
      z: counts.map((row) => row.map((count) => (count > 0 ? Math.log10(count) : null))),
      text: counts.map((row) => row.map(numberText)),
      hoverongaps: false,
      hovertemplate: `true %{x:.3g} TeV<br>reconstructed %{y:.3g} TeV<br>%{text} events<extra>${name}</extra>`,
      coloraxis: "coloraxis",
    };
    const diagonal = { type: "scatter", mode: "lines", x: [low, high], y: [low, high], line: { color: "#d55e00" } };
    return [
      { ...cells, ...on },
      {
        ...diagonal,
        ...on,
        line: { color: "#d55e00", width: 1.2, dash: "dash" },
        hoverinfo: "skip",
        showlegend: false,
      },
    ];
  });
  const [lowest, highest] = trueRange(series.map(({ value }) => value.curves.migration));
  const axes = places.flatMap(({ x, y, xKey, yKey, xDomain, yDomain, left, bottom }) => [
    [xKey, logAxis(bottom ? "True energy" : "", bottom ? "TeV" : "", lowest, highest, { domain: xDomain, anchor: y })],
    [yKey, logAxis(left ? "Reconstructed energy" : "", left ? "TeV" : "", low, high, { domain: yDomain, anchor: x })],
  ]);
  return new Figure(
    `${title}: ${series.map(({ name, value }) => `${name ? `${name}, ` : ""}${numberText(value.events)} events`).join("; ")}`,
    traces,
    layout(
      title,
      {
        ...Object.fromEntries(axes),
        coloraxis: {
          colorscale: colourScale,
          cmin: 0,
          cmax: Math.max(1, Math.log10(Math.max(1, largest))),
          colorbar: {
            ...colourBar("Events in the cell"),
            ...decadeTicks(largest),
          },
        },
        annotations: series.flatMap(({ name }, i) => (name ? [panelTitle(places[i]!, name)] : [])),
        margin: { l: 72, r: 24, t: 72, b: 56 },
      },
      120 + 360 * Math.ceil(series.length / 2),
    ),
  );
}
