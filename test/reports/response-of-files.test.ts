import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ConfigError, InputError } from "../../lib/errors.js";
import { numbers } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { combinePredictions } from "../../lib/reports/combine-predictions.js";
import { withCuts } from "../../lib/reports/cuts.js";
import { readPredictions } from "../../lib/reports/predictions.js";
import { type ResponseOptions, responseOfFiles } from "../../lib/reports/response-of-files.js";
import { thrownShowers } from "../../lib/reports/thrown-showers.js";
import { simulate } from "../../lib/simulation/simulate.js";
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

test("a wild answer adds no bins beyond the energies that were simulated", async () => {
  await predicted(gamma, dl2("wild.dl2.h5"), undefined, "telescope", 1e6);
  const made = await responseOfFiles([dl2("wild.dl2.h5"), dl2("proton.dl2.h5")], {
    level: "telescope",
    offsetMaxDeg: 4,
  });
  const { energyMaxTeV } = await thrownShowers([dl2("wild.dl2.h5")]);
  const last = made.cuts.gammaness.edges.at(-1)!;
  assert.ok(last >= energyMaxTeV && last <= energyMaxTeV * 10 ** 0.4, `${last} TeV after ${energyMaxTeV}`);
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

const finite = (values: Iterable<number>): number[] => [...values].filter((value) => Number.isFinite(value));

test("the response is of one telescope, or of the array's events", async () => {
  const files = [dl2("gamma.array.dl2.h5"), dl2("proton.array.dl2.h5")];
  await predicted(gamma, files[0]!, undefined, "array");
  await predicted(proton, files[1]!, undefined, "array");
  const options = { offsetMaxDeg: 4, fullEnclosure: true };
  await assert.rejects(responseOfFiles(files, { level: "telescope", ...options }), (error: Error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, /images of telescopes 1, 2/);
    return true;
  });
  const events = async (more: Partial<ResponseOptions>): Promise<number> => {
    const { response } = await responseOfFiles(files, { level: "telescope", ...options, ...more });
    return finite(response.effectiveAreaM2).reduce((sum, area) => sum + area, 0);
  };
  const [first, second] = [await events({ telescope: 1 }), await events({ telescope: 2 })];
  const array = await events({ level: "subarray" });
  assert.ok(second < first, "the second telescope sees two events of three");
  assert.ok(Math.abs(array / first - 1) < 0.2, "each event of the array counts once");
  const both = await events({ level: "subarray", cuts: ["multiplicity >= 2"] });
  assert.ok(both < 0.9 * array, `${both} of ${array}`);
  const searched = await responseOfFiles(files, { level: "subarray", ...options, multiplicities: [1, 2] });
  assert.ok(finite(searched.cuts.multiplicity.cuts).every((least) => least === 1 || least === 2));
  await assert.rejects(
    responseOfFiles(files, { level: "telescope", telescope: 9, ...options }),
    /none of the 2|telescope 9/,
  );
});

test("diffuse gammas give a response in bins of offset, which a point source has not", async () => {
  const files = [dl2("gamma.array.dl2.h5"), dl2("proton.array.dl2.h5")];
  const edges = [0, 1, 2, 3];
  const made = await responseOfFiles(files, { level: "subarray", offsetMaxDeg: 3, offsetEdgesDeg: edges });
  assert.deepEqual(made.response.axes.offsetEdgesDeg, edges);
  const energies = made.response.axes.trueEdgesTeV.length - 1;
  assert.equal(made.response.effectiveAreaM2.length, 3 * energies);
  const perOffset = edges
    .slice(1)
    .map((_, offset) =>
      Array.from({ length: energies }, (_, i) => made.response.effectiveAreaM2[3 * i + offset]!).some(
        (area) => area > 0,
      ),
    );
  assert.deepEqual(perOffset, [true, true, true]);
  for (const wrong of [[0], [1, 0.5], [-1, 2]]) {
    await assert.rejects(responseOfFiles(files, { level: "subarray", offsetEdgesDeg: wrong }), ConfigError);
  }
  const [point] = await simulate({ events: 60, seed: 4, output: dl2("point"), particles: ["gamma_point"] });
  await predicted(point!.path, dl2("point.dl2.h5"));
  await assert.rejects(
    responseOfFiles([dl2("point.dl2.h5"), dl2("proton.dl2.h5")], { level: "telescope", offsetEdgesDeg: [0, 1, 2] }),
    /point source has no showers in bins of offset/,
  );
});

test("image parameters and multiplicity cut events, by ctapipe's names", async () => {
  const file = dl2("gamma.array.dl2.h5");
  const names = ["leakage_intensity_width_2", "hillas_length", "multiplicity"];
  const rows = await readPredictions([file], "energy", "telescope", { parameters: names });
  const own = await Hdf5File.open(gamma);
  const table = own.table("/dl1/event/telescope/parameters/tel_002").read({ columns: ["event_id", "hillas_length"] });
  own.close();
  const events = numbers(table.columns.get("event_id")!);
  const lengths = numbers(table.columns.get("hillas_length")!);
  const { values, unit } = rows.parameters.hillas_length!;
  assert.equal(unit, "deg");
  let compared = 0;
  for (let row = 0; row < rows.rows; row++) {
    if (rows.telId[row] !== 2) continue;
    const expected = lengths[events.indexOf(rows.eventId[row]!)] ?? Number.NaN;
    assert.ok(Object.is(values[row], expected) || values[row] === expected, `${values[row]} is not ${expected}`);
    if (Number.isFinite(expected)) compared++;
  }
  assert.ok(compared > 20);
  const valid = (cuts: string[]): number => withCuts(rows, cuts).valid.reduce((sum: number, value) => sum + value, 0);
  const leakage = rows.parameters.leakage_intensity_width_2!.values;
  const inside = leakage.reduce((sum, value, row) => sum + (rows.valid[row] && value < 0.1 ? 1 : 0), 0);
  assert.equal(valid(["leakage_intensity_width_2 < 0.1"]), inside);
  assert.ok(inside > 0 && inside < valid([]));
  const twice = rows.multiplicity!.reduce((sum, value, row) => sum + (rows.valid[row] && value === 2 ? 1 : 0), 0);
  assert.equal(valid(["multiplicity >= 2"]), twice);
  assert.ok(twice > 0 && twice < valid([]));
  assert.equal(valid(["hillas_length > 0.1 * u.deg"]), valid([`hillas_length > ${(0.1 * Math.PI) / 180} * u.rad`]));
  const array = await readPredictions([file], "energy", "subarray", { parameters: names });
  assert.equal(array.parameters.hillas_length, undefined);
  const row = array.multiplicity!.indexOf(2);
  const images = Array.from(rows.eventId.keys()).filter((i) => rows.eventId[i] === array.eventId[row]);
  assert.equal(images.length, 2);
  const known = images.map((i) => rows.intensity![i]!).filter(Number.isFinite);
  assert.ok(Math.abs(array.intensity![row]! - known.reduce((sum, value) => sum + value, 0)) < 1e-6);
  assert.throws(() => withCuts(array, ["hillas_length > 0.1"]), /no hillas_length of events of the array/);
  assert.throws(() => withCuts(rows, ["leakage_intensity_width_7 < 1"]), InputError);
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
