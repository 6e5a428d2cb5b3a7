import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ConfigError } from "../../lib/errors.js";
import { stageResources } from "../../lib/slurm/cluster-profile.js";
import { loadProfile } from "../../lib/slurm/load-profile.js";
import { project } from "./jobs.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-profile-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function profile(text: string): string {
  const file = join(folder, `p${text.length}.yaml`);
  writeFileSync(file, text);
  return file;
}

async function messageOf(name: string): Promise<string> {
  try {
    await loadProfile(name, project);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  return assert.fail("it was accepted");
}

test("the profiles that come with cherenkit load; Baobab's asks for what the former system asked for", async () => {
  const baobab = await loadProfile("baobab", project);
  assert.deepEqual(stageResources(baobab, "train"), {
    partition: "shared-gpu",
    gpus: "nvidia_rtx_a6000:1",
    cpus: 8,
    memory: "48GB",
    time: "12:00:00",
  });
  assert.equal(stageResources(baobab, "report").gpus, null);
  assert.ok(baobab.container!.image.startsWith("/"), "a path from anywhere");
  assert.equal((await loadProfile("plain", project)).container, undefined);
  assert.equal((await loadProfile("local", project)).scheduler, "local");
});

test("an unknown profile or key is refused with the nearest one", async () => {
  assert.match(await messageOf("baobap"), /no cluster profile baobap[\s\S]*did you mean baobab\?/);
  assert.match(await messageOf("./nowhere.yaml"), /does not exist/);
  assert.match(
    await messageOf(profile("description: x\nparttion: y\n")),
    /unknown key "parttion"; did you mean partition\?/,
  );
  assert.match(
    await messageOf(profile("description: x\ncontainer: {image: a.sif, bind: []}\n")),
    /unknown key "bind" in container; did you mean binds\?/,
  );
  assert.match(await messageOf(profile("description: x\nstages: {trian: {}}\n")), /stages/);
  assert.match(await messageOf(profile("description: x\ntime: tomorrow\n")), /time: /);
  assert.match(await messageOf(profile("- a list\n")), /the file: /);
  assert.match(await messageOf(profile("description: [x\n")), /profile|flow|sequence/i);
  assert.match(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the profile
    await messageOf(profile("description: x\ncontainer: {image: '${CHERENKIT_NOT_SET}/a.sif'}\n")),
    /the placeholder \$\{CHERENKIT_NOT_SET\} has no value/,
  );
});

test("a wrong value is told with its line, what is expected and what stands there; all at once", async () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ["partition: []", /partition: expected text, found the list \[\]/],
    ["qos: ''", /qos: expected text, found the text ""/],
    ["scheduler: pbs", /scheduler: expected one of slurm, local, found the text "pbs"/],
    ["gpus: -1", /gpus: expected a number of GPUs, or type:number such as nvidia_rtx_a6000:1, found the number -1/],
    ["cpus: 1.5", /cpus: expected a whole number, found the number 1\.5/],
    ["cpus: 0", /cpus: expected a number from 1 up, found the number 0/],
    ["memory: 16", /memory: expected a size with its unit, such as 48GB or 2000M, found the number 16/],
    ["time: 0", /time: expected a time such as .*, found the number 0/],
    ["requeue: maybe", /requeue: expected true or false, found the text "maybe"/],
    ["setup: module load x", /setup: expected a list, found the text "module load x"/],
    ["environment: [A=b]", /environment: expected a section of names and values, found the list/],
    [
      "environment: {1A: x}",
      /environment\.1A: expected a name of letters, digits and underscores, found the text "1A"/,
    ],
    ["container: {}", /container\.image: expected text, found nothing/],
    ["sbatch_options: [-p x]", /sbatch_options\.0: expected an option such as --reservation=school, found/],
    ["sbatch_options: ['--output=x']", /sbatch_options\.0: expected an option that no other key .* sets, found/],
  ];
  for (const [line, message] of refused) {
    const told = await messageOf(profile(`description: x\n${line}\n`));
    assert.match(told, message);
    assert.match(told, /where: {2}.*yaml:2:\d+$/, line);
  }
  const two = await messageOf(profile("description: 3\ncpus: four\n"));
  assert.match(two, /has 2 problems:\n {2}.*:1:14 {2}description: .*\n {2}.*:2:7 {2}cpus: expected a/);
});

test("numbers stand for GPUs and in the environment as well", async () => {
  const read = await loadProfile(profile("description: x\ngpus: 2\nenvironment: {OMP_NUM_THREADS: 4}\n"), project);
  assert.deepEqual([read.gpus, read.environment], ["2", { OMP_NUM_THREADS: "4" }]);
  assert.equal((await loadProfile("baobab", project, { gpus: "0" })).gpus, null);
});

test("values given on the command line replace the profile's", async () => {
  const changed = await loadProfile("plain", project, { time: "1:00:00", partition: "mine" });
  assert.equal(changed.time, "1:00:00");
  assert.equal(stageResources(changed, "train").partition, "mine");
  await assert.rejects(loadProfile("plain", project, { tme: "1" }), /did you mean time\?.*--set cluster\.tme=1/s);
  await assert.rejects(loadProfile("plain", project, { time: "[1," }), /where: {2}--set cluster\.time=\[1,/);
  const report = await loadProfile("plain", project, { "stages.report.time": "10" });
  assert.equal(stageResources(report, "report").time, "10");
  assert.equal(stageResources(report, "report").memory, "8GB", "the rest stays");
});
