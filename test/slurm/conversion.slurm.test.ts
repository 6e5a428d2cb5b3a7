import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { execa } from "execa";
import type { Conversion } from "../../lib/preparation/convert-file.js";
import { readAttempts } from "../../lib/slurm/job-record.js";
import { judgePython, judgeScript, needsCtapipe } from "../peers.js";
import { needsSimtel, simtelFolder } from "../preparation/simtel-files.js";
import { over, project, until } from "./jobs.js";
import { needsSlurm, type OneNodeSlurm, startOneNodeSlurm } from "./one-node-slurm.js";

const skip = needsSlurm().skip || needsCtapipe().skip || needsSimtel().skip;
const sst1m = "gamma_20deg_0deg_run102___cta-prod4-sst-1m_desert-2150m-Paranal-sst-1m.simtel.zst";
let slurm: OneNodeSlurm;
let root: string;

before(async () => {
  if (skip) return;
  root = mkdtempSync(join(tmpdir(), "cherenkit conversion "));
  slurm = await startOneNodeSlurm();
});
after(async () => {
  if (skip) return;
  await slurm.stop();
  rmSync(root, { recursive: true, force: true });
});

test("an array converts simtel files, each task its share; broken files do not hold up the others", {
  skip,
  timeout: 1_200_000,
}, async () => {
  const input = join(root, "simtel");
  mkdirSync(input);
  for (const name of ["run 1", "run 2", "run 3"])
    copyFileSync(join(simtelFolder, sst1m), join(input, `${name}.simtel.zst`));
  writeFileSync(join(input, "broken.simtel.gz"), "no simulation");
  writeFileSync(
    join(root, "cluster.yaml"),
    "description: a node\ncpus: 1\nmemory: 3GB\ntime: '20'\nstages: { convert: { cpus: 1 } }\n",
  );
  const output = join(root, "dl1");
  const env = { ...process.env, CHERENKIT_CTAPIPE: join(dirname(judgePython), "ctapipe-process") };
  const words = ["--cluster", "./cluster.yaml", "--tasks", "2", "--option=--EventSource.max_events=2", "--json"];
  const convert = () =>
    execa("node", [join(project, "lib/cli/cherenkit.mjs"), "convert", input, "--output", output, ...words], {
      cwd: root,
      env,
      reject: false,
    });
  const said = await convert();
  assert.equal(said.exitCode, 0, said.stderr);

  const [{ folder } = { folder: "" }] = JSON.parse(said.stdout) as { id: string; folder: string }[];
  const shares = [1, 2].map((share) => join(folder, `share-${share}`));
  const ends = await Promise.all(shares.map((share) => until(share, over, 600)));
  const conversions = [1, 2].flatMap(
    (share) => JSON.parse(readFileSync(join(output, `conversion-${share}of2.json`), "utf8")) as Conversion[],
  );
  const of = new Map(conversions.map((one) => [one.input.split("/").at(-1)!, one]));
  assert.deepEqual([...of.keys()].sort(), [
    "broken.simtel.gz",
    "run 1.simtel.zst",
    "run 2.simtel.zst",
    "run 3.simtel.zst",
  ]);
  for (const name of ["run 1", "run 2", "run 3"]) {
    const { outcome, events, reason } = of.get(`${name}.simtel.zst`)!;
    assert.deepEqual([outcome, events, reason], ["written", 2, null]);
  }
  assert.equal(of.get("broken.simtel.gz")!.outcome, "broken");
  assert.ok(of.get("broken.simtel.gz")!.reason);
  // A broken file does not end the jobs that wait for the array.
  assert.deepEqual(
    ends.map(({ state }) => state),
    ["completed", "completed"],
  );
  for (const share of shares) assert.equal(readAttempts(share).length, 1);
  const written = readdirSync(output).filter((name) => name.endsWith(".h5"));
  assert.deepEqual(written.sort(), ["run 1.dl1.h5", "run 2.dl1.h5", "run 3.dl1.h5"]);

  const judged = execFileSync(judgePython, [judgeScript, ...written.map((name) => join(output, name))], {
    encoding: "utf8",
  });
  assert.match(judged, /3 of 3 files pass/);

  // Submitted again only what is missing is converted.
  rmSync(join(output, "run 2.dl1.h5"));
  const again = await convert();
  assert.equal(again.exitCode, 0, again.stderr);
  const [{ folder: next } = { folder: "" }] = JSON.parse(again.stdout) as { id: string; folder: string }[];
  await Promise.all([1, 2].map((share) => until(join(next, `share-${share}`), over, 600)));
  const outcomes = [1, 2].flatMap((share) =>
    (JSON.parse(readFileSync(join(output, `conversion-${share}of2.json`), "utf8")) as Conversion[]).map(
      (one) => one.outcome,
    ),
  );
  assert.deepEqual(outcomes.sort(), ["broken", "there already", "there already", "written"]);
});
