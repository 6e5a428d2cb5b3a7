import type { BinEdges } from "../evaluation/energy-bins.js";
import type { InstrumentResponse } from "../evaluation/irf/instrument-response.js";
import { binCentres } from "./binned-curve.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { label, type OneOrMore, toSeries } from "./series.js";
import { axis, layout, logAxis, powerTicks, seriesStyle } from "./theme.js";

const isResponse = (input: OneOrMore<InstrumentResponse>): input is InstrumentResponse => "axes" in input;

/** What a curve of a response shows over the energy. */
export interface ResponseAxis {
  readonly title: string;
  readonly energy: "True energy" | "Reconstructed energy";
  readonly quantity: string;
  readonly unit: string;
  readonly log: boolean;
  /** Said where nothing is left to draw. */
  readonly reason: string;
}

/**
 * A quantity of responses over the energy, a line for each bin of offset.
 * @param edges bins of energy @param of values, `[energy][offset]`
 */
export function responseCurve(
  responses: OneOrMore<InstrumentResponse>,
  what: ResponseAxis,
  edges: (response: InstrumentResponse) => BinEdges,
  of: (response: InstrumentResponse) => Float64Array,
): Figure {
  const { title, quantity, unit, log } = what;
  const all = toSeries(responses, isResponse);
  const traces = all.flatMap(({ name, value }, number) => {
    const { offsetEdgesDeg } = value.axes;
    const [values, energies, offsets] = [of(value), edges(value), offsetEdgesDeg.length - 1];
    return Array.from({ length: offsets }, (_, offset) => {
      const where = `${offsetEdgesDeg[offset]}–${offsetEdgesDeg[offset + 1]} deg`;
      // one response has its colours for the offsets, several have them for the responses
      const style = seriesStyle(all.length > 1 ? number : offset);
      const dash = all.length > 1 ? ["solid", "dash", "dot", "dashdot"][offset % 4] : style.dash;
      return {
        type: "scatter",
        mode: "lines+markers",
        name: label(name, offsets > 1 || !name ? where : ""),
        x: binCentres(energies, true),
        y: energies.slice(1).map((_, i) => (values[i * offsets + offset]! > 0 ? values[i * offsets + offset]! : null)),
        hovertemplate: `%{x:.3g} TeV<br>%{y:.3g} ${unit}<extra>${label(name, where)}</extra>`,
        line: { color: style.colour, width: 2, dash },
        marker: { color: style.colour, symbol: style.symbol, size: 6 },
      };
    });
  });
  const drawn = traces.flatMap(({ x, y }) =>
    x.flatMap((energy, i) => (y[i] === null ? [] : [[energy, y[i]!] as const])),
  );
  if (drawn.length === 0) return emptyFigure(title, what.reason);
  const range = (values: readonly number[]): [number, number] => [Math.min(...values) / 1.2, Math.max(...values) * 1.2];
  const heights = range(drawn.map(([, height]) => height));
  return new Figure(
    title,
    traces,
    layout(title, {
      xaxis: logAxis(what.energy, "TeV", ...range(drawn.map(([energy]) => energy))),
      yaxis: log
        ? logAxis(quantity, unit, ...heights, powerTicks(...heights))
        : axis(quantity, unit, { rangemode: "tozero" }),
    }),
  );
}
