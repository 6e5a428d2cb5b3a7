import type { BinnedEstimate } from "../evaluation/binned-estimate.js";
import type { DirectionEvaluation } from "../evaluation/evaluation.js";
import { binnedCurve } from "./binned-curve.js";
import { emptyFigure } from "./empty-figure.js";
import type { Figure } from "./figure.js";
import { evaluationSeries, type OneOrMore } from "./series.js";

const axes = {
  energy: { quantity: "True energy", unit: "TeV", log: true, title: "by energy" },
  offset: { quantity: "True offset from the pointing", unit: "deg", log: false, title: "across the field of view" },
  impact: { quantity: "Impact distance", unit: "m", log: false, title: "by impact distance" },
  intensity: { quantity: "Image intensity", unit: "p.e.", log: true, title: "by brightness of the image" },
} as const;

const words = { resolution: "Angular resolution (68 %)", median: "Median angle", mean: "Mean angle", rms: "RMS angle" };

/**
 * A statistic of the angle between true and reconstructed direction (deg) in bins of energy, offset, impact distance or
 * intensity, with its 95 % interval as a band.
 */
export function angularResolutionBy(
  quantity: "energy" | "offset" | "impact" | "intensity",
  evaluations: OneOrMore<DirectionEvaluation>,
  statistic: "resolution" | "median" | "mean" | "rms" = "resolution",
): Figure {
  const { title: by, ...of } = axes[quantity];
  const title = `${words[statistic].replace(" (68 %)", "")} ${by}`;
  const series = evaluationSeries(evaluations, ["cameradirection", "skydirection"]).flatMap((item) => {
    const value: BinnedEstimate | undefined = item.value.curves.statistics[quantity]?.[statistic];
    return value ? [{ ...item, value }] : [];
  });
  if (series.length === 0) return emptyFigure(title, `the predictions do not tell the ${of.quantity.toLowerCase()}`);
  return binnedCurve(series, { title, of, quantity: words[statistic], unit: "deg", scale: 1 });
}
