import { counted } from "../display/counted.js";
import type { EpochRecord } from "../training/epoch-record.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { numberText } from "./number-text.js";
import type { PlotlyObject } from "./plotly-object.js";
import { label, type OneOrMore, toSeries } from "./series.js";
import { axis, layout, palette, powerTicks } from "./theme.js";

/** What the figure needs of an epoch; the lines of a training_log.csv have it too. */
type Losses = Pick<EpochRecord, "epoch" | "loss" | "val_loss" | "learningRate">;
type History = readonly Losses[];

const isHistory = (input: OneOrMore<History>): input is History => Array.isArray(input);

/** Epoch with the smallest validation loss; undefined when none is known. */
function bestEpoch(history: History): Losses | undefined {
  const known = history.filter((record) => Number.isFinite(record.val_loss));
  return known.length === 0 ? undefined : known.reduce((best, next) => (next.val_loss < best.val_loss ? next : best));
}

/** Few epochs have a tick each, lest a number stands twice. */
function wholeTicks(epochs: number): PlotlyObject {
  return epochs <= 12 ? { tick0: 1, dtick: 1 } : {};
}

/**
 * Training and validation loss and the learning rate over the epochs (counted from 1); a star marks the smallest
 * validation loss. Of one training, or of several by name: there the training loss is dotted.
 */
export function learningCurve(histories: OneOrMore<History>): Figure {
  const title = "Learning curve";
  const series = toSeries(histories, isHistory).filter(({ value }) => value.length > 0);
  if (series.length === 0) return emptyFigure(title, "no epoch is finished yet");
  const alone = series.length === 1;
  const traces = series.flatMap(({ name, value: history, style }): PlotlyObject[] => {
    const epochs = history.map((record) => record.epoch + 1);
    const mode = history.length > 60 ? "lines" : "lines+markers";
    const best = bestEpoch(history);
    const line = (what: string, values: readonly number[], look: PlotlyObject): PlotlyObject => ({
      type: "scatter",
      mode,
      name: label(name, what),
      legendgroup: name || what,
      x: epochs,
      y: values,
      hovertemplate: `epoch %{x}<br>${what} %{y:.4g}<extra>${name}</extra>`,
      marker: { size: 5 },
      ...look,
    });
    const validation = { color: alone ? palette[1]! : style.colour, width: 2, dash: style.dash };
    const training = { color: style.colour, width: 2, dash: alone ? "solid" : "dot" };
    const losses = history.map((record) => record.loss);
    const validationLosses = history.map((record) => record.val_loss);
    const rates = history.map((record) => record.learningRate);
    return [
      line("training loss", losses, { line: training }),
      line("validation loss", validationLosses, { line: validation }),
      ...(best === undefined
        ? []
        : [
            {
              type: "scatter",
              mode: "markers",
              name: "smallest validation loss",
              legendgroup: name || "validation loss",
              showlegend: alone,
              x: [best.epoch + 1],
              y: [best.val_loss],
              hovertemplate: `best epoch %{x}<br>validation loss %{y:.4g}<extra>${name}</extra>`,
              marker: { symbol: "star", size: 13, color: validation.color, line: { color: "#ffffff", width: 1 } },
            },
          ]),
      line("learning rate", rates, {
        yaxis: "y2",
        line: { color: alone ? palette[2]! : style.colour, width: 2, shape: "hvh", dash: style.dash },
        showlegend: false,
      }),
    ];
  });
  const described = series.map(({ name, value }) => {
    const best = bestEpoch(value);
    const what = best ? `smallest validation loss ${numberText(best.val_loss)} in epoch ${best.epoch + 1}` : "";
    return label(name, `${counted(value.length, "epoch")}${what ? `, ${what}` : ""}`);
  });
  const rates = series.flatMap(({ value }) => value.map(({ learningRate }) => learningRate)).filter((rate) => rate > 0);
  const most = Math.max(...series.map(({ value }) => value.length));
  return new Figure(
    `${title}: ${described.join("; ")}`,
    traces,
    layout(
      title,
      {
        xaxis: axis("Epoch", "", { anchor: "y2", rangemode: "normal", tickformat: "d", ...wholeTicks(most) }),
        yaxis: axis("Loss", "", { domain: [0.36, 1] }),
        yaxis2: axis("Learning rate", "", {
          domain: [0, 0.26],
          type: "log",
          ...powerTicks(Math.min(...rates), Math.max(...rates)),
        }),
        hovermode: "x unified",
      },
      520,
    ),
  );
}
