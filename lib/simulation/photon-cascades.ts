import type { RandomGenerator } from "../random/generator.js";
import { type Cascade, criticalEnergyTeV, type Ray, toCascade } from "./cascade.js";
import { radiationLengthGCm2 } from "./cherenkov-light.js";

/** The cascades after the first pair are this much ahead of what Greisen's formula says of photons, g/cm². */
const lead = 0.8 * radiationLengthGCm2;

/** An electron and the first photon it radiates: a cascade each, if they have energy enough. */
function addRadiating(random: RandomGenerator, electron: Ray, cascades: Cascade[]): void {
  if (electron.energyTeV < 100 * criticalEnergyTeV) return;
  const radiated = random.uniform() ** 1.3;
  const depth = electron.depth + random.exponential(0.6 * radiationLengthGCm2) - lead;
  for (const share of [1 - radiated, radiated]) {
    const energyTeV = share * electron.energyTeV;
    if (energyTeV > 20 * criticalEnergyTeV) cascades.push(toCascade({ ...electron, energyTeV, depth }));
  }
}

/**
 * Cascades of a photon. The first pair and the first photon radiated by each of its electrons are followed one by one;
 * most of the fluctuations of a shower come from them.
 */
export function photonCascades(random: RandomGenerator, photon: Ray): { firstDepth: number; cascades: Cascade[] } {
  const firstDepth = photon.depth + random.exponential((9 / 7) * radiationLengthGCm2);
  const share = random.uniform();
  const cascades: Cascade[] = [];
  for (const part of [share, 1 - share]) {
    addRadiating(random, { ...photon, energyTeV: part * photon.energyTeV, depth: firstDepth }, cascades);
  }
  return { firstDepth, cascades: cascades.length > 0 ? cascades : [toCascade(photon)] };
}

/** Cascades of an electron that enters the air: those of half a pair, which begins to radiate at once. */
export function electronCascades(random: RandomGenerator, electron: Ray): { firstDepth: number; cascades: Cascade[] } {
  const firstDepth = electron.depth + random.exponential(0.1 * radiationLengthGCm2);
  const cascades: Cascade[] = [];
  addRadiating(random, { ...electron, depth: firstDepth }, cascades);
  return { firstDepth, cascades: cascades.length > 0 ? cascades : [toCascade(electron)] };
}
