import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openEventFile } from "../../lib/events/event-file.js";
import { reconstructMono } from "../../lib/prediction/reconstructed.js";
import { meanDirection, weightedLogMean, weightedMean } from "../../lib/prediction/stereo-mean.js";
import { needsData, sharedData } from "../shared-data.js";

const near = (a: number, b: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(a - b) <= tolerance, `${a} instead of ${b}`);

test("means are weighted, and their spread is that of the telescopes", () => {
  // numpy: np.average([1, 2, 4], weights=[1, 1, 2]); np.sqrt(np.average((x - mean)**2, weights=w))
  const { mean, spread } = weightedMean([1, 2, 4], [1, 1, 2]);
  near(mean, 2.75);
  near(spread, 1.299038105676658);
  assert.deepEqual(weightedMean([3], [5]), { mean: 3, spread: 0 });
});

test("logarithms are averaged where they are asked for, ctapipe's log_target, and the spread keeps the unit", () => {
  // numpy: np.exp(np.average(np.log([1, 4]), weights=[1, 3])) = 2.8284271247461903; spread of the logarithms 0.600283…
  const { mean, spread } = weightedLogMean([1, 4], [1, 3]);
  near(mean, 2 ** 1.5);
  near(spread, 2 ** 1.5 * Math.log(4) * Math.sqrt(3 / 16));
});

test("directions are averaged as vectors, over north too", () => {
  const { altDeg, azDeg, spreadDeg } = meanDirection([70, 70], [359, 1], [1, 1]);
  near(azDeg % 360, 0, 1e-9);
  near(altDeg, 70.00279, 1e-4);
  // length of the mean vector: cos of half the separation; √(−2 ln R)
  near(spreadDeg, 0.34202, 1e-4);
});

const golden = needsData("ctlearn/dl1/gamma_run1.dl1.h5", "ctlearn/reader/mono.json");
test("dl1-data-handler's labels of the camera lead back to the true directions", golden, async () => {
  const { table } = JSON.parse(readFileSync(join(sharedData, "ctlearn/reader/mono.json"), "utf8")) as {
    table: Record<string, number[]>;
  };
  const file = await openEventFile(join(sharedData, "ctlearn/dl1/gamma_run1.dl1.h5"));
  try {
    for (const telescope of file.subarray.telescopes) {
      const rows = [...table.tel_id!.keys()].filter((row) => table.tel_id![row] === telescope.id);
      const answers = new Float32Array(2 * rows.length);
      for (const [i, row] of rows.entries()) {
        answers[2 * i] = table.cam_coord_offset_x![row]!;
        answers[2 * i + 1] = table.cam_coord_offset_y![row]!;
      }
      const pointings = rows.map((row) => ({
        azRad: table.telescope_pointing_azimuth![row]!,
        altRad: table.telescope_pointing_altitude![row]!,
      }));
      const reader = { focalLength: "effective" } as const;
      const { alt, az } = reconstructMono("cameradirection", answers, pointings, file, telescope, reader);
      assert.ok(rows.length > 20);
      for (const [i, row] of rows.entries()) {
        near(alt![i]!, table.true_alt![row]!, 1e-5);
        near(((az![i]! - table.true_az![row]! + 540) % 360) - 180, 0, 1e-5);
      }
    }
  } finally {
    file.close();
  }
});
