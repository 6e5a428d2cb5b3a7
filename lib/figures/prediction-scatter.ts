import type { DirectionEvaluation, EnergyEvaluation } from "../evaluation/evaluation.js";
import type { EventSample } from "../evaluation/event-sample.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { numberText } from "./number-text.js";
import type { PlotlyObject } from "./plotly-object.js";
import { panels, panelTitle } from "./small-multiples.js";
import { axis, layout, logAxis, palette } from "./theme.js";

/** One panel: what is predicted, in which unit. */
interface Quantity {
  readonly name: string;
  readonly unit: string;
  readonly log: boolean;
  readonly sample: EventSample;
}

function quantitiesOf(evaluation: EnergyEvaluation | DirectionEvaluation): Quantity[] {
  if (evaluation.task === "energy") {
    return [{ name: "energy", unit: "TeV", log: true, sample: evaluation.curves.sample }];
  }
  const { longitude, latitude } = evaluation.curves.sample;
  const angle = { unit: "deg", log: false };
  return [
    { ...angle, name: "longitude", sample: longitude },
    { ...angle, name: "latitude", sample: latitude },
  ];
}

function reach(column: readonly number[]): [number, number] {
  const values = column.filter(Number.isFinite);
  return [Math.min(...values), Math.max(...values)];
}

/** Predictions against the truth, a dot for each of at most 1500 events spread evenly over all; the line is a perfect one. */
export function predictionScatter(evaluation: EnergyEvaluation | DirectionEvaluation): Figure {
  const title = "Prediction against truth";
  const quantities = evaluation.events > 0 ? quantitiesOf(evaluation) : [];
  const known = quantities.filter(({ sample }) => sample.truth.some(Number.isFinite));
  if (known.length === 0) return emptyFigure(title, "no event has a valid prediction and a truth");
  const places = panels(known.length, 2, { x: 0.26, y: 0 });
  const traces = known.flatMap(({ name, unit, sample }, i): PlotlyObject[] => {
    const on = { xaxis: places[i]!.x, yaxis: places[i]!.y, showlegend: i === 0 };
    const [low, high] = reach(sample.truth);
    const line = { color: palette[1], width: 1.2, dash: "dash" };
    return [
      {
        ...{ type: "scatter", mode: "markers", name: "event", ...on, x: sample.truth, y: sample.predicted },
        hovertemplate: `true ${name} %{x:.3g} ${unit}<br>predicted %{y:.3g} ${unit}<extra></extra>`,
        marker: { color: palette[0], size: 4, opacity: 0.45 },
      },
      {
        type: "scatter",
        mode: "lines",
        name: "perfect",
        ...on,
        x: [low, high],
        y: [low, high],
        hoverinfo: "skip",
        line,
      },
    ];
  });
  const axes = known.flatMap(({ name, unit, log, sample }, i) => {
    const { x, y, xKey, yKey, xDomain, yDomain } = places[i]!;
    const one = (word: string, column: readonly number[], options: PlotlyObject): PlotlyObject =>
      log ? logAxis(`${word} ${name}`, unit, ...reach(column), options) : axis(`${word} ${name}`, unit, options);
    return [
      [xKey, one("True", sample.truth, { domain: xDomain, anchor: y })],
      [yKey, one("Predicted", sample.predicted, { domain: yDomain, anchor: x })],
    ];
  });
  const events = known[0]!.sample.truth.length;
  const share = events < evaluation.events ? `${numberText(events)} of ${numberText(evaluation.events)}` : `${events}`;
  return new Figure(
    `${title}: ${share} events`,
    traces,
    layout(title, {
      ...Object.fromEntries(axes),
      annotations:
        known.length > 1 ? known.map(({ name }, i) => panelTitle(places[i]!, `${name} from the pointing`)) : [],
      margin: { l: 72, r: 24, t: 72, b: 56 },
    }),
  );
}
