import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { cherenkit, temporaryFolder } from "../e2e/command.js";
import { type SyntheticDl2, syntheticDl2, telescopesFile } from "./dl2-files.js";

const folder = temporaryFolder();
let telescopes = "";
before(async () => {
  telescopes = await telescopesFile(folder);
});

/** What `cherenkit evaluate` says of a file made for it. */
async function evaluated(name: string, dl2: SyntheticDl2): Promise<{ code: number | null; text: string }> {
  const file = join(folder, `${name}.dl2.h5`);
  await syntheticDl2(file, telescopes, dl2);
  const { code, stdout, stderr } = await cherenkit("evaluate", file, "--task", dl2.task);
  return { code, text: stdout + stderr };
}

test("evaluate warns where the numbers say little: one class, few events, none valid, repeated ones", async () => {
  const gammas = await evaluated("gammas", { task: "type", events: 40, protons: 0 });
  assert.equal(gammas.code, 0);
  assert.match(gammas.text, /warning: the test files hold one class only/);
  const two = await evaluated("two", { task: "energy", events: 2 });
  assert.match(two.text, /2 telescope images of gammas[\s\S]*note: only 2 test events: the intervals are wide/);
  const one = await evaluated("one", { task: "energy", events: 1 });
  assert.match(one.text, /^1 telescope image of gammas[\s\S]*note: only 1 test event:/);
  const invalid = await evaluated("invalid", { task: "energy", events: 12, valid: () => false });
  assert.equal(invalid.code, 1);
  assert.match(invalid.text, /note: none of 12 predictions is valid/);
  const repeated = await evaluated("repeated", { task: "energy", events: 40, eventId: (row) => Math.min(row, 37) });
  assert.match(repeated.text, /note: repeated.dl2.h5: 2 rows repeat an event; the first of each counts/);
  const many = await evaluated("many", { task: "energy", events: 300, spread: 0.05 });
  assert.doesNotMatch(many.text, /note|warning/);
});
