import type { DirectionEvaluation } from "../evaluation/evaluation.js";
import { emptyFigure } from "./empty-figure.js";
import type { Figure } from "./figure.js";
import { evaluationSeries, type OneOrMore } from "./series.js";
import { skyMaps } from "./sky-maps.js";

/** Where the events seem to come from: reconstructed directions as seen from the pointing; several side by side. */
export function fieldOfView(evaluations: OneOrMore<DirectionEvaluation>): Figure {
  const title = "Reconstructed directions in the field of view";
  const series = evaluationSeries(evaluations, ["cameradirection", "skydirection"]);
  const drawn = series.filter(({ value }) => value.curves.fieldOfView.counts.some((row) => row.some((n) => n > 0)));
  if (drawn.length === 0) return emptyFigure(title, "no event has a valid direction and a known pointing");
  return skyMaps(
    { title, x: "Longitude from the pointing", y: "Latitude from the pointing" },
    drawn.map(({ name, value }) => ({ name, map: value.curves.fieldOfView })),
  );
}
