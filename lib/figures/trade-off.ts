import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { numberText } from "./number-text.js";
import type { PlotlyObject } from "./plotly-object.js";
import { axis, layout, lineColour, logAxis, seriesStyle } from "./theme.js";

/** A model by what it costs and what it is worth. */
export interface TradeOffPoint {
  readonly name: string;
  readonly cost: number;
  readonly quality: number;
  /** Limits of the 95 % interval of the quality. */
  readonly low: number;
  readonly high: number;
}

export interface TradeOffAxes {
  readonly title: string;
  readonly cost: string;
  readonly costUnit: string;
  readonly quality: string;
  readonly qualityUnit: string;
  readonly better: "higher" | "lower";
}

/** The points that no other beats in both: neither cheaper nor better exists. By rising cost. */
export function paretoFront(points: readonly TradeOffPoint[], better: TradeOffAxes["better"]): TradeOffPoint[] {
  const sign = better === "higher" ? 1 : -1;
  const sorted = [...points].sort((a, b) => a.cost - b.cost || sign * (b.quality - a.quality));
  let best = Number.NEGATIVE_INFINITY;
  return sorted.filter(({ quality }) => {
    if (sign * quality <= best) return false;
    best = sign * quality;
    return true;
  });
}

/**
 * Quality against cost, one point a model in the colour of its curves; a line joins the filled ones, those that no other
 * model beats in both (the Pareto front).
 */
export function tradeOff(points: readonly TradeOffPoint[], axes: TradeOffAxes): Figure {
  const known = points.filter(({ cost, quality }) => cost > 0 && Number.isFinite(quality));
  if (known.length === 0) return emptyFigure(axes.title, "no model has both a cost and a quality");
  const front = paretoFront(known, axes.better);
  const best = new Set(front.map(({ name }) => name));
  const unit = axes.qualityUnit === "" ? "" : ` ${axes.qualityUnit}`;
  const costs = known.map(({ cost }) => cost);
  const [low, high] = [Math.min(...costs), Math.max(...costs)];
  // Names stand in the legend: beside the points those of like models would cover each other.
  const trace = ({ name, cost, quality, low: from, high: to }: TradeOffPoint, i: number): PlotlyObject => {
    const { colour, symbol } = seriesStyle(i);
    return {
      type: "scatter",
      mode: "markers",
      name,
      x: [cost],
      y: [quality],
      error_y: {
        type: "data",
        symmetric: false,
        array: [to - quality],
        arrayminus: [quality - from],
        color: colour,
        thickness: 1.5,
        width: 4,
      },
      cliponaxis: false,
      hovertemplate: `${name}<br>${axes.quality} ${numberText(quality)}${unit}<br>${axes.cost} ${numberText(cost)} ${axes.costUnit}<extra></extra>`,
      marker: {
        size: 11,
        color: colour,
        symbol: best.has(name) ? symbol : `${symbol}-open`,
        line: { width: 2, color: colour },
      },
    };
  };
  return new Figure(
    `${axes.title}: not beaten in both ${front.map(({ name }) => name).join(", ")}`,
    [
      {
        type: "scatter",
        mode: "lines",
        name: "not beaten in both",
        x: front.map(({ cost }) => cost),
        y: front.map(({ quality }) => quality),
        line: { color: lineColour, width: 1.5, dash: "dot" },
        hoverinfo: "skip",
      },
      ...points.flatMap((point, i) => (known.includes(point) ? [trace(point, i)] : [])),
    ],
    layout(`${axes.title}: ${axes.better} is better`, {
      xaxis: logAxis(axes.cost, axes.costUnit, low / 1.6, high * 1.6),
      yaxis: axis(axes.quality, axes.qualityUnit),
    }),
  );
}
