import { InputError } from "../../errors.js";
import type { BinEdges } from "../energy-bins.js";
import { coneSolidAngle, ringSolidAngles } from "./solid-angle.js";
import { powerLaw, type Spectrum } from "./spectrum.js";

/** What was simulated, triggered or not: a power law in energy over a disc on the ground and a cone on the sky. */
export interface SimulatedShowers {
  /** Showers with their reuses. */
  readonly showers: number;
  readonly energyMinTeV: number;
  readonly energyMaxTeV: number;
  /** Negative: −2 for E⁻². */
  readonly spectralIndex: number;
  readonly maxImpactM: number;
  /** Both 0 for a point source. */
  readonly viewconeMinDeg: number;
  readonly viewconeMaxDeg: number;
}

/** Area of the disc that the shower axes hit, m². */
export function simulatedArea({ maxImpactM }: SimulatedShowers): number {
  return Math.PI * maxImpactM ** 2;
}

/** Expected number of showers in bins of true energy, as pyirf counts them. */
export function showersPerEnergy(simulated: SimulatedShowers, edgesTeV: BinEdges): number[] {
  const power = simulated.spectralIndex + 1;
  const integral = (low: number, high: number): number =>
    power === 0 ? Math.log(high / low) : (high ** power - low ** power) / power;
  const { energyMinTeV, energyMaxTeV } = simulated;
  const whole = integral(energyMinTeV, energyMaxTeV);
  return edgesTeV.slice(1).map((edge, i) => {
    const low = Math.max(edgesTeV[i]!, energyMinTeV);
    const high = Math.min(edge, energyMaxTeV);
    return high > low ? (simulated.showers * integral(low, high)) / whole : 0;
  });
}

/**
 * Share of the showers in bins of offset from the pointing: uniform on the sky between the limits of the cone.
 * @throws {InputError} for a point source, which has one offset only
 */
export function showerSharePerOffset(simulated: SimulatedShowers, edgesDeg: BinEdges): number[] {
  const { viewconeMinDeg, viewconeMaxDeg } = simulated;
  if (!(viewconeMaxDeg > viewconeMinDeg)) {
    throw new InputError("a point source has no showers in bins of offset", {
      place: `view cone ${viewconeMinDeg}–${viewconeMaxDeg} deg`,
      remedy: "use one offset bin for point sources, or simulate diffuse gammas",
    });
  }
  const whole = coneSolidAngle(viewconeMaxDeg) - coneSolidAngle(viewconeMinDeg);
  const inside = (edge: number): number => Math.min(viewconeMaxDeg, Math.max(viewconeMinDeg, edge));
  return ringSolidAngles(edgesDeg.map(inside)).map((angle) => angle / whole);
}

/** Flux that this many showers in the observation time stand for; per sr where they come from a cone. */
export function simulatedSpectrum(simulated: SimulatedShowers, observationS: number): Spectrum {
  const { spectralIndex, energyMinTeV, energyMaxTeV, viewconeMinDeg, viewconeMaxDeg } = simulated;
  const solidAngle = coneSolidAngle(viewconeMaxDeg) - coneSolidAngle(viewconeMinDeg);
  const power = spectralIndex + 1;
  const energies =
    power === 0 ? Math.log(energyMaxTeV / energyMinTeV) : (energyMaxTeV ** power - energyMinTeV ** power) / power;
  const exposure = simulatedArea(simulated) * observationS * (viewconeMaxDeg > viewconeMinDeg ? solidAngle : 1);
  return powerLaw(simulated.showers / (exposure * energies), spectralIndex);
}

/** Weight of each event that turns the simulated spectrum into `target` over the observation time. */
export function eventWeights(
  trueEnergyTeV: Float64Array,
  target: Spectrum,
  simulated: SimulatedShowers,
  observationS: number,
): Float64Array {
  const flux = simulatedSpectrum(simulated, observationS);
  return trueEnergyTeV.map((energy) => target(energy) / flux(energy));
}
