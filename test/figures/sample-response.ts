import {
  type InstrumentResponse,
  instrumentResponse,
  usualAxes,
} from "../../lib/evaluation/irf/instrument-response.js";
import { type OptimizedCuts, optimizeCuts, usualSearch } from "../../lib/evaluation/irf/optimize-cuts.js";
import type { ReconstructedEvents } from "../../lib/evaluation/irf/reconstructed-events.js";
import { eventWeights, type SimulatedShowers } from "../../lib/evaluation/irf/simulated-showers.js";
import { crabHegra, irfdocProton } from "../../lib/evaluation/irf/spectrum.js";
import { RandomGenerator } from "../../lib/random/generator.js";

const hours50 = 50 * 3600;
const edges = Array.from({ length: 12 }, (_, i) => 10 ** ((i - 2) / 5));
const point: SimulatedShowers = {
  showers: 1e6,
  energyMinTeV: 0.3,
  energyMaxTeV: 100,
  spectralIndex: -2,
  maxImpactM: 600,
  viewconeMinDeg: 0,
  viewconeMaxDeg: 0,
};

function events(rows: number, gammas: boolean): ReconstructedEvents {
  const random = new RandomGenerator(11, gammas ? 0 : 1);
  const column = (of: () => number): Float64Array => new Float64Array(rows).map(of);
  const trueEnergyTeV = column(() => 0.3 / (1 - random.uniform() * 0.997));
  const simulated = gammas ? point : { ...point, viewconeMaxDeg: 10 };
  return {
    rows,
    trueEnergyTeV,
    energyTeV: trueEnergyTeV.map((energy) => energy * Math.exp(0.2 * random.normal())),
    gammaness: column(() => 1 / (1 + Math.exp(-1.2 * random.normal() - (gammas ? 2 : -1)))),
    thetaDeg: column(() => 0.12 * Math.hypot(random.normal(), random.normal())),
    trueOffsetDeg: column(() => 0.5),
    offsetDeg: column(() => 3 * Math.sqrt(random.uniform())),
    weights: eventWeights(trueEnergyTeV, gammas ? crabHegra : irfdocProton, simulated, hours50),
  };
}

/** Cuts of made-up gammas and protons. */
export function sampleCuts(rows: number = 30_000): OptimizedCuts {
  return optimizeCuts(events(rows, true), events(rows, false), { ...usualSearch(edges), offsetMaxDeg: 3 });
}

export function sampleResponse(rows: number = 30_000): InstrumentResponse {
  const axes = usualAxes(edges, [0, 3]);
  return instrumentResponse(events(rows, true), point, events(rows, false), hours50, sampleCuts(rows), axes);
}
