import type { TelescopeArray } from "./array.js";
import type { Primary } from "./shower.js";

/** A kind of shower to simulate: what, and from where. */
interface Kind {
  readonly primary: Primary;
  /** Energies it takes to give as much light as a gamma of energy 1. */
  readonly energyFactor: number;
  /** From one place in the sky rather than from a cone. */
  readonly point: boolean;
}

/** Particles by their names in options: gammas fill a cone or come from a source, the others fill a cone. */
const kinds = {
  gamma: { primary: "gamma", energyFactor: 1, point: false },
  gamma_point: { primary: "gamma", energyFactor: 1, point: true },
  electron: { primary: "electron", energyFactor: 1, point: false },
  proton: { primary: "proton", energyFactor: 3, point: false },
  muon: { primary: "muon", energyFactor: 1, point: false },
} as const satisfies Readonly<Record<string, Kind>>;

export type ParticleName = keyof typeof kinds;
export const particleNames: readonly ParticleName[] = Object.keys(kinds) as ParticleName[];

/** What is thrown at an array, and how. */
export interface Particle {
  /** Name in the command line and in file names. */
  readonly name: ParticleName;
  readonly primary: Primary;
  /** Energies follow a power law with this index between these. */
  readonly minimumTeV: number;
  readonly maximumTeV: number;
  readonly spectralIndex: number;
  /** Directions fill a cone of this half angle about the source, deg; 0 for a point. */
  readonly viewConeDeg: number;
  /** Offset of the source from the pointing in the field of view, along its longitude, deg. */
  readonly sourceLonDeg: number;
}

/** What may be asked for instead of the usual. */
export interface ParticleOptions {
  readonly spectralIndex?: number;
  readonly energyTeV?: readonly [number, number];
  readonly viewConeDeg?: number;
  readonly sourceOffsetDeg?: number;
}

const wobbleDeg = 0.5;
const muonsTeV = [0.01, 1] as const;
/** Rings of muons from farther outside do not fit into a camera. */
const muonConeDeg = 1;

/** A particle as it is usually thrown at an array: E⁻², diffuse or half a degree off the pointing. */
export function particleFor(name: ParticleName, array: TelescopeArray, options: ParticleOptions = {}): Particle {
  const { primary, energyFactor, point } = kinds[name];
  const usual = primary === "muon" ? muonsTeV : array.energyTeV.map((energy) => energy * energyFactor);
  const [minimumTeV, maximumTeV] = options.energyTeV ?? (usual as [number, number]);
  return {
    name,
    primary,
    minimumTeV,
    maximumTeV,
    spectralIndex: options.spectralIndex ?? -2,
    viewConeDeg: options.viewConeDeg ?? (point ? 0 : primary === "muon" ? muonConeDeg : array.viewConeDeg),
    sourceLonDeg: options.sourceOffsetDeg ?? (point ? wobbleDeg : 0),
  };
}
