import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { crabHegra } from "../../lib/evaluation/irf/spectrum.js";
import {
  lst1Mono,
  type PublishedPerformance,
  sst1mMono,
  sst1mStereo,
} from "../../lib/figures/published-performance.js";
import { numbers } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { needsData, sharedData } from "../shared-data.js";

const folder = "performance/sst1m";

async function column(file: string, table: string, name: string): Promise<number[]> {
  const opened = await Hdf5File.open(join(sharedData, folder, file));
  try {
    const read = opened.table(table).read({ columns: [name] });
    return Array.from(numbers(read.columns.get(name)!));
  } finally {
    opened.close();
  }
}

function near(found: readonly number[], expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(found[i]! - value) <= 5.1e-4 * Math.abs(value), `${found[i]} is not ${value}`);
  }
}

async function compare(performance: PublishedPerformance, of: string, suffix: string): Promise<void> {
  const energies = await column(`${of}/energy_resolution_${suffix}.h5`, "/bins", "energy_bins");
  const first = energies.findIndex((energy) => energy > 0.6);
  near(performance.edgesTeV, energies.slice(first));
  const res = async (file: string, name: string): Promise<number[]> =>
    (await column(`${of}/${file}_${suffix}.h5`, "/res", name)).slice(first);
  near(performance.angularResolutionDeg, await res("angular_resolution", "angular_res"));
  near(performance.energyResolution, await res("energy_resolution", "energy_res"));
  near(performance.energyBias, await res("energy_resolution", "energy_bias"));
  const of50Hours = async (name: string): Promise<number[]> => {
    const all = await column(`${of}/flux_sensitivity_${suffix}.h5`, "/sensitivity", name);
    const flux = await column(`${of}/flux_sensitivity_${suffix}.h5`, "/sensitivity", "flux_sensitivity");
    return all.filter((_, i) => Number.isFinite(flux[i]!));
  };
  const { energyTeV, flux } = performance.sensitivity;
  near(energyTeV, await of50Hours("energy"));
  near(flux, await of50Hours("flux_sensitivity"));
  // Its relative column is per cent of HEGRA's Crab Nebula, which settles the unit: TeV/(cm² s).
  const percent = await of50Hours("relative_sensitivity");
  near(
    flux,
    percent.map((share, i) => (share / 100) * crabHegra(energyTeV[i]!) * 1e-4 * energyTeV[i]! ** 2),
  );
}

test("SST-1M curves are those of the published tables", needsData(folder), async () => {
  await compare(sst1mMono, "mono_performance_med4_20deg", "tel_001");
  await compare(sst1mStereo, "stereo_performance_med4_20deg", "stereo");
});

test("LST-1 curves have the numbers of its data release", () => {
  // irfs_zen_10.00_gh-eff_0.7.fits.gz read with astropy 7: bins of 50–80 GeV, 0.80–1.26 TeV and 3.2–5.0 TeV
  const at = (tev: number): number => lst1Mono.edgesTeV.findIndex((edge) => edge > tev) - 1;
  assert.deepEqual(
    [0.065, 1, 4].map((tev) => lst1Mono.angularResolutionDeg[at(tev)]),
    [0.3712, 0.1702, 0.1713],
  );
  assert.deepEqual(
    [0.065, 1, 4].map((tev) => lst1Mono.energyResolution[at(tev)]),
    [0.3725, 0.1827, 0.1712],
  );
  // sensitivity_src_indep.txt: 1.89 % of the Crab Nebula at 0.501 TeV, 7.93 % at 5.01 TeV
  for (const [tev, percent] of [
    [0.501187, 1.890402],
    [5.01187, 7.928766],
  ] as const) {
    const { energyTeV, flux } = lst1Mono.sensitivity;
    const i = energyTeV.findIndex((energy) => Math.abs(energy / tev - 1) < 1e-4);
    const crab = 3.23e-11 * tev ** (-2.47 - 0.24 * Math.log10(tev)) * tev ** 2;
    assert.ok(Math.abs(flux[i]! / crab - percent / 100) < 5e-4 * (percent / 100), `${tev} TeV`);
  }
  for (const list of [lst1Mono.angularResolutionDeg, lst1Mono.energyResolution, lst1Mono.energyBias]) {
    assert.equal(list.length, lst1Mono.edgesTeV.length - 1);
  }
});
