import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { mergeFiles } from "../../lib/preparation/merge-files.js";
import { reduceFile } from "../../lib/preparation/reduce-file.js";
import { judgePython, judgeScript, needsCtapipe } from "../peers.js";
import { needsData, sharedData } from "../shared-data.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-merge-"));
after(() => rmSync(folder, { recursive: true }));

const names = ["ctlearn/dl1/gamma_run1.dl1.h5", "ctlearn/dl1/proton_run2.dl1.h5"];
const inputs = names.map((name) => join(sharedData, name));
const options = { ...needsData(...names), ...needsCtapipe() };
const compare = fileURLToPath(new URL("../../../test/preparation/compare_files.py", import.meta.url));

const judge = (path: string): string => execFileSync(judgePython, [judgeScript, path], { encoding: "utf8" });

test("a merged file holds what ctapipe-merge makes of the same files, and ctapipe reads it", options, async () => {
  const [ours, theirs] = [join(folder, "ours.h5"), join(folder, "theirs.h5")];
  await mergeFiles(inputs, ours, { activity: "cherenkit merge" });
  execFileSync(join(dirname(judgePython), "ctapipe-merge"), ["--overwrite", `--output=${theirs}`, ...inputs], {
    cwd: folder,
  });
  // ctapipe forgets the atmosphere.
  const verdict = execFileSync(
    judgePython,
    ["-W", "ignore", compare, ours, theirs, "/simulation/service/atmosphere_density_profile"],
    { encoding: "utf8" },
  );
  assert.match(verdict, /^3\d tables are equal/);
  assert.match(judge(ours), /1 of 1 files pass/);
});

for (const name of ["dl1/v6.0.0/gamma_sst1m_digicam.r0_r1_dl1.h5", "dl1/v7.6.0/proton_run000001_alpha.dl1.h5"]) {
  test(`ctapipe reads ${name} after it was reduced`, { ...needsData(name), ...needsCtapipe() }, async () => {
    const output = join(folder, name.replaceAll("/", "-"));
    await reduceFile(join(sharedData, name), output);
    assert.match(judge(output), /1 of 1 files pass/);
  });
}
