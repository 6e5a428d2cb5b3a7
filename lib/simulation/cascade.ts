/** An electromagnetic cascade within a shower; places and slopes are counted from the shower's axis. */
export interface Cascade {
  readonly energyTeV: number;
  /** Slant depth from which Greisen's formula counts: where a photon of this energy would begin its way, g/cm². */
  readonly startGCm2: number;
  /** Place at the start, m, in the plane across the axis. */
  readonly x: number;
  readonly y: number;
  /** Direction, rad. */
  readonly slopeX: number;
  readonly slopeY: number;
  /** How many alike it stands for, and how far those lie about it, m. */
  readonly weight: number;
  readonly scatterM: number;
}

/** Energy at which electrons lose as much by ionisation as by radiation, TeV. */
export const criticalEnergyTeV = 81e-6;

/**
 * Charged particles of a cascade at a depth below its start (Greisen 1956).
 * @param maximum depth of its maximum; both in radiation lengths
 */
export function particlesAt(depth: number, maximum: number): number {
  if (depth <= 0) return 0;
  const age = (3 * depth) / (depth + 2 * maximum);
  return (0.31 / Math.sqrt(maximum)) * Math.exp(depth * (1 - 1.5 * Math.log(age)));
}

/** Depth of most particles below the start, radiation lengths. */
export function cascadeMaximum(energyTeV: number): number {
  return Math.log(energyTeV / criticalEnergyTeV);
}

/** A particle at a point of the shower: place (m) and direction (rad) are counted from the shower's axis. */
export interface Ray {
  readonly energyTeV: number;
  /** Slant depth, g/cm². */
  readonly depth: number;
  readonly x: number;
  readonly y: number;
  readonly slopeX: number;
  readonly slopeY: number;
}

/** The cascade that a photon begins. */
export function toCascade(ray: Ray): Cascade {
  const { energyTeV, depth, x, y, slopeX, slopeY } = ray;
  return { energyTeV, startGCm2: depth, x, y, slopeX, slopeY, weight: 1, scatterM: 0 };
}
