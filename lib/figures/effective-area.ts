import type { InstrumentResponse } from "../evaluation/irf/instrument-response.js";
import { binCentres } from "./binned-curve.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { label, type OneOrMore, toSeries } from "./series.js";
import { layout, logAxis } from "./theme.js";

const isResponse = (input: OneOrMore<InstrumentResponse>): input is InstrumentResponse => "axes" in input;

/** Effective area (m²) over the true energy, a line for each bin of offset. */
export function effectiveArea(responses: OneOrMore<InstrumentResponse>): Figure {
  const title = "Effective area";
  const traces = toSeries(responses, isResponse).flatMap(({ name, value, style }) => {
    const { trueEdgesTeV, offsetEdgesDeg } = value.axes;
    const offsets = offsetEdgesDeg.length - 1;
    return Array.from({ length: offsets }, (_, offset) => {
      const areas = trueEdgesTeV.slice(1).map((_, i) => value.effectiveAreaM2[i * offsets + offset]!);
      const where = `${offsetEdgesDeg[offset]}–${offsetEdgesDeg[offset + 1]} deg`;
      return {
        type: "scatter",
        mode: "lines+markers",
        name: label(name, offsets > 1 || !name ? where : ""),
        x: binCentres(trueEdgesTeV, true),
        y: areas.map((area) => (area > 0 ? area : null)),
        hovertemplate: `%{x:.3g} TeV<br>%{y:.3g} m²<extra>${label(name, where)}</extra>`,
        line: { color: style.colour, width: 2, dash: ["solid", "dash", "dot", "dashdot"][offset % 4] },
        marker: { color: style.colour, symbol: style.symbol, size: 6 },
      };
    });
  });
  const areas = traces.flatMap(({ y }) => y.filter((area) => area !== null));
  const drawn = traces.flatMap(({ x, y }) => x.filter((_, i) => y[i] !== null));
  if (drawn.length === 0) return emptyFigure(title, "no gamma passes the cuts");
  return new Figure(
    title,
    traces,
    layout(title, {
      xaxis: logAxis("True energy", "TeV", Math.min(...drawn) / 1.2, Math.max(...drawn) * 1.2),
      yaxis: logAxis("Effective area", "m²", Math.min(...areas) / 1.2, Math.max(...areas) * 1.2, {
        exponentformat: "power",
      }),
    }),
  );
}
