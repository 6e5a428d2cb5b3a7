import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { project } from "./jobs.js";
import { needsSlurm, type OneNodeSlurm, startOneNodeSlurm } from "./one-node-slurm.js";

const needs = needsSlurm();
let slurm: OneNodeSlurm;
let root: string;

interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode?: number;
}

const cherenkit = (...words: string[]): Promise<Said> =>
  execa("node", [join(project, "lib/cli/cherenkit.mjs"), ...words], { cwd: root, reject: false });
const submit = (...words: string[]): Promise<Said> => cherenkit("submit", ...words, "--cluster", "./cluster.yaml");
const queued = (format: string): Promise<string> => slurm.call("squeue", "-h", "-o", format);

let demo: string;

before(async () => {
  if (needs.skip) return;
  root = mkdtempSync(join(tmpdir(), "cherenkit commands "));
  writeFileSync(join(root, "package.json"), "{}");
  demo = readFileSync(join(project, "configs/demo/energy-small.yaml"), "utf8").replace("n_epochs: 8", "n_epochs: 1");
  writeFileSync(join(root, "energy.yaml"), demo);
  const stages = "stages:\n  prepare: { gpus: null }\n";
  writeFileSync(
    join(root, "cluster.yaml"),
    `description: a node with pretended GPUs\ngpus: nvidia_rtx_a6000:1\ncpus: 1\nmemory: 4GB\ntime: '30'\n${stages}`,
  );
  slurm = await startOneNodeSlurm();
  const simulated = await cherenkit("simulate", "--events", "60", "--seed", "5", "--output", "data/demo");
  assert.equal(simulated.exitCode, 0, simulated.stderr);
});
after(async () => {
  if (needs.skip) return;
  await slurm.stop();
  rmSync(root, { recursive: true, force: true });
});

describe("commands on a real SLURM of one node", { skip: needs.skip, timeout: 900_000 }, () => {
  test("--dry-run shows the scripts and what SLURM says of them; nothing is written or submitted", async () => {
    const said = await submit("train,test", "energy.yaml", "--dry-run");
    assert.equal(said.exitCode, 0, said.stderr);
    assert.match(said.stdout, /==> train-1: .*models\/energy\/cnn_small\/runs\/train-.*\/job\.sh/);
    assert.match(said.stdout, /# ==> test-1: [^\n]*\n# {5}1 task, waits for afterok train-1\n# {5}SLURM would take it/);
    assert.match(said.stdout, /#SBATCH --gpus=nvidia_rtx_a6000:1/);
    const refused = await submit("train", "energy.yaml", "--dry-run", "--set", "cluster.partition=nowhere");
    assert.match(refused.stdout, /SLURM would refuse it: .*invalid partition/i);
    assert.match(refused.stdout, /train: the cluster has no partition nowhere; it has shared-gpu/);
    assert.ok(!existsSync(join(root, "models")));
    assert.equal(await queued("%i"), "");
  });

  test("what a job would find out hours later is refused where it is submitted", async () => {
    const refuse = async (words: readonly string[], pattern: RegExp): Promise<void> => {
      const said = await submit(...words);
      assert.match(said.stderr, pattern);
      assert.ok(said.exitCode === 1 || said.exitCode === 2, `${words.join(" ")}: ${said.exitCode}`);
    };
    const train = ["train", "energy.yaml", "--set"];
    await refuse(
      [...train, "cluster.gpus=tesla:1"],
      /no node of partition shared-gpu has the GPUs tesla:1; it has nvidia/,
    );
    await refuse([...train, "cluster.time=13:00:00"], /13 h are asked for, but partition shared-gpu allows 12 h/);
    await refuse([...train, "cluster.partition=gpu"], /no partition gpu; it has shared-gpu/);
    await refuse([...train, "n_epochs=many"], /n_epochs/);
    await refuse([...train, "n_epoch=3"], /n_epochs/);
    await refuse(["test", "energy.yaml"], /there is no trained model yet/);
    await refuse(["train", "energy.yaml", "--after", "99999999"], /SLURM does not know the job 99999999/);
    await refuse([...train, "cluster.gpus=many"], /gpus: expected a number of GPUs/);
    await refuse(["train", "energy.yaml", "--seeds", ""], /--seeds has no values/);
    await refuse(["train", "energy.yaml", "--array", "--parallel", "0"], /1 or more is needed/);
    for (const folder of ["models/back\\\\slash", '"models/line\\nend"'])
      await refuse(
        [...train, `output_dir=${folder}`],
        /writes no log below a folder whose name has a backslash or a line/,
      );
    await refuse(["trian", "energy.yaml"], /there is no stage trian/);
    await refuse(["train", "energy.yaml", "--parallel", "3"], /--parallel limits the tasks of an array/);
    await refuse(["train", "energy.yaml", "--local", "--after", "3"], /--after waits for a job of SLURM/);
    await refuse(["train", "energy.yaml", "--dry-run", "--json"], /--json tells of submitted jobs, and with --dry-run/);
    await refuse(["train", "energy.yaml", "--after", ""], /a run has no name/);
    const wrong = join(root, "wrong.yaml");
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the configuration
    writeFileSync(wrong, demo.replace("data_path: data/demo", "data_path: ${CHERENKIT_NOT_SET}/demo"));
    await refuse(["train", "wrong.yaml"], /CHERENKIT_NOT_SET/);
    writeFileSync(wrong, demo.replace("gammas_diffuse/train", "gammas/train"));
    await refuse(["train", "wrong.yaml"], /the folder .*gammas\/train does not exist/);
    writeFileSync(wrong, demo.replace('"gamma_*.h5"', '"delta_*.h5"'));
    await refuse(["train", "wrong.yaml"], /no file matches delta_\*\.h5/);
    const huge = join(root, "data/demo/gammas_diffuse/train/delta_1.h5");
    writeFileSync(huge, "");
    truncateSync(huge, 10e12);
    // Training would do without an image store of that size, and says so as well.
    await refuse(
      ["train,prepare", "wrong.yaml", "--set", "cluster.partition=gpu"],
      /^warning: 1 image store needs about 10000\.0 GB, but only .*; every epoch reads the DL1 files.*no partition gpu/s,
    );
    rmSync(huge);
    assert.ok(!existsSync(join(root, "models")), "nothing is left behind");
    assert.equal(await queued("%i"), "");
  });

  test("--after waits for a job by its id, and for a run by its folder", async () => {
    const other = await slurm.call("sbatch", "--parsable", "--hold", "--output=/dev/null", "--wrap=true");
    const first = await submit("prepare", "energy.yaml", "--after", other, "--json");
    assert.equal(first.exitCode, 0, first.stderr);
    const [job] = JSON.parse(first.stdout) as { id: string; runs: string[] }[];
    const second = await submit("prepare", "energy.yaml", "--after", job!.runs[0]!, "--json");
    assert.equal(second.exitCode, 0, second.stderr);
    const [next] = JSON.parse(second.stdout) as { id: string }[];
    const waits = (await queued("%i %E")).split("\n").map((line) => line.replace(/\(.*\)/, ""));
    assert.ok(waits.includes(`${job!.id} afterok:${other}`), waits.join("; "));
    assert.ok(waits.includes(`${next!.id} afterok:${job!.id}`), waits.join("; "));
    await slurm.call("scancel", other, job!.id, next!.id);
    rmSync(join(root, "models"), { recursive: true, force: true });
  });

  test("a model that a job trains, or waits to train, is not submitted again unless after that job", async () => {
    const words = ["train", "energy.yaml", "--set", "output_dir=models/energy/once"];
    const other = await slurm.call("sbatch", "--parsable", "--hold", "--output=/dev/null", "--wrap=true");
    const first = await submit(...words, "--after", other, "--json");
    assert.equal(first.exitCode, 0, first.stderr);
    const [job] = JSON.parse(first.stdout) as { id: string }[];
    const again = await submit(...words);
    assert.equal(again.exitCode, 2);
    assert.match(again.stderr, new RegExp(`trained by jobs already:\n {2}energy/once: job ${job!.id}, pending\n`));
    const behind = await submit(...words, "--after", job!.id, "--json");
    assert.equal(behind.exitCode, 0, behind.stderr);
    const [next] = JSON.parse(behind.stdout) as { id: string }[];
    await slurm.call("scancel", other, job!.id, next!.id);
    rmSync(join(root, "models"), { recursive: true, force: true });
  });

  test("of two submissions of a model in one moment one submits, the other is told of its job", async () => {
    const slow = mkdtempSync(join(tmpdir(), "cherenkit-slow-"));
    // So long that both have looked for jobs before either has one.
    const shim = '#!/bin/bash\nsleep 2\nPATH=$REST exec sbatch "$@"\n';
    writeFileSync(join(slow, "sbatch"), shim, { mode: 0o755 });
    const words = ["train", "energy.yaml", "--set", "output_dir=models/energy/twice", "--cluster", "./cluster.yaml"];
    const other = await slurm.call("sbatch", "--parsable", "--hold", "--output=/dev/null", "--wrap=true");
    const program = join(project, "lib/cli/cherenkit.mjs");
    const env = { PATH: `${slow}:${process.env.PATH}`, REST: process.env.PATH };
    const both: Said[] = await Promise.all(
      [1, 2].map(() =>
        execa("node", [program, "submit", ...words, "--after", other], { cwd: root, reject: false, env }),
      ),
    );
    const [first, second] = both.sort((a, b) => a.exitCode! - b.exitCode!) as [Said, Said];
    assert.deepEqual([first.exitCode, second.exitCode], [0, 2], both.map(({ stderr }) => stderr).join("\n"));
    assert.match(second.stderr, /^waiting for another submission of models in .*models\/energy \(process \d+ on/);
    assert.match(second.stderr, /trained by jobs already:\n {2}energy\/twice: job \d+, pending\n/);
    assert.equal((await queued("%j")).split("\n").filter((name) => name === "train energy/twice").length, 1);
    assert.ok(!existsSync(join(root, "models/energy/.submit.lock")));
    await slurm.call("scancel", "-u", "root");
    rmSync(join(root, "models"), { recursive: true, force: true });
    rmSync(slow, { recursive: true });
  });

  test("folds are trained as tasks of one array; logs -f tells of one from before its start to its end", async () => {
    const submitted = await submit(
      "train",
      "energy.yaml",
      "--folds",
      "2",
      "--array",
      "--json",
      "--set",
      "batch_size=8",
    );
    assert.equal(submitted.exitCode, 0, submitted.stderr);
    const [job] = JSON.parse(submitted.stdout) as { id: string; runs: string[] }[];
    assert.equal(job!.runs.length, 2);
    const log = await cherenkit("logs", "-f", `${job!.id}_1`);
    assert.equal(log.exitCode, 0, log.stderr);
    assert.match(log.stdout, /epoch 1\/1 /);
    assert.match(log.stdout, /attempt 1 ended with exit code 0: finished\n*$/);
    const waited = await cherenkit("wait", job!.id);
    assert.equal(waited.exitCode, 0, waited.stderr);
    assert.deepEqual(
      readdirSync(join(root, "models/energy"))
        .filter((name) => existsSync(join(root, "models/energy", name, "card.json")))
        .sort(),
      ["cnn_small-fold1of2", "cnn_small-fold2of2"],
    );
  });
});
