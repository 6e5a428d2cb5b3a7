import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { execa } from "execa";
import type { Conversion } from "../../lib/preparation/convert-file.js";
import { readAttempts } from "../../lib/slurm/job-record.js";
import { judgeScript } from "../peers.js";
import { needsSimtel, simtelFolder } from "../preparation/simtel-files.js";
import { over, project, until } from "./jobs.js";
import { needsSlurm, type OneNodeSlurm, startOneNodeSlurm } from "./one-node-slurm.js";

const skip = needsSlurm().skip || needsSimtel().skip;
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

test("an array converts simtel files with a ctapipe that it installs itself; broken files do not hold up the others", {
  skip,
  timeout: 900_000,
}, async (t) => {
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
  const cache = join(root, "cache");
  // No ctapipe but its own: what others have installed does not count.
  const path = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !existsSync(join(folder, "ctapipe-process")));
  const { CHERENKIT_CTAPIPE: _, ...environment } = process.env;
  const env = { ...environment, CHERENKIT_CACHE: cache, PATH: path.join(delimiter) };
  const words = ["--cluster", "./cluster.yaml", "--tasks", "2", "--option=--EventSource.max_events=3", "--json"];
  const convert = () =>
    execa("node", [join(project, "lib/cli/cherenkit.mjs"), "convert", input, "--output", output, ...words], {
      cwd: root,
      env,
      extendEnv: false,
      reject: false,
    });
  const said = await convert();
  if (/could not be installed|needs Python/.test(said.stderr)) return t.skip(said.stderr.trim().split("\n").at(-1)!);
  assert.equal(said.exitCode, 0, said.stderr);
  assert.match(said.stderr, /installing ctapipe \S+ into .*cache\/ctapipe-/);

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
    assert.deepEqual([outcome, events, reason], ["written", 3, null]);
  }
  assert.equal(of.get("broken.simtel.gz")!.outcome, "broken");
  assert.ok(of.get("broken.simtel.gz")!.reason);
  // The share with the broken file says so by its exit code; it is not begun anew.
  assert.deepEqual(ends.map(({ state }) => state).sort(), ["completed", "failed"]);
  for (const share of shares) assert.equal(readAttempts(share).length, 1);
  const written = readdirSync(output).filter((name) => name.endsWith(".h5"));
  assert.deepEqual(written.sort(), ["run 1.dl1.h5", "run 2.dl1.h5", "run 3.dl1.h5"]);

  if (existsSync(judgeScript)) {
    // The ctapipe that was installed is complete: it reads what it wrote.
    const [own] = readdirSync(cache).filter((name) => name.startsWith("ctapipe-"));
    const words = [judgeScript, ...written.map((name) => join(output, name))];
    const judged = execFileSync(join(cache, own!, "bin/python"), words, { encoding: "utf8" });
    assert.match(judged, /3 of 3 files pass/);
  }

  // Submitted again nothing is installed or converted anew but what is missing.
  rmSync(join(output, "run 2.dl1.h5"));
  const again = await convert();
  assert.equal(again.exitCode, 0, again.stderr);
  assert.doesNotMatch(again.stderr, /installing/);
  const [{ folder: next } = { folder: "" }] = JSON.parse(again.stdout) as { id: string; folder: string }[];
  await Promise.all([1, 2].map((share) => until(join(next, `share-${share}`), over, 600)));
  const outcomes = [1, 2].flatMap((share) =>
    (JSON.parse(readFileSync(join(output, `conversion-${share}of2.json`), "utf8")) as Conversion[]).map(
      (one) => one.outcome,
    ),
  );
  assert.deepEqual(outcomes.sort(), ["broken", "there already", "there already", "written"]);
});
