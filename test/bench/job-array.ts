// Seconds to submit a hundred models as an array, and to ask for their status, on a SLURM of one node that it starts; by
// themselves, and as commands, which load first and check configuration, data and cluster:
// node dist/test/bench/job-array.js   (as root, with slurmctld, slurmd, slurm-client and munge installed)
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { runStatuses } from "../../lib/slurm/status.js";
import { submitJobs } from "../../lib/slurm/submit.js";
import { project, shellJob } from "../slurm/jobs.js";
import { startOneNodeSlurm } from "../slurm/one-node-slurm.js";
import { beforeStop, benchFolder } from "./bench.js";

const root = benchFolder();
const slurm = await startOneNodeSlurm();
beforeStop(() => slurm.stop());
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

  const cherenkit = (...words: string[]) =>
    execa("node", [join(project, "lib/cli/cherenkit.mjs"), ...words], { cwd: root });
  writeFileSync(join(root, "package.json"), "{}");
  copyFileSync(join(project, "configs/demo/energy-small.yaml"), join(root, "energy.yaml"));
  // Held, as trainings would be measured too.
  const profile = "description: one node\ncpus: 1\nmemory: 1GB\ntime: '30'\nsbatch_options: [--hold]\n";
  writeFileSync(join(root, "cluster.yaml"), profile);
  await cherenkit("simulate", "--events", "40", "--output", "data/demo");
  const seeds = Array.from({ length: 100 }, (_, i) => i + 1).join(",");
  const submit = ["submit", "train", "energy.yaml", "--cluster", "./cluster.yaml", "--array", "--seeds", seeds];
  console.log("the command submit:", await seconds(() => cherenkit(...submit)));
  for (let i = 0; i < 3; i++) console.log("the command status:", await seconds(() => cherenkit("status", "models")));
} finally {
  await slurm.stop();
}
