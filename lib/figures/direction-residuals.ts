import type { DirectionEvaluation } from "../evaluation/evaluation.js";
import { emptyFigure } from "./empty-figure.js";
import type { Figure } from "./figure.js";
import { evaluationSeries, type OneOrMore } from "./series.js";
import { skyMaps } from "./sky-maps.js";

/**
 * Where the reconstructed direction lies as seen from the true one: events over longitude and latitude, deg. The circle
 * contains 68 % of them. Several evaluations stand side by side.
 */
export function directionResiduals(evaluations: OneOrMore<DirectionEvaluation>): Figure {
  const title = "Direction errors";
  const series = evaluationSeries(evaluations, ["cameradirection", "skydirection"]);
  const drawn = series.filter(({ value }) => value.events > 0);
  if (drawn.length === 0) return emptyFigure(title, "no event has a valid direction");
  return skyMaps(
    { title, x: "Error along azimuth", y: "Error along altitude", note: "the circle contains 68 %" },
    drawn.map(({ name, value }) => ({
      name,
      map: value.curves.residuals.map,
      radiusDeg: value.metrics.resolution!.value,
    })),
  );
}
