import type { DirectionEvaluation } from "../evaluation/evaluation.js";
import { type BinnedAxes, binnedCurve } from "./binned-curve.js";
import type { Figure } from "./figure.js";
import { evaluationSeries, label, type OneOrMore } from "./series.js";
import { seriesStyle } from "./theme.js";

const axes: BinnedAxes = {
  title: "Direction bias",
  of: { quantity: "True energy", unit: "TeV", log: true },
  quantity: "Mean error",
  unit: "deg",
  scale: 1,
  baseline: 0,
  yaxis: { rangemode: "normal" },
};

/** Mean error along azimuth and along altitude (deg on the sky) in bins of true energy, with 95 % intervals. */
export function directionBias(evaluations: OneOrMore<DirectionEvaluation>): Figure {
  const series = evaluationSeries(evaluations, ["cameradirection", "skydirection"]);
  const curves = series.flatMap(({ name, value, style }) => {
    const { lonBias, latBias } = value.curves.residuals;
    const second = series.length === 1 ? seriesStyle(1) : { ...style, dash: "dot" };
    return [
      { name: label(name, "along azimuth"), value: lonBias, style },
      { name: label(name, "along altitude"), value: latBias, style: second },
    ];
  });
  return binnedCurve(curves, axes);
}
