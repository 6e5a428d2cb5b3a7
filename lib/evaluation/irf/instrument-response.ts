import { findBin } from "../energy-bins.js";
import { linearEdges } from "../histogram.js";
import type { BinnedCut } from "./binned-cut.js";
import type { OptimizedCuts } from "./optimize-cuts.js";
import { type ReconstructedEvents, selectEvents } from "./reconstructed-events.js";
import { backgroundRate, effectiveArea, energyDispersion, pointSpread, type ResponseAxes } from "./response.js";
import type { SimulatedShowers } from "./simulated-showers.js";

/** Instrument response functions after cuts; arrays in C order, the first axis named is the slowest. */
export interface InstrumentResponse {
  readonly axes: ResponseAxes;
  /** The cut on θ is in the effective area and the energy dispersion. */
  readonly pointLike: boolean;
  /** `[true energy][offset]` */
  readonly effectiveAreaM2: Float64Array;
  /** Density of E_reco / E_true, `[true energy][migration][offset]`. */
  readonly energyDispersion: Float64Array;
  /** 1/sr, `[true energy][offset][radius]` */
  readonly pointSpread: Float64Array;
  /** 1/(s TeV sr), `[reconstructed energy][offset]` */
  readonly backgroundRate: Float64Array;
  /** Largest θ, deg, in bins of reconstructed energy. */
  readonly thetaCut: BinnedCut;
}

/** Axes as ctapipe's by default: 10 bins of true energy a decade, 5 of reconstructed energy, one offset bin. */
export function usualAxes(recoEdgesTeV: readonly number[], offsetEdgesDeg: readonly number[] = [0, 1]): ResponseAxes {
  const first = Math.round(10 * Math.log10(recoEdgesTeV[0]!));
  const last = Math.round(10 * Math.log10(recoEdgesTeV.at(-1)!));
  return {
    recoEdgesTeV,
    trueEdgesTeV: Array.from({ length: last - first + 1 }, (_, i) => 10 ** ((first + i) / 10)),
    offsetEdgesDeg,
    migrationEdges: linearEdges(0.2, 5, 30),
    radiusEdgesDeg: linearEdges(0, 1, 100),
  };
}

/** Rows that pass the cuts of their bin of reconstructed energy. */
export function passingCuts(events: ReconstructedEvents, cuts: OptimizedCuts, withTheta: boolean): Uint32Array {
  const rows = new Uint32Array(events.rows);
  let count = 0;
  for (let row = 0; row < events.rows; row++) {
    const bin = findBin(cuts.gammaness.edges, events.energyTeV[row]!);
    if (bin < 0 || !(events.gammaness[row]! >= cuts.gammaness.cuts[bin]!)) continue;
    if (events.multiplicity && events.multiplicity[row]! < cuts.multiplicity.cuts[bin]!) continue;
    if (withTheta && !(events.thetaDeg[row]! <= cuts.theta.cuts[bin]!)) continue;
    rows[count++] = row;
  }
  return rows.slice(0, count);
}

/**
 * Response of the instrument after the cuts.
 * @param signal gammas @param simulated what was simulated of them @param background everything else, weighted to
 * `observationS`
 * @param pointLike apply the cut on θ to effective area and energy dispersion; else the response is of full enclosure
 */
export function instrumentResponse(
  signal: ReconstructedEvents,
  simulated: SimulatedShowers,
  background: ReconstructedEvents,
  observationS: number,
  cuts: OptimizedCuts,
  axes: ResponseAxes = usualAxes(cuts.gammaness.edges),
  pointLike: boolean = true,
): InstrumentResponse {
  const enclosed = selectEvents(signal, passingCuts(signal, cuts, false));
  const selected = pointLike ? selectEvents(signal, passingCuts(signal, cuts, true)) : enclosed;
  return {
    axes,
    pointLike,
    effectiveAreaM2: effectiveArea(selected, simulated, axes),
    energyDispersion: energyDispersion(selected, axes),
    pointSpread: pointSpread(enclosed, axes),
    backgroundRate: backgroundRate(selectEvents(background, passingCuts(background, cuts, false)), observationS, axes),
    thetaCut: cuts.theta,
  };
}
