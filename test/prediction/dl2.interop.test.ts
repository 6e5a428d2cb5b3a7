import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { type CombinationWeights, combinationWeights } from "../../lib/config/prediction-choices.js";
import { predictFiles } from "../../lib/prediction/predict-files.js";
import { judgePython, judgeScript, needsCtapipe } from "../peers.js";
import { needsData, sharedData } from "../shared-data.js";
import { asObservation } from "./observation.js";
import { type ToyOptions, toyModel } from "./toy-model.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-dl2-"));
process.env.CHERENKIT_CACHE = join(folder, "cache");
after(() => rmSync(folder, { recursive: true }));

const digiCam: ToyOptions = {
  side: 96,
  camera: { name: "DigiCam", pixels: 1296 },
  telescopes: [{ id: 1, type: "SST_1M_DigiCam" }],
  reader: { focalLength: "equivalent" },
};

async function predictedBy(
  name: string,
  file: string,
  options: ToyOptions = {},
  weights: CombinationWeights = "none",
): Promise<string> {
  const models: string[] = [];
  for (const task of ["type", "energy", "cameradirection"] as const) {
    models.push(await toyModel(join(folder, name), task, options));
  }
  const result = await predictFiles({
    models,
    files: [resolve(sharedData, file)],
    output: join(folder, name, "dl2"),
    weights,
    directions: "mean",
    onProgress: () => undefined,
  });
  return result.files[0]!.output;
}

const cases: readonly [string, string, ToyOptions][] = [
  ["four LSTs", "ctlearn/dl1/gamma_run1.dl1.h5", {}],
  ["two of four LSTs", "ctlearn/dl1/proton_run2.dl1.h5", { reader: { allowedTelescopes: [2, 4] } }],
  ["LSTs among 19 telescopes", "ctlearn/dl1/north.dl1.h5", { telescopes: [{ id: 1, type: "LST_LST_LSTcam" }] }],
  ["SST-1M of data model v6", "dl1/v6.0.0/gamma_sst1m_digicam.dl1.h5", digiCam],
  ["SST-1M of data model v7.1", "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5", digiCam],
  ["SST-1M of data model v7.6", "dl1/v7.6.0/gamma_sst1m_digicam.dl1.h5", digiCam],
];

for (const [name, file, options] of cases) {
  test(`ctapipe reads, loops over and merges the DL2 file of ${name}`, {
    ...needsData(file),
    ...needsCtapipe(),
  }, async () => {
    const path = await predictedBy(name, file, options);
    const verdict = spawnSync(judgePython, [judgeScript, path], { encoding: "utf8" });
    assert.equal(verdict.status, 0, verdict.stdout + verdict.stderr);
    assert.match(verdict.stdout, /CTLearnRegressor_energy/);
    assert.doesNotMatch(verdict.stdout, /order does not match/);
  });
}

const four = needsData("ctlearn/dl1/gamma_run1.dl1.h5");

test("ctapipe accepts the DL2 file of an observation, which has no truth", { ...four, ...needsCtapipe() }, async () => {
  const observation = join(folder, "observation.dl1.h5");
  await asObservation(join(sharedData, "ctlearn/dl1/gamma_run1.dl1.h5"), observation);
  const path = await predictedBy("observed", observation);
  const verdict = spawnSync(judgePython, [judgeScript, path], { encoding: "utf8" });
  assert.equal(verdict.status, 0, verdict.stdout + verdict.stderr);
  assert.match(verdict.stdout, /Observation, declares DL1_PARAMETERS,DL2/);
  assert.doesNotMatch(verdict.stdout, /order does not match/);
});

test("ctapipe accepts the DL2 file of stereo networks", { ...four, ...needsCtapipe() }, async () => {
  const models: string[] = [];
  for (const task of ["type", "energy", "skydirection"] as const) {
    const reader = { mode: "stereo", stackTelescopeImages: true } as const;
    models.push(await toyModel(join(folder, "stereo"), task, { stacked: 4, reader }));
  }
  const files = [join(sharedData, "ctlearn/dl1/gamma_run1.dl1.h5")];
  const result = await predictFiles({ models, files, output: join(folder, "stereo/dl2"), onProgress: () => undefined });
  const verdict = spawnSync(judgePython, [judgeScript, result.files[0]!.output], { encoding: "utf8" });
  assert.equal(verdict.status, 0, verdict.stdout + verdict.stderr);
  assert.match(verdict.stdout, /CTLearnSkyReconstructor_alt/);
});

/** Lets ctapipe combine our telescope tables and prints the largest difference from our array tables, by weights. */
const combine = `
import json, sys, warnings
import numpy as np
from astropy.table import join, vstack
from ctapipe.io import read_table
from ctapipe.reco.reconstructor import ReconstructionProperty as P
from ctapipe.reco.stereo_combination import StereoMeanCombiner
warnings.simplefilter("ignore")
KINDS = (("particle_type", "CTLearnClassifier", P.PARTICLE_TYPE), ("energy", "CTLearnRegressor", P.ENERGY), ("geometry", "CTLearnCameraReconstructor", P.GEOMETRY))
keys, found = ["obs_id", "event_id", "tel_id"], {}
for weights, path in zip(sys.argv[1::2], sys.argv[2::2]):
    worst = found[weights] = {}
    parameters = vstack([read_table(path, f"/dl1/event/telescope/parameters/tel_{i:03d}") for i in (1, 2, 3, 4)])
    for kind, prefix, prop in KINDS:
        mono = vstack([read_table(path, f"/dl2/event/telescope/{kind}/{prefix}/tel_{i:03d}") for i in (1, 2, 3, 4)])
        mono = join(mono, parameters, keys=keys)
        mono.sort(keys)
        theirs = StereoMeanCombiner(prefix=prefix, property=prop, weights=weights).predict_table(mono)
        theirs.sort(["obs_id", "event_id"])
        ours = read_table(path, f"/dl2/event/subarray/{kind}/{prefix}")
        assert np.all(ours["event_id"] == theirs["event_id"]), "events"
        for name in theirs.colnames:
            if not name.startswith(prefix) or name.endswith("_telescopes"):
                continue
            a, b = np.asarray(ours[name], dtype=float), np.asarray(theirs[name], dtype=float)
            assert np.array_equal(np.isnan(a), np.isnan(b)), name
            d = np.abs(a - b)
            if name.endswith("_az"):
                d = np.abs((a - b + 180) % 360 - 180)
            worst[name] = float(np.nanmax(d)) if np.isfinite(d).any() else 0.0
print(json.dumps(found))
`;

test("ctapipe's StereoMeanCombiner finds the same array predictions in our telescope tables, for all its weights", {
  ...needsData("ctlearn/dl1/gamma_run1.dl1.h5"),
  ...needsCtapipe(),
}, async () => {
  const args: string[] = [];
  // Ours is not among ctapipe's.
  const theirs = combinationWeights.filter((name) => name !== "expected-error");
  for (const weights of theirs) {
    args.push(weights, await predictedBy(`combined-${weights}`, "ctlearn/dl1/gamma_run1.dl1.h5", {}, weights));
  }
  const found = JSON.parse(execFileSync(judgePython, ["-c", combine, ...args], { encoding: "utf8" })) as Record<
    string,
    Record<string, number>
  >;
  assert.deepEqual(Object.keys(found), theirs);
  for (const [weights, worst] of Object.entries(found)) {
    assert.ok(Object.keys(worst).length >= 10, Object.keys(worst).join());
    for (const [name, off] of Object.entries(worst)) assert.ok(off < 1e-5, `${weights}, ${name}: off by ${off}`);
  }
});

/** ctapipe's own counts of the quality criteria, and those of the file; then of the file that ctapipe-merge makes of two. */
const statistics = `
import json, sys, warnings
import numpy as np
from astropy.table import vstack
from ctapipe.core import QualityQuery
from ctapipe.io import HDF5Merger, read_table
warnings.simplefilter("ignore")
first, second, merged = sys.argv[1:]
criteria = [("> 50 phe", "hillas_intensity > 50"), ("little leakage", "leakage_intensity_width_2 < 0.1")]
path = "/dl2/service/tel_event_statistics/CTLearnRegressor"
def counted(file):
    query = QualityQuery(quality_criteria=criteria)
    query.get_table_mask(vstack([read_table(file, f"/dl1/event/telescope/parameters/tel_{i:03d}") for i in (1, 2, 3, 4)]))
    return query.to_table(functions=True)
def plain(table):
    return {name: [str(v) for v in table[name]] for name in ("criteria", "counts", "cumulative_counts", "func")}
ours = [read_table(file, path) for file in (first, second)]
with HDF5Merger(output_path=merged, overwrite=True) as merge:
    merge(first)
    merge(second)
total = read_table(merged, path)
print(json.dumps({
    "theirs": [plain(counted(file)) for file in (first, second)],
    "ours": [plain(table) for table in ours],
    "merged": [int(v) for v in total["cumulative_counts"]],
}))
`;

test("what the quality criteria let pass stands in the file as ctapipe counts it, and ctapipe-merge adds it up", {
  ...needsData("ctlearn/dl1/gamma_run1.dl1.h5", "ctlearn/dl1/proton_run2.dl1.h5"),
  ...needsCtapipe(),
}, async () => {
  const options: ToyOptions = {
    reader: {
      qualityCriteria: [
        { name: "> 50 phe", expression: "hillas_intensity > 50" },
        { name: "little leakage", expression: "leakage_intensity_width_2 < 0.1" },
      ],
    },
  };
  const files = [
    await predictedBy("counted1", "ctlearn/dl1/gamma_run1.dl1.h5", options),
    await predictedBy("counted2", "ctlearn/dl1/proton_run2.dl1.h5", options),
  ];
  const text = execFileSync(judgePython, ["-c", statistics, ...files, join(folder, "merged.dl2.h5")], {
    encoding: "utf8",
  });
  const { theirs, ours, merged } = JSON.parse(text) as {
    theirs: Record<string, string[]>[];
    ours: Record<string, string[]>[];
    merged: number[];
  };
  assert.deepEqual(ours, theirs);
  assert.deepEqual(ours[0]!.criteria, ["TOTAL", "> 50 phe", "little leakage"]);
  assert.ok(Number(ours[0]!.counts![2]) < Number(ours[0]!.counts![0]), "the cut on leakage takes some away");
  const sums = ours[0]!.cumulative_counts!.map((count, i) => Number(count) + Number(ours[1]!.cumulative_counts![i]));
  assert.deepEqual(merged, sums);
});
