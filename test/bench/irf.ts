// Cuts, sensitivity and GADF responses from 300,000 events: node dist/test/bench/irf.js [events]
import { join } from "node:path";
import { writeGadf } from "../../lib/evaluation/irf/gadf.js";
import { instrumentResponse, usualAxes } from "../../lib/evaluation/irf/instrument-response.js";
import { optimizeCuts, usualSearch } from "../../lib/evaluation/irf/optimize-cuts.js";
import type { ReconstructedEvents } from "../../lib/evaluation/irf/reconstructed-events.js";
import { eventWeights, type SimulatedShowers } from "../../lib/evaluation/irf/simulated-showers.js";
import { crabHegra, irfdocProton, type Spectrum } from "../../lib/evaluation/irf/spectrum.js";
import { RandomGenerator } from "../../lib/random/generator.js";
import { benchFolder } from "./bench.js";

const rows = Number(process.argv[2] ?? 300_000) / 2;
const observationS = 50 * 3600;

function events(gammas: boolean, target: Spectrum, simulated: SimulatedShowers): ReconstructedEvents {
  const random = new RandomGenerator(1, gammas ? 0 : 1);
  const column = (draw: (i: number) => number): Float64Array => Float64Array.from({ length: rows }, (_, i) => draw(i));
  const trueEnergyTeV = column(() => 0.1 / (1 - random.uniform() * 0.999));
  return {
    rows,
    trueEnergyTeV,
    energyTeV: trueEnergyTeV.map((energy) => energy * Math.exp(0.2 * random.normal())),
    gammaness: column(() => 1 / (1 + Math.exp(-random.normal() * 1.5 - (gammas ? 2 : -2)))),
    thetaDeg: column(() => Math.hypot(random.normal(), random.normal()) * 0.1),
    trueOffsetDeg: column(() => (gammas ? 0.5 : 5 * Math.sqrt(random.uniform()))),
    offsetDeg: column(() => (gammas ? 0.5 : 5 * Math.sqrt(random.uniform()))),
    multiplicity: column(() => 2 + random.integer(3)),
    weights: eventWeights(trueEnergyTeV, target, simulated, observationS),
  };
}

const point: SimulatedShowers = {
  showers: 1e7,
  energyMinTeV: 0.1,
  energyMaxTeV: 100,
  maxImpactM: 1000,
  spectralIndex: -2,
  viewconeMinDeg: 0,
  viewconeMaxDeg: 0,
};
const gammas = events(true, crabHegra, point);
const protons = events(false, irfdocProton, { ...point, viewconeMaxDeg: 10 });
const edges = Array.from({ length: 16 }, (_, i) => 10 ** ((i - 5) / 5));
const folder = benchFolder();
const start = performance.now();
const cuts = optimizeCuts(gammas, protons, {
  ...usualSearch(edges),
  thetaEfficiencies: [0.5, 0.6, 0.68, 0.75, 0.8],
  multiplicities: [2, 3, 4],
  offsetMaxDeg: 5,
});
const cutsDone = performance.now();
const response = instrumentResponse(gammas, point, protons, observationS, cuts, usualAxes(edges, [0, 1]));
await writeGadf(join(folder, "irf.fits"), response);
const end = performance.now();
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
console.log(`${2 * rows} events, 17 × 5 × 3 cuts in ${edges.length - 1} bins of energy`);
console.log(`cuts and sensitivity ${seconds(cutsDone - start)}, responses and file ${seconds(end - cutsDone)}`);
