import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { angularSeparationDeg } from "../../lib/coordinates/angular-separation.js";
import { passing, quantileCut } from "../../lib/evaluation/irf/binned-cut.js";
import { liMaSignificance } from "../../lib/evaluation/irf/li-ma.js";
import type { ReconstructedEvents } from "../../lib/evaluation/irf/reconstructed-events.js";
import { energyDispersion } from "../../lib/evaluation/irf/response.js";
import { eventWeights, type SimulatedShowers, showersPerEnergy } from "../../lib/evaluation/irf/simulated-showers.js";
import { crabHegra, crabMagic, irfdocElectron, irfdocProton } from "../../lib/evaluation/irf/spectrum.js";
import { take } from "../../lib/evaluation/predictions.js";
import { needsData, sharedData } from "../shared-data.js";
import { prod6Events, prod6File } from "./prod6-events.js";

interface Golden {
  readonly zenith20: {
    readonly true_energy_bins_TeV: number[];
    readonly gh_cut_80pct_eff: number[];
    readonly n_after_gh: number;
    readonly theta_cut_68_deg: number[];
    readonly migration_bins: number[];
    readonly energy_dispersion_fov0: number[][];
  };
  readonly li_ma: { n_on: number; n_off: number; alpha: number; significance: number | null }[];
  readonly spectra: Record<string, number[]>;
  readonly simulated_events: {
    n_showers: number;
    energy_min_TeV: number;
    energy_max_TeV: number;
    max_impact_m: number;
    spectral_index: number;
    viewcone_deg: number;
    bins_TeV: number[];
    n_per_energy: number[];
  };
  readonly weights: { true_energy_TeV: number[]; obs_time_h: number; weights: number[] };
}

const available = needsData("golden/golden_pyirf.json");
const withEvents = needsData("golden/golden_pyirf.json", prod6File);

function golden(): Golden {
  const text = readFileSync(join(sharedData, "golden/golden_pyirf.json"), "utf8");
  return JSON.parse(text.replaceAll(/\bNaN\b/g, "null")) as Golden;
}

function near(found: ArrayLike<number>, expected: readonly number[], what: string): void {
  assert.equal(found.length, expected.length, what);
  expected.forEach((value, i) => {
    const tolerance = 1e-6 * Math.max(1e-3, Math.abs(value));
    assert.ok(Math.abs(found[i]! - value) <= tolerance, `${what} ${i}: ${found[i]} is not ${value}`);
  });
}

test("significances of Li and Ma equal pyirf's", available, () => {
  for (const { n_on, n_off, alpha, significance } of golden().li_ma) {
    const found = liMaSignificance(n_on, n_off, alpha);
    // pyirf has the root of a rounding error, −1e-15, where on and off agree exactly
    if (significance === null) assert.ok(n_on === alpha * n_off && found < 1e-6, `${n_on} ${n_off}`);
    else near([found], [significance], `${n_on} ${n_off} ${alpha}`);
  }
});

test("spectra equal pyirf's", available, () => {
  const { spectra } = golden();
  const spectrum = { CRAB_HEGRA: crabHegra, CRAB_MAGIC_JHEAP2015: crabMagic } as const;
  const diffuse = { IRFDOC_PROTON_per_sr: irfdocProton, IRFDOC_ELECTRON_per_sr: irfdocElectron } as const;
  for (const [name, flux] of Object.entries({ ...spectrum, ...diffuse })) {
    const expected = spectra[name]!;
    spectra.energy_TeV!.forEach((energy, i) => {
      assert.ok(Math.abs(flux(energy) / expected[i]! - 1) < 1e-9, `${name} at ${energy} TeV`);
    });
  }
});

test("simulated showers in bins of energy and weights of events equal pyirf's", available, () => {
  const { simulated_events: given, weights } = golden();
  const simulated: SimulatedShowers = {
    showers: given.n_showers,
    energyMinTeV: given.energy_min_TeV,
    energyMaxTeV: given.energy_max_TeV,
    maxImpactM: given.max_impact_m,
    spectralIndex: given.spectral_index,
    viewconeMinDeg: 0,
    viewconeMaxDeg: given.viewcone_deg,
  };
  near(showersPerEnergy(simulated, given.bins_TeV), given.n_per_energy, "showers");
  // a point-like simulation of the same showers, 50 h of the Crab Nebula
  const point = { ...simulated, viewconeMaxDeg: 0 };
  const energies = Float64Array.from(weights.true_energy_TeV);
  near(eventWeights(energies, crabHegra, point, weights.obs_time_h * 3600), weights.weights, "weight");
});

test("cuts, what they keep, and the energy dispersion of the prod6 gammas equal pyirf's", withEvents, () => {
  const expected = golden().zenith20;
  const events = prod6Events();
  const edges = expected.true_energy_bins_TeV;
  const column = (name: string): Float64Array => events.get(name)!;
  const theta = column("ALT").map((alt, i) =>
    angularSeparationDeg(column("AZ")[i]!, alt, column("MC_AZ")[i]!, column("MC_ALT")[i]!),
  );
  const offset = column("MC_ALT").map((alt, i) =>
    angularSeparationDeg(column("MC_AZ")[i]!, alt, column("PNT_AZ")[i]!, column("PNT_ALT")[i]!),
  );
  const energy = column("ENERGY");
  const gammaness = quantileCut(edges, energy, column("GH_MVA"), 0.2, { fill: -10 });
  near(gammaness.cuts, expected.gh_cut_80pct_eff, "gammaness cut");
  const kept = passing(gammaness, energy, column("GH_MVA"), "at least");
  assert.equal(kept.length, expected.n_after_gh);
  const of = (values: Float64Array): Float64Array => take(values, kept);
  const thetaCut = quantileCut(edges, of(energy), of(theta), 0.68, { fill: 0.3 });
  near(thetaCut.cuts, expected.theta_cut_68_deg, "θ cut");
  const selected: ReconstructedEvents = {
    rows: 2000,
    trueEnergyTeV: column("MC_ENERGY"),
    energyTeV: energy,
    gammaness: column("GH_MVA"),
    thetaDeg: theta,
    trueOffsetDeg: offset,
    offsetDeg: offset,
    weights: new Float64Array(2000).fill(1),
  };
  const dispersion = energyDispersion(selected, {
    trueEdgesTeV: edges,
    recoEdgesTeV: edges,
    offsetEdgesDeg: [0, 1],
    migrationEdges: expected.migration_bins,
    radiusEdgesDeg: [0, 1],
  });
  near(dispersion, expected.energy_dispersion_fov0.flat(), "energy dispersion");
});
