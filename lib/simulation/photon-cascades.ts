import type { RandomGenerator } from "../random/generator.js";
import { type Cascade, criticalEnergyTeV, type Ray, toCascade } from "./cascade.js";
import { radiationLengthGCm2 } from "./cherenkov-light.js";

/** The cascades after the first pair are this much ahead of what Greisen's formula says of photons, g/cm². */
const lead = 0.8 * radiationLengthGCm2;

/**
 * Cascades of a photon. The first pair and the first photon radiated by each of its electrons are followed one by one;
 * most of the fluctuations of a shower come from them.
 */
export function photonCascades(random: RandomGenerator, photon: Ray): { pairDepth: number; cascades: Cascade[] } {
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
