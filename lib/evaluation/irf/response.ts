import { type BinEdges, findBin } from "../energy-bins.js";
import type { ReconstructedEvents } from "./reconstructed-events.js";
import { type SimulatedShowers, showerSharePerOffset, showersPerEnergy, simulatedArea } from "./simulated-showers.js";
import { ringSolidAngles } from "./solid-angle.js";

/** Axes of the instrument's response. */
export interface ResponseAxes {
  readonly trueEdgesTeV: BinEdges;
  readonly recoEdgesTeV: BinEdges;
  /** Offset from the pointing; one bin for a point source. */
  readonly offsetEdgesDeg: BinEdges;
  /** E_reco / E_true. */
  readonly migrationEdges: BinEdges;
  /** Distance of the reconstructed from the true direction. */
  readonly radiusEdgesDeg: BinEdges;
}

const zeros = (length: number): Float64Array => new Float64Array(Math.max(0, length));
const safeDivide = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);

/** Bin of numpy.histogram: its last one includes the upper edge. */
function histogramBin(edges: BinEdges, value: number): number {
  return value === edges[edges.length - 1] ? edges.length - 2 : findBin(edges, value);
}

/**
 * Effective area in m², `[true energy][offset]`; NaN where nothing was simulated. The showers of a point source all
 * belong to the one offset bin.
 */
export function effectiveArea(
  selected: ReconstructedEvents,
  simulated: SimulatedShowers,
  { trueEdgesTeV, offsetEdgesDeg }: ResponseAxes,
): Float64Array {
  const offsets = offsetEdgesDeg.length - 1;
  const counts = zeros((trueEdgesTeV.length - 1) * offsets);
  for (let row = 0; row < selected.rows; row++) {
    const energy = histogramBin(trueEdgesTeV, selected.trueEnergyTeV[row]!);
    const offset = histogramBin(offsetEdgesDeg, selected.trueOffsetDeg[row]!);
    if (energy >= 0 && offset >= 0) counts[energy * offsets + offset]!++;
  }
  const point = offsets === 1 && simulated.viewconeMaxDeg <= simulated.viewconeMinDeg;
  const shares = point ? [1] : showerSharePerOffset(simulated, offsetEdgesDeg);
  const showers = showersPerEnergy(simulated, trueEdgesTeV);
  const area = simulatedArea(simulated);
  return counts.map((count, i) => {
    const thrown = showers[Math.floor(i / offsets)]! * shares[i % offsets]!;
    return thrown > 0 ? (count / thrown) * area : Number.NaN;
  });
}

/** Probability density of E_reco / E_true, `[true energy][migration][offset]`; 0 where there is no event. */
export function energyDispersion(
  selected: ReconstructedEvents,
  { trueEdgesTeV, migrationEdges, offsetEdgesDeg }: ResponseAxes,
): Float64Array {
  const [migrations, offsets] = [migrationEdges.length - 1, offsetEdgesDeg.length - 1];
  const counts = zeros((trueEdgesTeV.length - 1) * migrations * offsets);
  const totals = zeros((trueEdgesTeV.length - 1) * offsets);
  for (let row = 0; row < selected.rows; row++) {
    const energy = histogramBin(trueEdgesTeV, selected.trueEnergyTeV[row]!);
    const offset = histogramBin(offsetEdgesDeg, selected.trueOffsetDeg[row]!);
    const migration = histogramBin(migrationEdges, selected.energyTeV[row]! / selected.trueEnergyTeV[row]!);
    if (energy < 0 || offset < 0 || migration < 0) continue;
    counts[(energy * migrations + migration) * offsets + offset]!++;
    totals[energy * offsets + offset]!++;
  }
  return counts.map((count, i) => {
    const migration = Math.floor(i / offsets) % migrations;
    const energy = Math.floor(i / offsets / migrations);
    const width = migrationEdges[migration + 1]! - migrationEdges[migration]!;
    return safeDivide(count, totals[energy * offsets + (i % offsets)]! * width);
  });
}

/** Point spread function in 1/sr, `[true energy][offset][radius]`; 0 where there is no event. */
export function pointSpread(
  selected: ReconstructedEvents,
  { trueEdgesTeV, offsetEdgesDeg, radiusEdgesDeg }: ResponseAxes,
): Float64Array {
  const [offsets, radii] = [offsetEdgesDeg.length - 1, radiusEdgesDeg.length - 1];
  const counts = zeros((trueEdgesTeV.length - 1) * offsets * radii);
  const totals = zeros((trueEdgesTeV.length - 1) * offsets);
  for (let row = 0; row < selected.rows; row++) {
    const energy = histogramBin(trueEdgesTeV, selected.trueEnergyTeV[row]!);
    const offset = histogramBin(offsetEdgesDeg, selected.trueOffsetDeg[row]!);
    const radius = histogramBin(radiusEdgesDeg, selected.thetaDeg[row]!);
    if (energy < 0 || offset < 0 || radius < 0) continue;
    counts[(energy * offsets + offset) * radii + radius]!++;
    totals[energy * offsets + offset]!++;
  }
  const angles = ringSolidAngles(radiusEdgesDeg);
  return counts.map((count, i) => safeDivide(count, totals[Math.floor(i / radii)]! * angles[i % radii]!));
}

/** Rate of background in 1/(s TeV sr), `[reconstructed energy][offset]`, from events weighted to `observationS`. */
export function backgroundRate(
  selected: ReconstructedEvents,
  observationS: number,
  { recoEdgesTeV, offsetEdgesDeg }: ResponseAxes,
): Float64Array {
  const offsets = offsetEdgesDeg.length - 1;
  const sums = zeros((recoEdgesTeV.length - 1) * offsets);
  for (let row = 0; row < selected.rows; row++) {
    const energy = histogramBin(recoEdgesTeV, selected.energyTeV[row]!);
    const offset = histogramBin(offsetEdgesDeg, selected.offsetDeg[row]!);
    if (energy >= 0 && offset >= 0) sums[energy * offsets + offset]! += selected.weights[row]!;
  }
  const angles = ringSolidAngles(offsetEdgesDeg);
  return sums.map((sum, i) => {
    const energy = Math.floor(i / offsets);
    return sum / (recoEdgesTeV[energy + 1]! - recoEdgesTeV[energy]!) / observationS / angles[i % offsets]!;
  });
}
