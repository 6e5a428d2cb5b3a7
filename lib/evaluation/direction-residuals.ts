import { skyOffset } from "../coordinates/sky-offset.js";
import { type BinnedEstimate, estimateInBins } from "./binned-estimate.js";
import { meanEstimate } from "./confidence-interval.js";
import type { BinEdges } from "./energy-bins.js";
import { type Histogram2d, histogram2d, linearEdges } from "./histogram.js";
import { quantile, sortSample } from "./quantile.js";

/** Reconstructed seen from the true direction, in degrees: longitude along the azimuth circle, latitude upwards. */
export interface Residuals {
  readonly lonDeg: Float64Array;
  readonly latDeg: Float64Array;
}

/** What the residuals look like. */
export interface DirectionResiduals {
  /** Events over longitude (x) and latitude (y), deg. */
  readonly map: Histogram2d;
  /** Mean longitude and latitude (deg) in bins of true energy. */
  readonly lonBias: BinnedEstimate;
  readonly latBias: BinnedEstimate;
}

/** All in degrees, one entry an event. A true circle on the sky: longitudes carry the factor cos(alt). */
export function residuals(
  altDeg: Float64Array,
  azDeg: Float64Array,
  trueAltDeg: Float64Array,
  trueAzDeg: Float64Array,
): Residuals {
  const lonDeg = new Float64Array(altDeg.length);
  const latDeg = new Float64Array(altDeg.length);
  for (let i = 0; i < altDeg.length; i++) {
    const direction = { altDeg: altDeg[i]!, azDeg: azDeg[i]! };
    const offset = skyOffset(direction, { altDeg: trueAltDeg[i]!, azDeg: trueAzDeg[i]! });
    lonDeg[i] = offset.fovLonDeg;
    latDeg[i] = offset.fovLatDeg;
  }
  return { lonDeg, latDeg };
}

/** Map of 60 × 60 cells around zero that holds 99 % of the residuals either way, and their means by true energy. */
export function directionResiduals(
  { lonDeg, latDeg }: Residuals,
  edgesTeV: BinEdges,
  trueEnergyTeV: Float64Array,
  weights: Float64Array | null,
): DirectionResiduals {
  const reach = (values: Float64Array): number => quantile(sortSample(values.map(Math.abs), null), 0.99);
  const radius = Math.max(reach(lonDeg), reach(latDeg)) || 1;
  const edges = linearEdges(-radius, radius, 60);
  return {
    map: histogram2d(lonDeg, latDeg, weights, edges, edges),
    lonBias: estimateInBins(edgesTeV, trueEnergyTeV, lonDeg, weights, meanEstimate),
    latBias: estimateInBins(edgesTeV, trueEnergyTeV, latDeg, weights, meanEstimate),
  };
}
