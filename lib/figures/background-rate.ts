import type { InstrumentResponse } from "../evaluation/irf/instrument-response.js";
import type { Figure } from "./figure.js";
import { responseCurve } from "./response-curve.js";
import type { OneOrMore } from "./series.js";

/** Rate of the background, 1/(s TeV sr), over the reconstructed energy, a line for each bin of offset. */
export function backgroundRate(responses: OneOrMore<InstrumentResponse>): Figure {
  const axes = { energy: "Reconstructed energy", quantity: "Rate", unit: "1/(s TeV sr)", log: true } as const;
  return responseCurve(
    responses,
    { title: "Background rate", ...axes, reason: "no background event passes the cuts" },
    (response) => response.axes.recoEdgesTeV,
    (response) => response.backgroundRate,
  );
}
