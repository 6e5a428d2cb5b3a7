import { join } from "node:path";
import { arrays } from "./array.js";
import { type ParticleName, particleFor } from "./particle.js";
import type { RunPlan } from "./run-plan.js";
import type { Settings } from "./settings.js";

export interface PlannedFile {
  readonly path: string;
  readonly plan: RunPlan;
}

/** Events of one kind, in one folder, in as many files as it takes. */
interface EventSet {
  readonly folder: string;
  readonly particle: ParticleName;
  readonly events: number;
  readonly files: number;
}

/** Training sets in two files each, test sets of a third of their size. */
function demonstrationSets(events: number, filesFor: (events: number) => number): EventSet[] {
  const tested = Math.max(1, Math.round(events / 3));
  const training = Math.min(events, Math.max(2, filesFor(events)));
  return [
    { folder: "gammas_diffuse/train", particle: "gamma", events, files: training },
    { folder: "gammas_diffuse/test", particle: "gamma", events: tested, files: filesFor(tested) },
    { folder: "protons_diffuse/train", particle: "proton", events, files: training },
    { folder: "protons_diffuse/test", particle: "proton", events: tested, files: filesFor(tested) },
    { folder: "gammas_point/test", particle: "gamma_point", events: tested, files: filesFor(tested) },
  ];
}

/** The files of a simulation, in their order; each is a run of its own. */
export function plannedFiles(settings: Settings, output: string): PlannedFile[] {
  const { events, particles, eventsPerFile, seed, site, dataModel } = settings;
  const filesFor = (count: number): number => (eventsPerFile ? Math.ceil(count / eventsPerFile) : 1);
  const sets = particles?.length
    ? [...new Set(particles)].map((particle) => ({ folder: "", particle, events, files: filesFor(events) }))
    : demonstrationSets(events, filesFor);
  const array = arrays[settings.array](site);
  const { zenithDeg, azimuthDeg, nightSky } = settings;
  let obsId = 0;
  return sets.flatMap((set) =>
    Array.from({ length: set.files }, (_, i) => {
      obsId++;
      // earlier files take one more where it does not come out even
      const share = Math.floor(set.events / set.files) + (i < set.events % set.files ? 1 : 0);
      const particle = particleFor(set.particle, array, settings);
      const conditions = { array: settings.array, site: site ?? null, particle, zenithDeg, azimuthDeg, nightSky };
      return {
        path: join(output, set.folder, `${set.particle}_run${obsId}.dl1.h5`),
        plan: { obsId, seed, events: share, ...conditions, dataModel },
      };
    }),
  );
}
