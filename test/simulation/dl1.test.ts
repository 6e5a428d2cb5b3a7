import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { after, test } from "node:test";
import { hillasParameters, telescopeFramePixels } from "../../lib/camera/hillas-parameters.js";
import { skyOffset } from "../../lib/coordinates/sky-offset.js";
import { jupyterDisplay } from "../../lib/display/mime-bundle.js";
import { ConfigError, OutputError } from "../../lib/errors.js";
import { numbers, type Table } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { simulate } from "../../lib/simulation/simulate.js";
import { sst1m } from "../../lib/simulation/telescope-type.js";
import { needsData, sharedData } from "../shared-data.js";

const folder = await mkdtemp(join(tmpdir(), "cherenkit-simulation-"));
after(() => rm(folder, { recursive: true }));

async function readTables(path: string, tables: readonly string[]): Promise<Table[]> {
  const file = await Hdf5File.open(path);
  const found = tables.map((table) => file.table(table).read());
  file.close();
  return found;
}

const values = (table: Table, name: string): Float64Array => numbers(table.columns.get(name)!);

test("the demonstration has training sets in two files, smaller test sets and its own run numbers", async () => {
  const output = join(folder, "demo");
  const progress: [number, number][] = [];
  const files = await simulate({ events: 7, seed: 1, output, onProgress: (...now) => progress.push(now) });
  assert.deepEqual(
    files.map(({ path, particle, events }) => [relative(output, path), particle, events]),
    [
      ["gammas_diffuse/train/gamma_run1.dl1.h5", "gamma", 4],
      ["gammas_diffuse/train/gamma_run2.dl1.h5", "gamma", 3],
      ["gammas_diffuse/test/gamma_run3.dl1.h5", "gamma", 2],
      ["protons_diffuse/train/proton_run4.dl1.h5", "proton", 4],
      ["protons_diffuse/train/proton_run5.dl1.h5", "proton", 3],
      ["protons_diffuse/test/proton_run6.dl1.h5", "proton", 2],
      ["gammas_point/test/gamma_point_run7.dl1.h5", "gamma_point", 2],
    ],
  );
  assert.deepEqual(progress.at(-1), [20, 20]);
  const runs = new Set<number>();
  for (const { path, events, images } of files) {
    const [shower, trigger, run] = await readTables(path, [
      "/simulation/event/subarray/shower",
      "/dl1/event/telescope/trigger",
      "/configuration/simulation/run",
    ]);
    assert.equal(shower!.rows, events);
    assert.equal(trigger!.rows, images);
    runs.add(values(run!, "obs_id")[0]!);
    assert.ok(values(run!, "n_showers")[0]! >= events);
  }
  assert.equal(runs.size, 7);
  const left = (await readdir(output, { recursive: true })).filter((name) => name.endsWith(".tmp"));
  assert.deepEqual(left, []);
});

test("the same seed gives the same bytes, another seed other events", async () => {
  const bytes = async (name: string, seed: number): Promise<Buffer> => {
    const [file] = await simulate({ events: 5, seed, output: join(folder, name), particles: ["proton"] });
    assert.equal(basename(file!.path), "proton_run1.dl1.h5");
    return readFile(file!.path);
  };
  const first = await bytes("a", 12);
  assert.ok(first.equals(await bytes("b", 12)));
  assert.ok(!first.equals(await bytes("c", 13)));
});

test("a point source stays in its place, diffuse showers fill the cone, energies keep to their range", async () => {
  const files = await simulate({
    events: 150,
    seed: 3,
    output: join(folder, "sets"),
    particles: ["gamma", "gamma_point"],
  });
  const pointing = { altDeg: 70, azDeg: 180 };
  const offsets: number[][] = [];
  for (const { path } of files) {
    const [shower] = await readTables(path, ["/simulation/event/subarray/shower"]);
    const alt = values(shower!, "true_alt");
    const az = values(shower!, "true_az");
    offsets.push(
      Array.from(alt, (altDeg, i) => {
        const { fovLonDeg, fovLatDeg } = skyOffset({ altDeg, azDeg: az[i]! }, pointing);
        return Math.hypot(fovLonDeg, fovLatDeg);
      }),
    );
    const energy = values(shower!, "true_energy");
    assert.ok(energy.every((value) => value >= 0.5 && value <= 100));
    assert.ok(energy.some((value) => value < 2) && energy.some((value) => value > 10));
    assert.ok(values(shower!, "true_h_first_int").every((height) => height > 2000 && height < 100_001));
  }
  assert.ok(Math.max(...offsets[0]!) > 3.5 && Math.max(...offsets[0]!) <= 5);
  assert.ok(offsets[1]!.every((offset) => Math.abs(offset - 0.5) < 1e-6));
});

test("images, masks and parameters in a file belong together", async () => {
  const [file] = await simulate({ events: 40, seed: 4, output: join(folder, "parts"), particles: ["gamma"] });
  const [images, parameters, truth, layout] = await readTables(file!.path, [
    "/dl1/event/telescope/images/tel_001",
    "/dl1/event/telescope/parameters/tel_001",
    "/simulation/event/telescope/images/tel_001",
    "/configuration/instrument/subarray/layout",
  ]);
  const { camera, effectiveFocalLengthM } = sst1m();
  const pixels = telescopeFramePixels(camera, effectiveFocalLengthM);
  const image = values(images!, "image");
  const mask = values(images!, "image_mask");
  assert.ok(images!.columns.get("image_mask")!.boolean);
  assert.equal(images!.rows, parameters!.rows);
  for (let row = 0; row < images!.rows; row++) {
    const range = [row * 1296, (row + 1) * 1296] as const;
    const hillas = hillasParameters(pixels, image.subarray(...range), Uint8Array.from(mask.subarray(...range)));
    const stored = values(parameters!, "hillas_intensity")[row]!;
    if (!hillas) {
      assert.ok(Number.isNaN(stored));
      assert.equal(values(parameters!, "morphology_n_pixels")[row], -1);
      continue;
    }
    assert.ok(Math.abs(hillas.intensity - stored) < 1e-9 * stored);
    assert.equal(values(parameters!, "hillas_width")[row], hillas.widthDeg);
    const light = values(truth!, "true_image").subarray(...range);
    assert.equal(
      light.reduce((sum, count) => sum + count, 0),
      values(truth!, "true_image_sum")[row],
    );
  }
  assert.deepEqual(layout!.columns.get("tel_description")!.data, ["SST_1M_DigiCam", "SST_1M_DigiCam"]);
});

test("tables and columns are those of a file of ctapipe's", needsData("dl1/v7.1.0"), async () => {
  const [file] = await simulate({ events: 12, seed: 5, output: join(folder, "columns"), particles: ["gamma"] });
  const ours = await Hdf5File.open(file!.path);
  const theirs = await Hdf5File.open(join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5"));
  const tables = [
    "/configuration/instrument/subarray/layout",
    "/configuration/instrument/telescope/optics",
    "/configuration/instrument/telescope/camera/geometry_0",
    "/configuration/instrument/telescope/camera/readout_0",
    "/configuration/simulation/run",
    "/configuration/telescope/pointing/tel_001",
    "/configuration/observation/observation_block",
    "/configuration/observation/scheduling_block",
    "/simulation/event/subarray/shower",
    "/simulation/event/telescope/impact/tel_001",
    "/simulation/event/telescope/images/tel_001",
    "/simulation/event/telescope/parameters/tel_001",
    "/simulation/service/shower_distribution",
    "/dl1/event/subarray/trigger",
    "/dl1/event/telescope/trigger",
    "/dl1/event/telescope/images/tel_001",
    "/dl1/event/telescope/parameters/tel_001",
  ];
  const arrays = ["tels_with_trigger", "bins_energy", "bins_core_dist", "histogram"]; // lengths depend on the run
  // values of whole photo-electrons are whole numbers in ctapipe's file
  const wider = ["true_intensity_max", "true_intensity_min"];
  const widths = /^true_leakage_intensity_width|^true_intensity_(mean|std)$/;
  for (const table of tables) {
    const columns = (from: Hdf5File): string[] =>
      from.table(table).columns.map(({ name, type, itemShape, unit }) => {
        const kind = typeof type === "object" ? "text" : wider.includes(name) || widths.test(name) ? "number" : type;
        return `${name} ${kind} ${arrays.includes(name) ? "" : (itemShape ?? []).join()} ${unit ?? ""}`;
      });
    const normal = (columns: string[]): string[] => columns.map((text) => text.replace("cm**-2.g", "g.cm**-2"));
    assert.deepEqual(normal(columns(ours)), normal(columns(theirs)), table);
  }
  const attributes = ours.attributes("/");
  for (const name of Object.keys(theirs.attributes("/")).filter((key) => key.startsWith("CTA "))) {
    assert.ok(name in attributes, `root attribute ${name}`);
  }
  ours.close();
  theirs.close();
});

test("the number of threads changes nothing in the files", async () => {
  const bytes = async (threads: number): Promise<Buffer> => {
    const output = join(folder, `threads${threads}`);
    const [file] = await simulate({ events: 140, seed: 7, output, particles: ["gamma"], threads });
    return readFile(file!.path);
  };
  assert.ok((await bytes(1)).equals(await bytes(3)));
});

test("files of the same simulation are kept, those of another are refused or replaced", async () => {
  const output = join(folder, "again");
  const asked = { events: 6, seed: 8, output, particles: ["gamma", "muon"], eventsPerFile: 4 };
  const first = await simulate(asked);
  assert.deepEqual(
    first.map(({ path, events }) => [basename(path), events]),
    [
      ["gamma_run1.dl1.h5", 3],
      ["gamma_run2.dl1.h5", 3],
      ["muon_run3.dl1.h5", 3],
      ["muon_run4.dl1.h5", 3],
    ],
  );
  // as if the simulation had been interrupted in its third file
  const before = await readFile(first[2]!.path);
  await rm(first[2]!.path);
  const done: number[] = [];
  const second = await simulate({ ...asked, onProgress: (now) => done.push(now) });
  assert.deepEqual(done, [3]);
  assert.deepEqual(
    second.map(({ seconds }) => seconds > 0),
    [false, false, true, false],
  );
  assert.deepEqual(
    second.map(({ telescopes }) => telescopes),
    first.map(({ telescopes }) => telescopes),
  );
  assert.ok(before.equals(await readFile(first[2]!.path)));
  await assert.rejects(simulate({ ...asked, seed: 9 }), (error) => {
    assert.ok(error instanceof OutputError);
    assert.match(error.message, /gamma_run1\.dl1\.h5 is there already, and not of this simulation[\s\S]*--overwrite/);
    return true;
  });
  await simulate({ ...asked, seed: 9, overwrite: true });
  assert.ok(!before.equals(await readFile(first[2]!.path)));
});

test("options change array, pointing, spectrum and data model of the files", async () => {
  const [file] = await simulate({
    events: 3,
    seed: 2,
    output: join(folder, "options"),
    particles: ["gamma"],
    array: "mixed",
    site: "paranal",
    zenithDeg: 40,
    azimuthDeg: 90,
    spectralIndex: -1.5,
    energyTeV: [0.5, 5],
    viewConeDeg: 0,
    sourceOffsetDeg: 1,
    dataModel: "v6.0.0",
  });
  const [run, layout, shower, trigger] = await readTables(file!.path, [
    "/configuration/simulation/run",
    "/configuration/instrument/subarray/layout",
    "/simulation/event/subarray/shower",
    "/dl1/event/subarray/trigger",
  ]);
  assert.equal(values(run!, "spectral_index")[0], -1.5);
  assert.equal(values(run!, "prod_site_alt")[0], 2147);
  assert.ok(Math.abs(values(run!, "max_alt")[0]! - (50 * Math.PI) / 180) < 1e-6);
  assert.deepEqual(
    [...new Set(layout!.columns.get("tel_description")!.data as string[])],
    ["LST_LST_LSTCam", "MST_MST_NectarCam"],
  );
  assert.equal(layout!.rows, 13);
  assert.deepEqual(trigger!.columns.get("time")!.itemShape, []);
  for (let i = 0; i < 3; i++) {
    const energy = values(shower!, "true_energy")[i]!;
    assert.ok(energy >= 0.5 && energy <= 5);
    const sky = { altDeg: values(shower!, "true_alt")[i]!, azDeg: values(shower!, "true_az")[i]! };
    assert.ok(Math.abs(skyOffset(sky, { altDeg: 50, azDeg: 90 }).fovLonDeg - 1) < 1e-6);
  }
  assert.equal(file!.telescopes.length, 13);
  assert.equal(
    file!.telescopes.reduce((sum, { images }) => sum + images, 0),
    file!.images,
  );
});

test("what was written shows itself as a table in a notebook", async () => {
  const files = await simulate({ events: 4, seed: 1, output: join(folder, "shown"), particles: ["electron"] });
  const html = String(files[jupyterDisplay]()["text/html"]);
  for (const text of ["electron_run1.dl1.h5", "SST-1M-1", "SST-1M-2", "seconds", "telescope images in 1 file"]) {
    assert.ok(html.includes(text), text);
  }
  assert.ok(Array.isArray(files.map(({ path }) => path)));
});

test("what cannot be simulated is refused with a clear message", async () => {
  const output = join(folder, "refused");
  await assert.rejects(simulate({ events: 5, seed: 1, output, particles: ["gamma", "neutrino"] }), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /particles cannot be .*neutrino.*gamma, gamma_point, electron, proton, muon/s);
    return true;
  });
  const wrong: [object, RegExp][] = [
    [{ nightSky: -1 }, /nightSky cannot be -1: light cannot be negative/],
    [{ site: "moon" }, /site cannot be moon.*known are ondrejov, la-palma, paranal/s],
    [{ array: "hess" }, /array cannot be hess.*known are sst1m, lst4, mixed/s],
    [{ zenithDeg: 80 }, /zenithDeg cannot be 80.*70° is the most/s],
    [{ energyTeV: [5, 1], particles: ["gamma"] }, /energyTeV cannot be \[5,1\].*lower one/s],
    [{ viewConeDeg: 1 }, /name at least one/],
    [{ eventsPerFile: 0 }, /eventsPerFile cannot be 0/],
    [{ dataModel: "v5.0.0" }, /dataModel cannot be v5.0.0.*known are v6.0.0, v7.1.0, v7.6.0/s],
    [{ zenit: 20 }, /zenit/],
  ];
  for (const [options, message] of wrong) {
    await assert.rejects(simulate({ events: 5, seed: 1, output, ...options }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, message);
      return true;
    });
  }
  for (const events of [0, -1, 2.5, Number.NaN]) {
    await assert.rejects(simulate({ events, seed: 1, output }), ConfigError);
  }
  await assert.rejects(simulate({ events: 5, seed: Number.NaN, output }), ConfigError);
  await assert.rejects(readdir(output), { code: "ENOENT" });
  const blocked = join(folder, "blocked");
  await writeFile(blocked, "a file, not a folder");
  await assert.rejects(simulate({ events: 1, seed: 1, output: blocked, particles: ["gamma"] }), OutputError);
});
