import type { RandomGenerator } from "../random/generator.js";
import { density, heightOfThickness } from "./atmosphere.js";
import { radiationLengthGCm2 } from "./cherenkov-light.js";

/** Particles that `simulateShower` knows, with the ids of `true_shower_primary_id`. */
export const primaryIds = { gamma: 0, proton: 101 } as const;
export type Primary = keyof typeof primaryIds;

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

/** A muon on its straight way down. */
export interface Muon {
  readonly energyTeV: number;
  readonly startGCm2: number;
  readonly x: number;
  readonly y: number;
  readonly slopeX: number;
  readonly slopeY: number;
}

export interface Shower {
  readonly primary: Primary;
  readonly energyTeV: number;
  readonly altDeg: number;
  /** From north through east. */
  readonly azDeg: number;
  /** Where the axis meets the plane of the array, m: x to the north, y to the west. */
  readonly coreXM: number;
  readonly coreYM: number;
  readonly firstInteractionGCm2: number;
  readonly cascades: readonly Cascade[];
  readonly muons: readonly Muon[];
}

/** Energy at which electrons lose as much by ionisation as by radiation, TeV. */
const criticalEnergyTeV = 81e-6;

/** Age of a cascade at a depth (radiation lengths) below its start: 0 at the start, 1 at its maximum. */
export function cascadeAge(energyTeV: number, depth: number): number {
  return (3 * depth) / (depth + 2 * Math.log(energyTeV / criticalEnergyTeV));
}

/** Charged particles of a cascade at a depth (radiation lengths) below its start (Greisen 1956). */
export function cascadeParticles(energyTeV: number, depth: number): number {
  if (depth <= 0) return 0;
  const maximum = Math.log(energyTeV / criticalEnergyTeV);
  const age = (3 * depth) / (depth + 2 * maximum);
  return (0.31 / Math.sqrt(maximum)) * Math.exp(depth * (1 - 1.5 * Math.log(age)));
}

/** Depth of most particles below the start, radiation lengths. */
export function cascadeMaximum(energyTeV: number): number {
  return Math.log(energyTeV / criticalEnergyTeV);
}

interface Ray {
  readonly energyTeV: number;
  readonly depth: number;
  readonly x: number;
  readonly y: number;
  readonly slopeX: number;
  readonly slopeY: number;
}

function toCascade(ray: Ray): Cascade {
  const { energyTeV, depth, x, y, slopeX, slopeY } = ray;
  return { energyTeV, startGCm2: depth, x, y, slopeX, slopeY, weight: 1, scatterM: 0 };
}

/** The cascades after the first pair are this much ahead of what Greisen's formula says of photons, g/cm². */
const lead = 0.8 * radiationLengthGCm2;

/**
 * Cascades of a photon. The first pair and the first photon radiated by each of its electrons are followed one by one;
 * most of the fluctuations of a shower come from them.
 */
function photonCascades(random: RandomGenerator, photon: Ray): { pairDepth: number; cascades: Cascade[] } {
  const pairDepth = photon.depth + random.exponential((9 / 7) * radiationLengthGCm2);
  const share = random.uniform();
  const cascades: Cascade[] = [];
  for (const part of [share, 1 - share]) {
    const energyTeV = part * photon.energyTeV;
    if (energyTeV < 100 * criticalEnergyTeV) continue;
    const radiated = random.uniform() ** 1.3;
    const depth = pairDepth + random.exponential(0.6 * radiationLengthGCm2) - lead;
    const electron = { ...photon, energyTeV: (1 - radiated) * energyTeV, depth };
    const second = { ...photon, energyTeV: radiated * energyTeV, depth };
    for (const ray of [electron, second]) if (ray.energyTeV > 20 * criticalEnergyTeV) cascades.push(toCascade(ray));
  }
  return { pairDepth, cascades: cascades.length > 0 ? cascades : [toCascade(photon)] };
}

/** Mean free path of protons in air, g/cm²; cross section rising with the logarithm of the energy. */
function nucleonPathGCm2(energyTeV: number): number {
  return 83 - 3.2 * Math.log(energyTeV);
}

const pionPathFactor = 1.35;
const pionMassTeV = 0.13957e-3;
const pionDecayLengthM = 7.8;
/** Mean transverse momentum of secondaries, TeV/c. */
const transverseMomentumTeV = 0.35e-3;
const minimumMuonTeV = 6e-3;

interface Hadron extends Ray {
  readonly kind: "nucleon" | "pion";
}

interface HadronicCascades {
  readonly firstInteractionGCm2: number;
  readonly cascades: Cascade[];
  readonly muons: Muon[];
}

/** Metres along the axis between two slant depths. */
function lengthBetween(upper: number, lower: number, cosZenith: number): number {
  return (heightOfThickness(upper * cosZenith) - heightOfThickness(lower * cosZenith)) / cosZenith;
}

function moved(ray: Ray, depth: number, cosZenith: number): Ray {
  const length = lengthBetween(ray.depth, depth, cosZenith);
  return { ...ray, depth, x: ray.x + ray.slopeX * length, y: ray.y + ray.slopeY * length };
}

function scattered(random: RandomGenerator, ray: Ray, energyTeV: number): Ray {
  // the sum of two exponentials has the soft rise and long tail of measured transverse momenta
  const momentum = (transverseMomentumTeV / 2) * (random.exponential(1) + random.exponential(1));
  const angle = Math.min(0.5, momentum / energyTeV);
  const azimuth = 2 * Math.PI * random.uniform();
  return {
    ...ray,
    energyTeV,
    slopeX: ray.slopeX + angle * Math.cos(azimuth),
    slopeY: ray.slopeY + angle * Math.sin(azimuth),
  };
}

/** Proton and its descendants: a leading particle and pions in each collision, neutral pions to photons, muons. */
function hadronicCascades(
  random: RandomGenerator,
  primary: Ray,
  groundGCm2: number,
  cosZenith: number,
): HadronicCascades {
  const cascades: Cascade[] = [];
  const muons: Muon[] = [];
  const cutTeV = Math.max(15e-3, primary.energyTeV / 500);
  const waiting: Hadron[] = [{ ...primary, kind: "nucleon" }];
  let firstInteractionGCm2 = groundGCm2;
  for (let hadron = waiting.pop(); hadron; hadron = waiting.pop()) {
    const path = nucleonPathGCm2(hadron.energyTeV) * (hadron.kind === "pion" ? pionPathFactor : 1);
    let step = random.exponential(path);
    if (hadron.kind === "pion") {
      const heightM = heightOfThickness(Math.max(1, hadron.depth * cosZenith));
      const decayM = random.exponential((hadron.energyTeV / pionMassTeV) * pionDecayLengthM);
      const decay = decayM * 100 * density(heightM);
      if (decay < step) {
        const energyTeV = hadron.energyTeV * (0.57 + 0.43 * random.uniform());
        const point = moved(hadron, Math.min(groundGCm2, hadron.depth + decay), cosZenith);
        if (energyTeV > minimumMuonTeV && point.depth < groundGCm2) {
          const { depth: startGCm2, x, y, slopeX, slopeY } = point;
          muons.push({ energyTeV, startGCm2, x, y, slopeX, slopeY });
        }
        continue;
      }
      step = Math.min(step, decay);
    }
    const depth = hadron.depth + step;
    if (firstInteractionGCm2 === groundGCm2) firstInteractionGCm2 = Math.min(depth, groundGCm2);
    if (depth >= groundGCm2) continue;
    const point = moved(hadron, depth, cosZenith);
    const leading = hadron.kind === "nucleon" ? 0.25 + 0.5 * random.uniform() : 0.6 * random.uniform();
    if (leading * hadron.energyTeV > cutTeV) {
      waiting.push({ ...scattered(random, point, leading * hadron.energyTeV), kind: hadron.kind });
    }
    let rest = (1 - leading) * hadron.energyTeV;
    while (rest > cutTeV) {
      const energyTeV = Math.max(Math.min(rest, cutTeV), rest * (1 - random.uniform() ** (1 / 3.5)));
      rest -= energyTeV;
      const secondary = scattered(random, point, energyTeV);
      if (random.uniform() < 1 / 3) cascades.push(...pionPhotons(random, secondary));
      else if (energyTeV > cutTeV) waiting.push({ ...secondary, kind: "pion" });
    }
    // what is left goes into many slow pions, a third of them neutral
    if (rest > 10 * criticalEnergyTeV) cascades.push(toCascade(scattered(random, point, rest / 3)));
  }
  return { firstInteractionGCm2, cascades, muons };
}

function pionPhotons(random: RandomGenerator, pion: Ray): Cascade[] {
  const share = random.uniform();
  const photons = [share, 1 - share].map((part) => ({ ...pion, energyTeV: part * pion.energyTeV }));
  return photons.filter(({ energyTeV }) => energyTeV > 20 * criticalEnergyTeV).map(toCascade);
}

const followedAlone = 24;
const followedForOthers = 24;

/** The strongest cascades, and of the many weak ones a sample that stands for all. */
function thinned(random: RandomGenerator, cascades: Cascade[]): Cascade[] {
  if (cascades.length <= followedAlone + followedForOthers) return cascades;
  cascades.sort((a, b) => b.energyTeV - a.energyTeV);
  const kept = cascades.slice(0, followedAlone);
  const weight = (cascades.length - followedAlone) / followedForOthers;
  for (let i = 0; i < followedForOthers; i++) {
    const from = followedAlone + Math.floor(i * weight);
    const to = Math.min(cascades.length, followedAlone + Math.floor((i + 1) * weight));
    const chosen = cascades[from + random.integer(Math.max(1, to - from))]!;
    kept.push({ ...chosen, weight, scatterM: 15 + 0.5 * Math.hypot(chosen.x, chosen.y) });
  }
  return kept;
}

/** Slant depth of most particles of all cascades together, g/cm². */
export function depthOfMaximum({ cascades }: Shower): number {
  let best = 0;
  let most = -1;
  for (let depth = 100; depth < 1000; depth += 30) {
    let sum = 0;
    for (const { energyTeV, startGCm2, weight } of cascades) {
      sum += weight * cascadeParticles(energyTeV, (depth - startGCm2) / radiationLengthGCm2);
    }
    if (sum > most) {
      most = sum;
      best = depth;
    }
  }
  return best;
}

/** Where a shower comes from and where it goes. */
export type ShowerAxis = Pick<Shower, "primary" | "energyTeV" | "altDeg" | "azDeg" | "coreXM" | "coreYM">;

/** A shower with its fluctuations. @param groundGCm2 thickness of the air above the array, straight up */
export function simulateShower(random: RandomGenerator, axis: ShowerAxis, groundGCm2: number): Shower {
  const cosZenith = Math.sin((axis.altDeg * Math.PI) / 180);
  const ray: Ray = { energyTeV: axis.energyTeV, depth: 0, x: 0, y: 0, slopeX: 0, slopeY: 0 };
  if (axis.primary === "gamma") {
    const { pairDepth, cascades } = photonCascades(random, ray);
    return { ...axis, firstInteractionGCm2: pairDepth, cascades, muons: [] };
  }
  const hadronic = hadronicCascades(random, ray, groundGCm2 / cosZenith, cosZenith);
  const cascades = thinned(random, hadronic.cascades);
  return { ...axis, ...hadronic, cascades };
}
