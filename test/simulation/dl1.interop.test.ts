import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { simulate } from "../../lib/simulation/simulate.js";
import type { SimulatedFile } from "../../lib/simulation/simulated-files.js";
import { judgePython, judgeScript, needsCtapipe } from "../peers.js";

const folder = await mkdtemp(join(tmpdir(), "cherenkit-simulation-"));
after(() => rm(folder, { recursive: true }));

let files: SimulatedFile[] = [];
before(async () => {
  files = await simulate({ events: 60, seed: 6, output: folder, particles: ["gamma_point", "proton"] });
});

test("ctapipe's readers, event source and merger accept the files", needsCtapipe(), () => {
  const result = spawnSync(judgePython, [judgeScript, ...files.map(({ path }) => path)], { encoding: "utf8" });
  assert.equal(result.status, 0, result.stdout + result.stderr);
  assert.match(result.stdout, /2 of 2 files pass/);
});

/** Recomputes every parameter with ctapipe from the images and masks; prints the largest difference of each column. */
const recompute = `
import json, sys, warnings
import astropy.units as u, numpy as np
from ctapipe.image import concentration_parameters, hillas_parameters, leakage_parameters, timing_parameters
from ctapipe.image import descriptive_statistics, morphology_parameters, tailcuts_clean
from ctapipe.coordinates import TelescopeFrame
from ctapipe.instrument import SubarrayDescription
from ctapipe.io import read_table
warnings.simplefilter("ignore")
path = sys.argv[1]
subarray = SubarrayDescription.from_hdf(path)
worst, rows, slopes, masks = {}, 0, [], 0
for tel in subarray.tel:
    camera = subarray.tel[tel].camera.geometry
    geometry = camera.transform_to(TelescopeFrame())
    images = read_table(path, f"/dl1/event/telescope/images/tel_{tel:03d}")
    stored = read_table(path, f"/dl1/event/telescope/parameters/tel_{tel:03d}")
    for image, row in zip(images, stored):
        mask, charge, times = image["image_mask"], image["image"], image["peak_time"]
        again = tailcuts_clean(camera, charge, 8, 4, keep_isolated_pixels=False, min_number_picture_neighbors=2)
        masks += int((again != mask).any())
        if not mask.any():
            continue
        rows += 1
        hillas = hillas_parameters(geometry[mask], charge[mask])
        timing = timing_parameters(geometry[mask], charge[mask], times[mask], hillas)
        slopes.append(abs(timing.slope.to_value("1/deg") - row["timing_slope"]))
        found = {
            "hillas": hillas,
            "leakage": leakage_parameters(geometry, charge, mask),
            "concentration": concentration_parameters(geometry[mask], charge[mask], hillas),
            "morphology": morphology_parameters(geometry, mask),
            "intensity": descriptive_statistics(charge[mask]),
            "peak_time": descriptive_statistics(times[mask]),
        }
        for prefix, container in found.items():
            for name, value in container.items():
                ours = float(row[f"{prefix}_{name}"])
                if hasattr(value, "unit") and value.unit.is_equivalent(u.deg):
                    value = value.to(u.deg)
                value = float(getattr(value, "value", value))
                if np.isnan(value) and np.isnan(ours):
                    continue
                off = abs(ours - value) / max(1, abs(value))
                key = f"{prefix}_{name}"
                worst[key] = max(worst.get(key, 0), off if np.isfinite(off) else 1e9)
same = float(np.mean(np.array(slopes) < 1e-3))
print(json.dumps({"worst": worst, "rows": rows, "same_slopes": same, "masks": masks}))
`;

interface Recomputed {
  readonly worst: Record<string, number>;
  readonly rows: number;
  readonly same_slopes: number;
  readonly masks: number;
}

function python<Result>(script: string, path: string): Result {
  return JSON.parse(execFileSync(judgePython, ["-c", script, path], { encoding: "utf8" })) as Result;
}

test("ctapipe finds the same parameters and masks in the images", needsCtapipe(), () => {
  for (const { path } of files) {
    const { worst, rows, same_slopes, masks } = python<Recomputed>(recompute, path);
    assert.ok(rows > 50, `${rows} images`);
    assert.equal(masks, 0, "masks of ctapipe's tail cuts that differ");
    assert.ok(Object.keys(worst).length > 30);
    for (const [name, off] of Object.entries(worst)) assert.ok(off < 1e-4, `${name}: off by ${off}`);
    // the trimmed fit starts from random pairs: where several lines fit about as well, ctapipe may settle on another
    assert.ok(same_slopes > 0.8, `${same_slopes} of the slopes are the same`);
  }
});

/** Transforms the true directions with astropy and measures how far the axes of the images pass from them. */
const directions = `
import json, sys, warnings
import astropy.units as u, numpy as np
from astropy.coordinates import AltAz, SkyCoord
from ctapipe.coordinates import TelescopeFrame
from ctapipe.io import TableLoader
warnings.simplefilter("ignore")
with TableLoader(sys.argv[1]) as loader:
    events = loader.read_telescope_events(true_images=False, dl1_images=False, dl1_parameters=True, simulated=True, pointing=True)
events = events[(events["hillas_intensity"] > 150) & (events["leakage_intensity_width_2"] < 0.05)]
altaz = AltAz()
pointing = SkyCoord(alt=events["telescope_pointing_altitude"].quantity, az=events["telescope_pointing_azimuth"].quantity, frame=altaz)
true = SkyCoord(alt=events["true_alt"].quantity, az=events["true_az"].quantity, frame=altaz)
frame = true.transform_to(TelescopeFrame(telescope_pointing=pointing))
psi = events["hillas_psi"].quantity.to_value("rad")
lon = frame.fov_lon.to_value("deg") - events["hillas_fov_lon"]
lat = frame.fov_lat.to_value("deg") - events["hillas_fov_lat"]
miss = np.abs(lat * np.cos(psi) - lon * np.sin(psi))
print(json.dumps({"miss": float(np.median(miss)), "images": len(events), "lon": float(np.median(frame.fov_lon.to_value("deg")))}))
`;

test("in ctapipe's frames the images of a point source point at it", needsCtapipe(), () => {
  const found = python<{ miss: number; images: number; lon: number }>(directions, files[0]!.path);
  assert.ok(found.images > 15, `${found.images} bright images`);
  assert.ok(Math.abs(found.lon - 0.5) < 1e-5, `source at ${found.lon}°`);
  assert.ok(found.miss < 0.12, `half of the axes pass the source within ${found.miss}°`);
});
