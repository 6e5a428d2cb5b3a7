import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { copyGroup } from "../../lib/hdf5/copy.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { createHdf5 } from "../../lib/hdf5/writer.js";
import { judgePython, judgeScript, needsCtapipe } from "../peers.js";
import { needsData, sharedData } from "../shared-data.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-copy-"));
after(() => rmSync(folder, { recursive: true }));

const files = ["dl1/v6.0.0/gamma_sst1m_digicam.dl1.h5", "dl1/v7.1.0/gamma_diffuse_run000010_alpha.dl1.h5"];

for (const file of files) {
  test(`ctapipe accepts a copy of ${file} made by our writer`, { ...needsData(file), ...needsCtapipe() }, async () => {
    const source = await Hdf5File.open(join(sharedData, file));
    const path = join(folder, file.replaceAll("/", "-"));
    const target = await createHdf5(path);
    copyGroup(source, "/", target);
    await target.close();
    source.close();
    const verdict = execFileSync(judgePython, [judgeScript, path], { encoding: "utf8" });
    assert.match(verdict, /1 of 1 files pass/);
  });
}
