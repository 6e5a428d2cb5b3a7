import type { InstrumentResponse } from "../evaluation/irf/instrument-response.js";
import { psfContainment } from "../evaluation/irf/psf-containment.js";
import type { Figure } from "./figure.js";
import { responseCurve } from "./response-curve.js";
import type { OneOrMore } from "./series.js";

/** Radius (deg) that holds 68 % of the gammas of a point, over the true energy, a line for each bin of offset. */
export function pointSpread(responses: OneOrMore<InstrumentResponse>): Figure {
  const axes = { energy: "True energy", quantity: "Radius of 68 %", unit: "deg", log: false } as const;
  return responseCurve(
    responses,
    { title: "Point spread function", ...axes, reason: "no gamma passes the cuts" },
    (response) => response.axes.trueEdgesTeV,
    (response) => psfContainment(response),
  );
}
