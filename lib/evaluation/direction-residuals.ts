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

/** Map of 60 × 60 cells around zero that holds 99 % of the offsets either way. */
function mapAroundZero({ lonDeg, latDeg }: Residuals, weights: Float64Array | null): Histogram2d {
  const reach = (values: Float64Array): number => quantile(sortSample(values.map(Math.abs), null), 0.99);
  const radius = Math.max(reach(lonDeg), reach(latDeg)) || 1;
  const edges = linearEdges(-radius, radius, 60);
  return histogram2d(lonDeg, latDeg, weights, edges, edges);
}

/** Where events come from: map of the reconstructed directions as seen from the pointing. */
export function fieldOfView(offsets: Residuals, weights: Float64Array | null): Histogram2d {
  const finite = Float64Array.from(offsets.lonDeg, (lon, i) => (Number.isFinite(lon + offsets.latDeg[i]!) ? 1 : 0));
  const kept = (values: Float64Array): Float64Array => values.filter((_, i) => finite[i] === 1);
  return mapAroundZero({ lonDeg: kept(offsets.lonDeg), latDeg: kept(offsets.latDeg) }, weights && kept(weights));
}

/** Map of the residuals and their means by true energy. */
export function directionResiduals(
  errors: Residuals,
  edgesTeV: BinEdges,
  trueEnergyTeV: Float64Array,
  weights: Float64Array | null,
): DirectionResiduals {
  return {
    map: mapAroundZero(errors, weights),
    lonBias: estimateInBins(edgesTeV, trueEnergyTeV, errors.lonDeg, weights, meanEstimate),
    latBias: estimateInBins(edgesTeV, trueEnergyTeV, errors.latDeg, weights, meanEstimate),
  };
}
