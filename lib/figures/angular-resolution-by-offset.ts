import type { DirectionEvaluation } from "../evaluation/evaluation.js";
import { angularResolutionBy } from "./angular-resolution-by.js";
import type { Figure } from "./figure.js";
import type { OneOrMore } from "./series.js";

/** Angular resolution (68 % containment radius, deg) in bins of the true offset from the pointing. */
export function angularResolutionByOffset(evaluations: OneOrMore<DirectionEvaluation>): Figure {
  return angularResolutionBy("offset", evaluations);
}
