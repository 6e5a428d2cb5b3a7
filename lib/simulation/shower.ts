import type { RandomGenerator } from "../random/generator.js";
import { type Cascade, cascadeMaximum, particlesAt, type Ray } from "./cascade.js";
import { radiationLengthGCm2 } from "./cherenkov-light.js";
import { hadronicCascades, type Muon } from "./hadronic-cascades.js";
import { electronCascades, photonCascades } from "./photon-cascades.js";

/** Particles that `simulateShower` knows, with the ids of `true_shower_primary_id`. */
export const primaryIds = { gamma: 0, electron: 1, muon: 2, proton: 101 } as const;
export type Primary = keyof typeof primaryIds;

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

const followedAlone = 24;
const followedForOthers = 24;

/** Steps of the logarithm of the energy that the order of cascades knows. */
const energySteps = 2 ** 20;

/** Cascades by falling energy: numbers sort many times faster than objects, so each is a number with its place in it. */
function byEnergy(cascades: readonly Cascade[]): Cascade[] {
  const places = 2 ** Math.ceil(Math.log2(cascades.length));
  const keys = Float64Array.from(cascades, ({ energyTeV }, i) => {
    return Math.floor(-energySteps * Math.log(energyTeV)) * places + i;
  });
  return Array.from(keys.sort(), (key) => cascades[key - Math.floor(key / places) * places]!);
}

/** The strongest cascades, and of the many weak ones a sample that stands for all. */
function thinned(random: RandomGenerator, cascades: Cascade[]): Cascade[] {
  if (cascades.length <= followedAlone + followedForOthers) return cascades;
  const sorted = byEnergy(cascades);
  const kept = sorted.slice(0, followedAlone);
  const weight = (cascades.length - followedAlone) / followedForOthers;
  for (let i = 0; i < followedForOthers; i++) {
    const from = followedAlone + Math.floor(i * weight);
    const to = Math.min(cascades.length, followedAlone + Math.floor((i + 1) * weight));
    const chosen = sorted[from + random.integer(Math.max(1, to - from))]!;
    kept.push({ ...chosen, weight, scatterM: 15 + 0.5 * Math.hypot(chosen.x, chosen.y) });
  }
  return kept;
}

/** Slant depth of most particles of all cascades together, g/cm². */
export function depthOfMaximum({ cascades }: Shower): number {
  let best = 0;
  let most = -1;
  const maxima = cascades.map(({ energyTeV }) => cascadeMaximum(energyTeV));
  for (let depth = 100; depth < 1000; depth += 30) {
    let sum = 0;
    for (const [i, { startGCm2, weight }] of cascades.entries()) {
      sum += weight * particlesAt((depth - startGCm2) / radiationLengthGCm2, maxima[i]!);
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

/** Where a muon that is thrown by itself begins its way, g/cm²: higher than its light can be seen. */
const muonStartGCm2 = 200;

/** A shower with its fluctuations. @param groundGCm2 thickness of the air above the array, straight up */
export function simulateShower(random: RandomGenerator, axis: ShowerAxis, groundGCm2: number): Shower {
  const cosZenith = Math.sin((axis.altDeg * Math.PI) / 180);
  const ray: Ray = { energyTeV: axis.energyTeV, depth: 0, x: 0, y: 0, slopeX: 0, slopeY: 0 };
  switch (axis.primary) {
    case "gamma":
    case "electron": {
      const begin = axis.primary === "gamma" ? photonCascades : electronCascades;
      const { firstDepth, cascades } = begin(random, ray);
      return { ...axis, firstInteractionGCm2: firstDepth, cascades, muons: [] };
    }
    case "muon": {
      const muon = { energyTeV: axis.energyTeV, startGCm2: muonStartGCm2, x: 0, y: 0, slopeX: 0, slopeY: 0 };
      return { ...axis, firstInteractionGCm2: muonStartGCm2, cascades: [], muons: [muon] };
    }
    case "proton": {
      const hadronic = hadronicCascades(random, ray, groundGCm2 / cosZenith, cosZenith);
      return { ...axis, ...hadronic, cascades: thinned(random, hadronic.cascades) };
    }
  }
}
