import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { exportImages } from "../../lib/events/export-images.js";
import { judgePython, needsCtapipe } from "../peers.js";
import { needsData, sharedData } from "../shared-data.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-export-"));
after(() => rmSync(folder, { recursive: true }));

const script = `
import json, sys
import numpy as np, tables
with tables.open_file(sys.argv[1]) as f:
    features = f.root.features[:]
    columns = {n.name: (n[:], str(n.attrs.unit)) for n in f.root if n.name != "features"}
same = np.load(sys.argv[2])
with open(sys.argv[3]) as f:
    table = np.genfromtxt(f, delimiter=",", names=True)
print(json.dumps({
    "shape": features.shape, "dtype": str(features.dtype), "equal": bool((features == same).all()),
    "sum": float(features[..., 0].sum()), "unit": columns["true_energy"][1], "ids": str(columns["event_id"][0].dtype),
    "columns": all(np.array_equal(table[name], values) for name, (values, _) in columns.items()),
}))`;

test("PyTables and NumPy read the exported images and columns", {
  ...needsData("ctlearn/dl1/gamma_run1.dl1.h5"),
  ...needsCtapipe(),
}, async () => {
  const [h5, npy] = ["images.h5", "images.npy"].map((name) => join(folder, name));
  const selection = {
    signal: [join(sharedData, "ctlearn/dl1/gamma_run1.dl1.h5")],
    background: null,
    reader: {
      mode: "mono",
      channels: ["image", "peak_time"],
      mapper: "BilinearMapper",
      imageShape: 48,
      allowedTelescopes: null,
      allowedTelescopeTypes: null,
      qualityCriteria: [],
      focalLength: null,
      minTelescopes: 1,
      minTelescopesOfType: [],
      stackTelescopeImages: false,
      sortByIntensity: false,
      skipIncompatibleFiles: false,
    },
  } as const;
  const { examples } = await exportImages(selection, h5!);
  const { files } = await exportImages(selection, npy!);
  const read = JSON.parse(execFileSync(judgePython, ["-c", script, h5!, ...files], { encoding: "utf8" })) as object;
  const values = new Float32Array(readFileSync(npy!).buffer.slice(-examples * 48 * 48 * 2 * 4));
  const sum = values.reduce((total, value, i) => total + (i % 2 === 0 ? value : 0), 0);
  const { sum: theirs, ...rest } = read as { sum: number };
  assert.ok(Math.abs(theirs / sum - 1) < 1e-5);
  assert.deepEqual(rest, {
    shape: [examples, 48, 48, 2],
    dtype: "float32",
    equal: true,
    unit: "TeV",
    ids: "int64",
    columns: true,
  });
});
