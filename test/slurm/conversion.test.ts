import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { batchScript } from "../../lib/slurm/batch-script.js";
import { profileSchema } from "../../lib/slurm/cluster-profile.js";
import { planConversion } from "../../lib/slurm/plan-conversion.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-conversion-"));
after(() => rmSync(folder, { recursive: true }));

test("a conversion is one array job without GPU, whose tasks share the files of a list", async () => {
  const profile = profileSchema.parse({
    description: "a cluster",
    gpus: "1",
    time: "12:00:00",
    stages: { convert: { cpus: 1, time: "2:00:00" } },
  });
  const files = ["/data/run1.simtel.zst", "/data/run 2.simtel.zst"];
  const job = await planConversion(files, folder, profile, 2, ["--waveforms"]);
  assert.equal(readFileSync(join(job.folder, "files.txt"), "utf8"), `${files.join("\n")}\n`);
  const project = fileURLToPath(new URL("../../..", import.meta.url));
  const script = batchScript(job, { project, profile, retryOom: null });
  assert.match(script, /^#SBATCH --array=0-1$/m);
  assert.match(script, /^#SBATCH --time=2:00:00$/m);
  assert.doesNotMatch(script, /--gpus/);
  for (const share of ["1/2", "2/2"]) {
    assert.match(script, new RegExp(`convert --from \\S+/files\\.txt --output \\S+ --shard ${share} .*--waveforms`));
  }
});
