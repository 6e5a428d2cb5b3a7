import { type ArrayName, arrays } from "./array.js";
import type { DataModel } from "./data-model.js";
import type { Conditions } from "./event.js";
import type { Particle } from "./particle.js";
import type { SiteName } from "./site.js";

/** All that the events of one file depend on, as plain values: it goes to threads and into the file itself. */
export interface RunPlan {
  readonly obsId: number;
  readonly seed: number;
  readonly events: number;
  readonly array: ArrayName;
  readonly site: SiteName | null;
  readonly particle: Particle;
  readonly zenithDeg: number;
  readonly azimuthDeg: number;
  readonly nightSky: number;
  readonly dataModel: DataModel;
}

/** The conditions that a plan stands for. */
export function runConditions(plan: RunPlan): Conditions {
  const { array, site, particle, zenithDeg, azimuthDeg, nightSky } = plan;
  const pointing = { altDeg: 90 - zenithDeg, azDeg: azimuthDeg };
  return { array: arrays[array](site ?? undefined), particle, pointing, nightSky };
}
