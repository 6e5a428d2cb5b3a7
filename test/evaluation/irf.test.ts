import assert from "node:assert/strict";
import { test } from "node:test";
import { gadfTables } from "../../lib/evaluation/irf/gadf.js";
import { instrumentResponse, usualAxes } from "../../lib/evaluation/irf/instrument-response.js";
import { optimizeCuts, usualSearch } from "../../lib/evaluation/irf/optimize-cuts.js";
import type { ReconstructedEvents } from "../../lib/evaluation/irf/reconstructed-events.js";
import { effectiveArea } from "../../lib/evaluation/irf/response.js";
import { relativeSensitivity } from "../../lib/evaluation/irf/sensitivity.js";
import { type SimulatedShowers, showersPerEnergy } from "../../lib/evaluation/irf/simulated-showers.js";
import { fitsFile } from "../../lib/fits/fits-file.js";
import { RandomGenerator } from "../../lib/random/generator.js";
import { readFitsTable } from "./prod6-events.js";

/** Events with a fixed gammaness spread, weight 1 each. */
function events(rows: number, gammas: boolean, seed: number = 1): ReconstructedEvents {
  const random = new RandomGenerator(seed, gammas ? 0 : 1);
  const column = (of: () => number): Float64Array => new Float64Array(rows).map(of);
  const trueEnergyTeV = column(() => 10 ** (2 * random.uniform()));
  return {
    rows,
    trueEnergyTeV,
    energyTeV: trueEnergyTeV.map((energy) => energy * Math.exp(0.1 * random.normal())),
    gammaness: column(() => 1 / (1 + Math.exp(-random.normal() - (gammas ? 1 : -1)))),
    thetaDeg: column(() => 0.1 * Math.hypot(random.normal(), random.normal())),
    trueOffsetDeg: column(() => 0.5),
    offsetDeg: column(() => random.uniform()),
    weights: new Float64Array(rows).fill(1),
  };
}

const point: SimulatedShowers = {
  showers: 1e5,
  energyMinTeV: 1,
  energyMaxTeV: 100,
  spectralIndex: -2,
  maxImpactM: 500,
  viewconeMinDeg: 0,
  viewconeMaxDeg: 0,
};
const edges = Array.from({ length: 11 }, (_, i) => 10 ** (i / 5));

test("without gammas, without background or without both there are no cuts to prefer, and no error", () => {
  const none = events(0, true);
  for (const [signal, background] of [
    [none, none],
    [events(500, true), none],
    [none, events(500, false)],
    [events(1, true), events(1, false)],
  ] as const) {
    const cuts = optimizeCuts(signal, background, usualSearch(edges));
    assert.equal(cuts.sensitivity.relative.length, 10);
    const response = instrumentResponse(signal, point, background, 3600, cuts);
    assert.ok(fitsFile(gadfTables(response)).length % 2880 === 0);
    assert.ok(response.backgroundRate.every((rate) => rate >= 0));
  }
});

test("the cuts found are the best of those tried, by trying them one by one", () => {
  const [signal, background] = [events(3000, true), events(3000, false)];
  const search = { ...usualSearch(edges), gammanessEfficiencies: [0.3, 0.6, 0.9], thetaEfficiencies: [0.4, 0.8] };
  const both = optimizeCuts(signal, background, search);
  for (const gammanessEfficiency of search.gammanessEfficiencies) {
    for (const thetaEfficiency of search.thetaEfficiencies) {
      const one = optimizeCuts(signal, background, {
        ...search,
        gammanessEfficiencies: [gammanessEfficiency],
        thetaEfficiencies: [thetaEfficiency],
      });
      one.sensitivity.relative.forEach((value, bin) => {
        assert.ok(!(value < both.sensitivity.relative[bin]! * (1 - 1e-12)), `bin ${bin}`);
        if (both.gammanessEfficiency[bin] !== gammanessEfficiency) return;
        if (both.thetaEfficiency[bin] === thetaEfficiency) assert.equal(value, both.sensitivity.relative[bin]);
      });
    }
  }
});

test("what is just detected has five sigma, ten events or five per cent of the background, whichever is most", () => {
  // many background events: 5 % of 1e6 · 0.2 is more than five sigma
  assert.ok(Math.abs(relativeSensitivity(1000, 1e6) - (0.05 * 2e5) / 1000) < 1e-9);
  // none: ten events
  assert.ok(Math.abs(relativeSensitivity(1000, 0) - 10 / 1000) < 1e-9);
  assert.equal(relativeSensitivity(0, 10), Number.POSITIVE_INFINITY);
  assert.ok(Number.isNaN(relativeSensitivity(Number.NaN, 10)));
});

test("the effective area of showers that all pass is the area simulated", () => {
  const showers = showersPerEnergy(point, edges).map(Math.round);
  const energies = Float64Array.from(
    showers.flatMap((count, i) => new Array<number>(count).fill(Math.sqrt(edges[i]! * edges[i + 1]!))),
  );
  const all = { ...events(energies.length, true), trueEnergyTeV: energies };
  const areas = effectiveArea(all, point, { ...usualAxes(edges), trueEdgesTeV: edges });
  for (const area of areas) assert.ok(Math.abs(area / (Math.PI * 500 ** 2) - 1) < 0.01, `${area}`);
  const beyond = effectiveArea(all, point, { ...usualAxes(edges), trueEdgesTeV: [200, 300] });
  assert.ok(Number.isNaN(beyond[0]!), "nothing was simulated there");
});

test("a FITS file holds its tables, and tells a column of the wrong size", () => {
  const table = {
    name: "TEST",
    cards: { TELESCOP: "it's", LIVETIME: 0.5, COUNT: 3, GOOD: true },
    columns: [{ name: "A", unit: "TeV", shape: [1], values: [1.5] }],
  };
  const bytes = fitsFile([table, { ...table, name: "OTHER" }]);
  assert.equal(bytes.length, 5 * 2880);
  const text = bytes.toString("latin1");
  for (const card of ["TELESCOP= 'it''s   '", "LIVETIME=                  0.5", "GOOD    =                    T"]) {
    assert.ok(text.includes(card), card);
  }
  assert.equal(readFitsTable(fitsFile([{ ...table, columns: [{ ...table.columns[0]! }] }]), "TEST").size, 1);
  const wrong = { ...table, columns: [{ name: "A", unit: "", shape: [2, 2], values: [1] }] };
  assert.throws(() => fitsFile([wrong]), /column A has 1 values for the shape 2 × 2/);
});
