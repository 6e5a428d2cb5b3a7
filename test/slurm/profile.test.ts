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

test("values given on the command line replace the profile's", async () => {
  const changed = await loadProfile("plain", project, { time: "1:00:00", partition: "mine" });
  assert.equal(changed.time, "1:00:00");
  assert.equal(stageResources(changed, "train").partition, "mine");
  await assert.rejects(loadProfile("plain", project, { tme: 1 }), /did you mean time\?/);
});
