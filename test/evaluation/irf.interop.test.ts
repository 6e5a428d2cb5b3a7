import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { angularSeparationDeg } from "../../lib/coordinates/angular-separation.js";
import { linearEdges } from "../../lib/evaluation/histogram.js";
import { writeGadf } from "../../lib/evaluation/irf/gadf.js";
import { type InstrumentResponse, instrumentResponse } from "../../lib/evaluation/irf/instrument-response.js";
import { type OptimizedCuts, optimizeCuts, usualSearch } from "../../lib/evaluation/irf/optimize-cuts.js";
import { type ReconstructedEvents, selectEvents } from "../../lib/evaluation/irf/reconstructed-events.js";
import { eventWeights, type SimulatedShowers } from "../../lib/evaluation/irf/simulated-showers.js";
import { coneSolidAngle } from "../../lib/evaluation/irf/solid-angle.js";
import { crabHegra, irfdocProton } from "../../lib/evaluation/irf/spectrum.js";
import { gammapyPython, judgePython, needsCtapipe } from "../peers.js";
import { needsData, sharedData } from "../shared-data.js";
import { prod6Events, prod6File } from "./prod6-events.js";

const run = promisify(execFile);
const folder = fileURLToPath(new URL("../../../test/evaluation/", import.meta.url));
const available = needsData(prod6File).skip ? needsData(prod6File) : needsCtapipe();

const simulated: SimulatedShowers = {
  showers: 2_000_000,
  energyMinTeV: 0.003,
  energyMaxTeV: 330,
  maxImpactM: 1900,
  spectralIndex: -2,
  viewconeMinDeg: 0,
  viewconeMaxDeg: 10,
};
const observationS = 50 * 3600;

/** The prod6 gammas, halved into signal and a stand-in for background as pyirf_response.py does. */
function halves(): { signal: ReconstructedEvents; background: ReconstructedEvents } {
  const events = prod6Events();
  const column = (name: string): Float64Array => events.get(name)!;
  const separation = (az1: string, alt1: string, az2: string, alt2: string): Float64Array =>
    column(az1).map((az, i) => angularSeparationDeg(az, column(alt1)[i]!, column(az2)[i]!, column(alt2)[i]!));
  const all: ReconstructedEvents = {
    rows: 2000,
    trueEnergyTeV: column("MC_ENERGY"),
    energyTeV: column("ENERGY"),
    gammaness: column("GH_MVA"),
    multiplicity: column("MULTIP"),
    thetaDeg: separation("AZ", "ALT", "MC_AZ", "MC_ALT"),
    trueOffsetDeg: separation("MC_AZ", "MC_ALT", "PNT_AZ", "PNT_ALT"),
    offsetDeg: separation("AZ", "ALT", "PNT_AZ", "PNT_ALT"),
    weights: new Float64Array(2000),
  };
  const half = (odd: number): ReconstructedEvents =>
    selectEvents(
      all,
      Uint32Array.from({ length: 1000 }, (_, i) => 2 * i + odd),
    );
  const [gammas, others] = [half(0), half(1)];
  const cone = coneSolidAngle(1);
  return {
    signal: {
      ...gammas,
      weights: eventWeights(gammas.trueEnergyTeV, (energy) => crabHegra(energy) / cone, simulated, observationS),
    },
    background: {
      ...others,
      gammaness: others.gammaness.map((score) => score - 0.1),
      weights: eventWeights(others.trueEnergyTeV, irfdocProton, simulated, observationS),
    },
  };
}

function ours(): { cuts: OptimizedCuts; response: InstrumentResponse } {
  const { signal, background } = halves();
  const edges = Array.from({ length: 18 }, (_, i) => 10 ** ((i - 8) / 5));
  const cuts = optimizeCuts(signal, background, {
    ...usualSearch(edges),
    gammanessEfficiencies: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    thetaEfficiencies: [0.5, 0.68, 0.8],
    multiplicities: [2, 3, 4],
    offsetMaxDeg: 2,
  });
  const response = instrumentResponse(signal, simulated, background, observationS, cuts, {
    recoEdgesTeV: edges,
    trueEdgesTeV: edges,
    offsetEdgesDeg: [0, 1, 2, 3],
    migrationEdges: linearEdges(0.2, 5, 30),
    radiusEdgesDeg: linearEdges(0, 1, 20),
  });
  return { cuts, response };
}

function near(found: ArrayLike<number>, expected: readonly (number | null)[], what: string): void {
  assert.equal(found.length, expected.length, what);
  expected.forEach((value, i) => {
    const own = found[i]!;
    if (value === null) assert.ok(!Number.isFinite(own), `${what} ${i}: ${own}`);
    else
      assert.ok(
        Math.abs(own - value) <= 1e-6 * Math.max(1e-12, Math.abs(value)),
        `${what} ${i}: ${own} is not ${value}`,
      );
  });
}

test("cuts, sensitivity and responses of the prod6 events equal pyirf's", available, async () => {
  const { stdout } = await run(judgePython, [join(folder, "pyirf_response.py"), join(sharedData, prod6File)], {
    maxBuffer: 1e8,
  });
  const expected = JSON.parse(stdout) as Record<string, (number | null)[]>;
  const { cuts, response } = ours();
  near(cuts.gammaness.cuts, expected.gammaness!, "gammaness cut");
  near(cuts.gammanessEfficiency, expected.gammanessEfficiency!, "gammaness efficiency");
  near(cuts.theta.cuts, expected.theta!, "θ cut");
  near(cuts.thetaEfficiency, expected.thetaEfficiency!, "θ efficiency");
  near(cuts.multiplicity.cuts, expected.multiplicity!, "multiplicity");
  near(cuts.sensitivity.relative, expected.relative!, "relative sensitivity");
  near(cuts.sensitivity.background, expected.background!, "background");
  near(response.effectiveAreaM2, expected.effectiveArea!, "effective area");
  near(response.energyDispersion, expected.energyDispersion!, "energy dispersion");
  near(response.pointSpread, expected.pointSpread!, "point spread function");
  near(response.backgroundRate, expected.backgroundRate!, "background rate");
  assert.ok(expected.relative!.filter((value) => value !== null).length > 8, "enough bins to compare");
});

interface Read {
  readonly tables: Record<string, { class: string; columns: Record<string, [string, number[]]> }>;
  readonly effectiveArea: number[];
  readonly telescope: string;
  readonly gammapy: null | {
    pointLike: boolean;
    area: number;
    areaUnit: string;
    dispersionSum: number;
    psfSum: number;
    background: number;
    radius: number;
  };
}

/** What `read_gadf.py` finds in a file of the prod6 response. */
async function readBack(python: string): Promise<Read & ReturnType<typeof ours>> {
  const temporary = await mkdtemp(join(tmpdir(), "cherenkit-gadf-"));
  try {
    const made = ours();
    const file = join(temporary, "irf.fits");
    await writeGadf(file, made.response, { TELESCOP: "CTAO-N", INSTRUME: "4LST-9MST" });
    const { stdout } = await run(python, [join(folder, "read_gadf.py"), file]);
    return { ...(JSON.parse(stdout) as Read), ...made };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

test("astropy reads the GADF file without complaint, with the shapes of the format", available, async () => {
  const { tables, effectiveArea, telescope, response } = await readBack(judgePython);
  assert.equal(telescope, "CTAO-N");
  assert.deepEqual(
    Object.entries(tables).map(([name, table]) => [name, table.class]),
    [
      ["EFFECTIVE AREA", "AEFF_2D"],
      ["ENERGY DISPERSION", "EDISP_2D"],
      ["PSF", "PSF_TABLE"],
      ["BACKGROUND", "BKG_2D"],
      ["RAD_MAX", "RAD_MAX_2D"],
    ],
  );
  assert.deepEqual(tables["EFFECTIVE AREA"]!.columns.EFFAREA, ["m2", [3, 17]]);
  assert.deepEqual(tables["ENERGY DISPERSION"]!.columns.MATRIX, ["", [3, 30, 17]]);
  assert.deepEqual(tables.PSF!.columns.RPSF, ["sr-1", [20, 3, 17]]);
  assert.deepEqual(tables.BACKGROUND!.columns.BKG, ["s-1 MeV-1 sr-1", [3, 17]]);
  assert.deepEqual(tables.RAD_MAX!.columns.RAD_MAX, ["deg", [3, 17]]);
  assert.deepEqual(effectiveArea, Array.from(response.effectiveAreaM2));
});

const hasGammapy = spawnSync(gammapyPython, ["-c", "import gammapy.irf"]).status === 0;
const withGammapy = hasGammapy ? needsData(prod6File) : { skip: `gammapy is not installed here (no ${gammapyPython})` };

test("gammapy opens the GADF file and finds the numbers that were written", withGammapy, async () => {
  const { gammapy, response, cuts } = await readBack(gammapyPython);
  assert.ok(gammapy);
  const close = (found: number, expected: number): void =>
    assert.ok(Math.abs(found / expected - 1) < 1e-6, `${found} is not ${expected}`);
  assert.equal(gammapy.pointLike, true);
  assert.equal(gammapy.areaUnit, "m2");
  close(gammapy.area, response.effectiveAreaM2[5 * 3]!);
  close(gammapy.dispersionSum, 1);
  assert.ok(Math.abs(gammapy.psfSum - 1) < 0.05, `${gammapy.psfSum}`);
  close(gammapy.background, response.backgroundRate[5 * 3]!);
  close(gammapy.radius, cuts.theta.cuts[5]!);
});
