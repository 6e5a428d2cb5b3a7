import type { RandomGenerator } from "../random/generator.js";
import { density, heightOfThickness } from "./atmosphere.js";
import { type Cascade, criticalEnergyTeV, type Ray, toCascade } from "./cascade.js";

/** A muon on its straight way down. */
export interface Muon {
  readonly energyTeV: number;
  readonly startGCm2: number;
  readonly x: number;
  readonly y: number;
  readonly slopeX: number;
  readonly slopeY: number;
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

/** What a hadron leaves in the air. */
export interface HadronicCascades {
  readonly firstInteractionGCm2: number;
  readonly cascades: Cascade[];
  readonly muons: Muon[];
}

/** The same ray farther down. */
function moved(ray: Hadron, depth: number, cosZenith: number): Ray {
  const { energyTeV, x, y, slopeX, slopeY } = ray;
  const length = (heightOfThickness(ray.depth * cosZenith) - heightOfThickness(depth * cosZenith)) / cosZenith;
  return { energyTeV, depth, x: x + slopeX * length, y: y + slopeY * length, slopeX, slopeY };
}

function scattered(random: RandomGenerator, ray: Ray, energyTeV: number, kind: Hadron["kind"]): Hadron {
  // the sum of two exponentials has the soft rise and long tail of measured transverse momenta
  const momentum = -(transverseMomentumTeV / 2) * Math.log((1 - random.uniform()) * (1 - random.uniform()));
  const angle = Math.min(0.5, momentum / energyTeV);
  const azimuth = 2 * Math.PI * random.uniform();
  const { depth, x, y } = ray;
  const slopeX = ray.slopeX + angle * Math.cos(azimuth);
  const slopeY = ray.slopeY + angle * Math.sin(azimuth);
  return { energyTeV, depth, x, y, slopeX, slopeY, kind };
}

/** Proton and its descendants: a leading particle and pions in each collision, neutral pions to photons, muons. */
export function hadronicCascades(
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
      waiting.push(scattered(random, point, leading * hadron.energyTeV, hadron.kind));
    }
    let rest = (1 - leading) * hadron.energyTeV;
    while (rest > cutTeV) {
      const energyTeV = Math.max(Math.min(rest, cutTeV), rest * (1 - random.uniform() ** (1 / 3.5)));
      rest -= energyTeV;
      if (random.uniform() < 1 / 3) addPhotons(random, scattered(random, point, energyTeV, "pion"), cascades);
      else if (energyTeV > cutTeV) waiting.push(scattered(random, point, energyTeV, "pion"));
    }
    // what is left goes into many slow pions, a third of them neutral
    if (rest > 10 * criticalEnergyTeV) cascades.push(toCascade(scattered(random, point, rest / 3, "pion")));
  }
  return { firstInteractionGCm2, cascades, muons };
}

/** The two photons of a neutral pion. */
function addPhotons(random: RandomGenerator, pion: Ray, cascades: Cascade[]): void {
  const { depth, x, y, slopeX, slopeY } = pion;
  const share = random.uniform();
  for (const part of [share, 1 - share]) {
    const energyTeV = part * pion.energyTeV;
    if (energyTeV > 20 * criticalEnergyTeV) cascades.push(toCascade({ energyTeV, depth, x, y, slopeX, slopeY }));
  }
}
