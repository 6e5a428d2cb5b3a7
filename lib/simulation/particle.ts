import { ConfigError } from "../errors.js";
import type { Primary } from "./shower.js";

/** A kind of shower to simulate: what, of which energies, from where. */
export interface Particle {
  /** Name in the command line and in file names. */
  readonly name: string;
  readonly primary: Primary;
  /** Energies follow E⁻² between these. */
  readonly minimumTeV: number;
  readonly maximumTeV: number;
  /** Directions fill a cone of this half angle about the source, deg; 0 for a point. */
  readonly viewConeDeg: number;
  /** Offset of the source from the pointing in the field of view, deg. */
  readonly sourceLonDeg: number;
}

const gamma: Particle = {
  name: "gamma",
  primary: "gamma",
  minimumTeV: 1,
  maximumTeV: 100,
  viewConeDeg: 5,
  sourceLonDeg: 0,
};

/** Diffuse gammas, gammas of a point source seen in wobble mode, diffuse protons: they need more energy for as much light. */
export const particles: readonly Particle[] = [
  gamma,
  { ...gamma, name: "gamma_point", viewConeDeg: 0, sourceLonDeg: 0.5 },
  { ...gamma, name: "proton", primary: "proton", minimumTeV: 2, maximumTeV: 200 },
];

/** @throws {ConfigError} for a name that no particle has */
export function particleNamed(name: string): Particle {
  const found = particles.find((particle) => particle.name === name);
  if (found) return found;
  const known = particles.map((particle) => particle.name).join(", ");
  throw new ConfigError(`unknown particle ${name}`, { remedy: `known are ${known}` });
}
