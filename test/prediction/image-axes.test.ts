import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { DirectionCombination } from "../../lib/config/prediction-choices.js";
import { angularSeparationDeg } from "../../lib/coordinates/angular-separation.js";
import { InputError } from "../../lib/errors.js";
import { numbers } from "../../lib/hdf5/column.js";
import { copyGroup } from "../../lib/hdf5/copy.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { createHdf5 } from "../../lib/hdf5/writer.js";
import { predictFiles } from "../../lib/prediction/predict-files.js";
import { simulate } from "../../lib/simulation/simulate.js";
import { toyModel } from "./toy-model.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-axes-"));
process.env.CHERENKIT_CACHE = join(folder, "cache");
after(() => rmSync(folder, { recursive: true }));

let [model, file] = ["", ""];
before(async () => {
  model = await toyModel(folder, "cameradirection", {
    side: 48,
    camera: { name: "DigiCam", pixels: 1296 },
    telescopes: [{ id: 1, type: "SST_1M_DigiCam" }],
    reader: { imageShape: 48, qualityCriteria: [] },
  });
  const options = { events: 150, seed: 4, particles: ["gamma_point" as const], energyTeV: [5, 50] as [number, number] };
  file = (await simulate({ ...options, output: join(folder, "dl1") }))[0]!.path;
});

interface Direction {
  readonly telescopes: number;
  readonly alt: number;
  readonly az: number;
  readonly uncertainty: number;
}

/** The directions of the events, in the order of the file. */
async function directions(how: DirectionCombination | undefined, input: string = file): Promise<Direction[]> {
  const output = join(folder, `${how}-${input.length}`);
  const options = { models: [model], files: [input], output, onProgress: () => undefined };
  const result = await predictFiles({ ...options, ...(how ? { directions: how } : {}) });
  const dl2 = await Hdf5File.open(result.files[0]!.output);
  const prefix = "CTLearnCameraReconstructor";
  const { rows, columns } = dl2.table(`/dl2/event/subarray/geometry/${prefix}`).read();
  const of = (name: string): Float64Array => numbers(columns.get(`${prefix}_${name}`)!);
  const [alt, az, uncertainty, telescopes] = ["alt", "az", "ang_distance_uncert", "telescopes"].map(of);
  dl2.close();
  return Array.from({ length: rows }, (_, row) => ({
    telescopes: telescopes!.subarray(2 * row, 2 * row + 2).reduce((sum, value) => sum + value, 0),
    alt: alt![row]!,
    az: az![row]!,
    uncertainty: uncertainty![row]!,
  }));
}

/** 68 % of the events seen by both telescopes are nearer to their source. */
async function radius(found: readonly Direction[]): Promise<number> {
  const dl1 = await Hdf5File.open(file);
  const { columns } = dl1.table("/simulation/event/subarray/shower").read({ columns: ["true_alt", "true_az"] });
  dl1.close();
  const [alt, az] = ["true_alt", "true_az"].map((name) => numbers(columns.get(name)!));
  const errors = found
    .map((one, row) => ({ ...one, error: angularSeparationDeg(one.az, one.alt, az![row]!, alt![row]!) }))
    .filter(({ telescopes, error }) => telescopes > 1 && Number.isFinite(error))
    .map(({ error }) => error)
    .sort((a, b) => a - b);
  assert.ok(errors.length > 30, `${errors.length} events of both telescopes`);
  return errors[Math.floor(0.68 * errors.length)]!;
}

test("the axes of two images meet at the source, even of a network that has learnt nothing; single images stay", async () => {
  const [usual, axes, mean] = [await directions(undefined), await directions("axes"), await directions("mean")];
  assert.deepEqual(usual, axes, "axes are the default where a file has them");
  const [near, far] = [await radius(axes), await radius(mean)];
  assert.ok(near < 0.3 && near < far / 2, `${near}° by axes, ${far}° by the mean`);
  for (const [i, one] of axes.entries()) {
    if (one.telescopes < 2) assert.deepEqual(one, mean[i]);
    else assert.ok(one.uncertainty > 0 && one.uncertainty < 2);
  }
});

test("without Hillas' parameters directions are averaged, and axes that are asked for are missed", async () => {
  const bare = join(folder, "bare.dl1.h5");
  const [from, to] = [await Hdf5File.open(file), await createHdf5(bare)];
  copyGroup(from, "/", to, (path) => path.replace("//", "/") !== "/dl1/event/telescope/parameters");
  await to.close();
  from.close();
  assert.deepEqual(await directions("auto", bare), await directions("mean"));
  await assert.rejects(directions("axes", bare), (error: unknown) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, /lacks hillas_intensity, .*hillas_psi, which tell the axes/);
    assert.match(error.message, /by their mean/);
    return true;
  });
});
