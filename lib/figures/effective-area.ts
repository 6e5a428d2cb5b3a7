import type { InstrumentResponse } from "../evaluation/irf/instrument-response.js";
import type { Figure } from "./figure.js";
import { responseCurve } from "./response-curve.js";
import type { OneOrMore } from "./series.js";

/** Effective area (m²) over the true energy, a line for each bin of offset. */
export function effectiveArea(responses: OneOrMore<InstrumentResponse>): Figure {
  const title = "Effective area";
  return responseCurve(
    responses,
    { title, energy: "True energy", quantity: title, unit: "m²", log: true, reason: "no gamma passes the cuts" },
    ({ axes }) => axes.trueEdgesTeV,
    ({ effectiveAreaM2 }) => effectiveAreaM2,
  );
}
