import assert from "node:assert/strict";
import { test } from "node:test";
import { convertedName } from "../../lib/preparation/convert-file.js";
import { convertFiles, shareOf } from "../../lib/preparation/convert-files.js";

test("a converted file keeps the name of the simulation", () => {
  const names = {
    "run102.simtel.zst": "run102.dl1.h5",
    "gamma_20deg_0deg_run102___cta-prod4.simtel.gz": "gamma_20deg_0deg_run102___cta-prod4.dl1.h5",
    "gamma_100506.corsika.gz.NSBmed4.simtel.gz": "gamma_100506.corsika.gz.NSBmed4.dl1.h5",
    "observed.r1.h5": "observed.dl1.h5",
  };
  for (const [input, output] of Object.entries(names)) assert.equal(convertedName(`/data/${input}`), output);
});

test("shares hold every file once", () => {
  const files = Array.from({ length: 11 }, (_, i) => `run${i}.simtel`);
  const shares = [1, 2, 3].map((share) => shareOf(files, { share, count: 3 }));
  assert.deepEqual(
    shares.map(({ length }) => length),
    [4, 4, 3],
  );
  assert.deepEqual(shares.flat().sort(), [...files].sort());
});

test("two files that would get one name are refused before anything is converted", async () => {
  const options = { program: "none", config: null, waveforms: false, options: [], parallel: 1, overwrite: false };
  await assert.rejects(convertFiles(["a/run1.simtel.gz", "b/run1.simtel.gz"], "out", options), {
    name: "ConfigError",
    message: /a\/run1\.simtel\.gz and b\/run1\.simtel\.gz would both become out\/run1\.dl1\.h5/,
  });
});
