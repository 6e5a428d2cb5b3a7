import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { InputError } from "../../lib/errors.js";
import { combinePredictions } from "../../lib/reports/combine-predictions.js";
import { readPredictions } from "../../lib/reports/predictions.js";
import { responseOfFiles } from "../../lib/reports/response-of-files.js";
import { thrownShowers } from "../../lib/reports/thrown-showers.js";
import { bothParticles, predicted } from "./response-files.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-response-"));
after(() => rmSync(folder, { recursive: true }));
const dl2 = (name: string): string => join(folder, name);
let gamma = "";
let proton = "";

before(async () => {
  ({ gamma, proton } = await bothParticles(folder, 120));
  await predicted(gamma, dl2("gamma.dl2.h5"));
  await predicted(proton, dl2("proton.dl2.h5"));
});

test("cuts, sensitivity and a GADF file come out of DL2 files of gammas and protons", async () => {
  const files = [dl2("gamma.dl2.h5"), dl2("proton.dl2.h5")];
  const made = await responseOfFiles(files, { level: "telescope", offsetMaxDeg: 4 });
  const { gammaness, sensitivity } = made.cuts;
  assert.ok(gammaness.cuts.length >= 5);
  const known = sensitivity.relative.filter((value) => Number.isFinite(value) && value > 0);
  assert.ok(known.length >= 3, sensitivity.relative.join());
  assert.ok(made.response.effectiveAreaM2.some((area) => area > 100));
  // the weights of the gammas are those of the Crab Nebula: 50 h above 1 TeV on 1e5 m² are some thousand gammas
  const gammas = sensitivity.signal.reduce((sum, value) => sum + (value || 0), 0);
  assert.ok(gammas > 100 && gammas < 1e6, `${gammas}`);
  const fits = dl2("irf.fits");
  await made.write(fits, { INSTRUME: "SST-1M" });
  assert.equal(statSync(fits).size % 2880, 0);
  assert.match(readFileSync(fits, "latin1").slice(0, 80), /^SIMPLE {2}= {20}T/);
  assert.match(made.toString(), /% of the Crab/);
});

test("files of one task each give the same as files of all", async () => {
  const files: string[] = [];
  for (const quantity of ["particle_type", "energy", "geometry"] as const) {
    mkdirSync(dl2(quantity), { recursive: true });
    for (const [name, dl1] of [
      ["gamma", gamma],
      ["proton", proton],
    ] as const) {
      const path = join(dl2(quantity), `${name}.dl2.h5`);
      await predicted(dl1, path, [quantity]);
      files.push(path);
    }
  }
  const apart = await responseOfFiles(files, { level: "telescope", offsetMaxDeg: 4 });
  assert.ok(apart.response.effectiveAreaM2.some((area) => area > 100));
  const type = await readPredictions(files.slice(0, 2), "type", "telescope");
  const energy = await readPredictions(files.slice(2, 4), "energy", "telescope");
  const direction = await readPredictions(files.slice(4, 6), "skydirection", "telescope");
  const all = combinePredictions({ type, energy, direction });
  assert.equal(
    all.valid.reduce((sum, value) => sum + value, 0),
    type.rows,
  );
  assert.ok(all.energyTeV!.every((value, row) => Math.abs(Math.log(value / all.trueEnergyTeV[row]!)) < 1));
  // a row that one model lacks is not valid
  energy.valid[0] = 0;
  assert.equal(combinePredictions({ type, energy, direction }).valid[0], 0);
});

test("cuts leave fewer events", async () => {
  const files = [dl2("gamma.dl2.h5"), dl2("proton.dl2.h5")];
  const all = await responseOfFiles(files, { level: "telescope", offsetMaxDeg: 4, fullEnclosure: true });
  const some = await responseOfFiles(files, {
    level: "telescope",
    offsetMaxDeg: 4,
    fullEnclosure: true,
    cuts: ["reco_energy > 3 * u.TeV"],
  });
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + (value || 0), 0);
  assert.ok(sum(some.cuts.sensitivity.signal) < sum(all.cuts.sensitivity.signal));
  assert.ok(some.cuts.gammaness.edges[0]! >= 2.5);
});

test("what is missing is said", async () => {
  await assert.rejects(responseOfFiles([dl2("gamma.dl2.h5")], { level: "telescope" }), (error: Error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, /no background/);
    return true;
  });
  await assert.rejects(responseOfFiles([dl2("proton.dl2.h5")], { level: "telescope" }), /no gammas/);
  await predicted(gamma, dl2("only-energy.dl2.h5"), ["energy"]);
  await assert.rejects(responseOfFiles([dl2("only-energy.dl2.h5")], { level: "telescope" }), InputError);
  await assert.rejects(
    responseOfFiles([dl2("only-energy.dl2.h5"), dl2("only-energy.dl2.h5")], { level: "telescope" }),
    /none of the 2 files has predictions of type/,
  );
});

test("the showers thrown are those of all runs, and runs of different kinds are not mixed", async () => {
  const one = await thrownShowers([dl2("gamma.dl2.h5")]);
  const two = await thrownShowers([dl2("gamma.dl2.h5"), dl2("gamma.dl2.h5")]);
  assert.equal(two.showers, 2 * one.showers);
  assert.ok(one.showers >= 120 && one.spectralIndex < -1 && one.energyMaxTeV > one.energyMinTeV);
  await assert.rejects(thrownShowers([dl2("gamma.dl2.h5"), dl2("proton.dl2.h5")]), /another spectrum, area or cone/);
});
