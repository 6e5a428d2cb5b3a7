// Seconds to submit a hundred models as an array, and to ask for their status, on a SLURM of one node that it starts:
// node dist/test/bench/job-array.js   (as root, with slurmctld, slurmd, slurm-client and munge installed)
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStatuses } from "../../lib/slurm/status.js";
import { submitJobs } from "../../lib/slurm/submit.js";
import { shellJob } from "../slurm/jobs.js";
import { startOneNodeSlurm } from "../slurm/one-node-slurm.js";

const root = mkdtempSync(join(tmpdir(), "cherenkit-bench-"));
const slurm = await startOneNodeSlurm();
try {
  const commands = Array.from({ length: 100 }, () => "sleep 60");
  const array = shellJob(root, commands);
  const seconds = async (action: () => Promise<unknown>): Promise<string> => {
    const start = performance.now();
    await action();
    return `${((performance.now() - start) / 1000).toFixed(2)} s`;
  };
  console.log("submit 100:", await seconds(() => submitJobs([array.job], "bench", array.settings)));
  for (let i = 0; i < 3; i++) console.log("status 100:", await seconds(() => runStatuses([root])));
} finally {
  await slurm.stop();
  rmSync(root, { recursive: true, force: true });
}
