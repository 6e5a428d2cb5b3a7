import type { BinnedEstimate } from "../evaluation/binned-estimate.js";
import type { BinEdges } from "../evaluation/energy-bins.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { numberText } from "./number-text.js";
import type { PlotlyObject } from "./plotly-object.js";
import type { Series } from "./series.js";
import { axis, ink, layout, logAxis, type SeriesStyle, translucent } from "./theme.js";

/** A published curve, drawn thin beside the results. */
export interface ReferenceCurve {
  readonly name: string;
  readonly edges: BinEdges;
  readonly values: readonly number[];
}

/** What is drawn over the bins of what. */
export interface BinnedAxes {
  readonly title: string;
  /** The binned quantity; its axis is logarithmic for energies. */
  readonly of: { readonly quantity: string; readonly unit: string; readonly log: boolean };
  readonly quantity: string;
  readonly unit: string;
  /** From the estimate to the unit of the axis: 100 for per cent. */
  readonly scale: number;
  /** Draw a line here: no bias, the area of guessing. */
  readonly baseline?: number;
  /** Settings of the value axis. */
  readonly yaxis?: PlotlyObject;
}

const finite = (value: number | null | undefined): value is number => Number.isFinite(value);

/** Middle of each bin, the geometric one on a logarithmic axis. */
export function binCentres(edges: BinEdges, log: boolean): number[] {
  return edges.slice(1).map((high, i) => (log ? Math.sqrt(edges[i]! * high) : (edges[i]! + high) / 2));
}

/** Band between `low` and `high`: one closed outline for each run of bins that have both. */
function band(x: readonly number[], binned: BinnedEstimate, scale: number, style: SeriesStyle): PlotlyObject {
  const outlineX: (number | null)[] = [];
  const outlineY: (number | null)[] = [];
  const inside = x.map((_, i) => finite(binned.low[i]) && finite(binned.high[i]));
  for (let first = 0; first < x.length; first++) {
    if (!inside[first]) continue;
    let last = first;
    while (inside[last + 1]) last++;
    const run = Array.from({ length: last - first + 1 }, (_, k) => first + k);
    // a run of one bin spans that bin, or it would be a line without width
    const places = run.length > 1 ? run.map((i) => x[i]!) : [binned.edges[first]!, binned.edges[first + 1]!];
    const rows = run.length > 1 ? run : [first, first];
    outlineX.push(...places, ...places.toReversed(), places[0]!, null);
    outlineY.push(...rows.map((i) => scale * binned.low[i]!));
    outlineY.push(...rows.toReversed().map((i) => scale * binned.high[i]!), scale * binned.low[rows[0]!]!, null);
    first = last;
  }
  return {
    type: "scatter",
    mode: "lines",
    x: outlineX,
    y: outlineY,
    fill: "toself",
    fillcolor: translucent(style.colour, 0.16),
    line: { width: 0 },
    hoverinfo: "skip",
    showlegend: false,
  };
}

/** Band and points of one binned estimate; empty bins stay empty. */
export function binnedTraces(
  name: string,
  binned: BinnedEstimate,
  axes: BinnedAxes,
  style: SeriesStyle,
): PlotlyObject[] {
  const x = binCentres(binned.edges, axes.of.log);
  const text = x.map((_, i) => {
    const range = `${numberText(binned.edges[i]!)} … ${numberText(binned.edges[i + 1]!)} ${axes.of.unit}`;
    const [value, low, high] = [binned.value, binned.low, binned.high].map((list) =>
      numberText(finite(list[i]) ? axes.scale * list[i]! : Number.NaN),
    );
    const unit = axes.unit ? ` ${axes.unit}` : "";
    return `${axes.of.quantity} ${range}<br>${value}${unit}, 95 %: ${low} … ${high}<br>${numberText(binned.counts[i]!)} events`;
  });
  const points = {
    type: "scatter",
    mode: "lines+markers",
    name: name || "this model",
    x,
    y: binned.value.map((value) => (finite(value) ? axes.scale * value : null)),
    connectgaps: false,
    line: { color: style.colour, dash: style.dash, width: 2 },
    marker: { color: style.colour, symbol: style.symbol, size: 7 },
    text,
    hovertemplate: `%{text}<extra>${name}</extra>`,
    legendgroup: name,
    showlegend: true,
  };
  return [{ ...band(x, binned, axes.scale, style), legendgroup: name }, points];
}

/** The part of a published curve that lies in the range of the figure. */
function referenceTrace(curve: ReferenceCurve, axes: BinnedAxes, low: number, high: number, i: number): PlotlyObject {
  const centres = binCentres(curve.edges, axes.of.log);
  const shown = centres.map((_, k) => k).filter((k) => centres[k]! >= low && centres[k]! <= high);
  return {
    type: "scatter",
    mode: "lines",
    name: curve.name,
    x: shown.map((k) => centres[k]!),
    y: shown.map((k) => axes.scale * curve.values[k]!),
    line: { color: ink, width: 1.5, dash: ["dot", "dash", "dashdot", "longdash"][i % 4] },
    hovertemplate: `${axes.of.quantity} %{x:.3g} ${axes.of.unit}<br>%{y:.3g} ${axes.unit}<extra>${curve.name}</extra>`,
  };
}

/**
 * Upper end of the value axis: above all points, and above the bands as far as these do not dwarf
 * the points; null where that needs no limit.
 */
function upperEnd(drawn: readonly Series<BinnedEstimate>[], axes: BinnedAxes): number | null {
  const points = drawn.flatMap(({ value }) => value.value.filter(finite));
  const bands = drawn.flatMap(({ value }) => value.high.filter(finite));
  const [point, band] = [axes.scale * Math.max(...points), axes.scale * Math.max(...bands, Number.NEGATIVE_INFINITY)];
  return point > 0 && band > 2 * point ? 1.6 * point : null;
}

/** Binned estimates of one or several results over a common axis, with published curves as thin lines. */
export function binnedCurve(
  series: readonly Series<BinnedEstimate>[],
  axes: BinnedAxes,
  references: readonly ReferenceCurve[] = [],
): Figure {
  const drawn = series.filter(({ value }) => value.value.some(finite));
  if (drawn.length === 0) return emptyFigure(axes.title, "no bin has enough events");
  const edges = drawn.flatMap(({ value }) =>
    value.edges.filter((_, i) => finite(value.value[i - 1]) || finite(value.value[i])),
  );
  const low = Math.min(...edges);
  const high = Math.max(...edges);
  const { quantity, unit, log } = axes.of;
  const end = axes.baseline === undefined ? upperEnd(drawn, axes) : null;
  const line = { type: "line", xref: "paper", x0: 0, x1: 1, y0: axes.baseline, y1: axes.baseline };
  const names = drawn.map(({ name }) => name).filter(Boolean);
  return new Figure(
    `${axes.title}${names.length > 0 ? `: ${names.join(", ")}` : ""}`,
    [
      ...references.map((curve, i) => referenceTrace(curve, axes, low, high, i)),
      ...series.flatMap(({ name, value, style }) => binnedTraces(name, value, axes, style)),
    ],
    layout(axes.title, {
      xaxis: log ? logAxis(quantity, unit, low, high) : axis(quantity, unit, { range: [low, high] }),
      yaxis: axis(axes.quantity, axes.unit, {
        rangemode: "tozero",
        ...(end === null ? {} : { range: [0, end] }),
        ...axes.yaxis,
      }),
      showlegend: names.length > 0 || references.length > 0,
      ...(axes.baseline === undefined
        ? {}
        : { shapes: [{ ...line, layer: "below", line: { color: ink, width: 1, dash: "dash" } }] }),
    }),
  );
}
