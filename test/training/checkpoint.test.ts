import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ConfigError } from "../../lib/errors.js";
import { readCheckpoint, writeCheckpoint } from "../../lib/training/checkpoint.js";
import { checkFingerprint } from "../../lib/training/fingerprint.js";
import { freshState } from "../../lib/training/training-state.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cherenkit-checkpoint-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const silent = (): void => {};

async function write(place: string, generation: number): Promise<void> {
  const state = freshState(0.1 + 0.2);
  state.epoch = generation;
  state.callbacks.best = { loss: Number.NaN, limit: Number.NEGATIVE_INFINITY };
  const kept = new Map([["best", { a: Float32Array.of(1.5, generation), b: new Float32Array(0) }]]);
  await writeCheckpoint(place, generation, { "training.seed": "1" }, state, kept, async (prefix) => {
    await writeFile(`${prefix}.index`, `weights ${generation}`);
  });
}

test("a checkpoint comes back as it was, with NaN and infinity; two generations are kept", async () => {
  const place = join(folder, "whole");
  for (const generation of [1, 2, 3]) await write(place, generation);
  assert.deepEqual((await readdir(place)).sort(), ["000002", "000003"]);
  const found = await readCheckpoint(place, silent);
  assert.equal(found!.generation, 3);
  assert.equal(found!.state.learningRate, 0.1 + 0.2);
  assert.deepEqual(found!.state.callbacks.best, { loss: Number.NaN, limit: Number.NEGATIVE_INFINITY });
  assert.deepEqual(found!.kept.get("best"), { a: Float32Array.of(1.5, 3), b: new Float32Array(0) });
  assert.equal(await readFile(`${found!.prefix}.index`, "utf8"), "weights 3");
  assert.deepEqual(found!.fingerprint, { "training.seed": "1" });
});

test("a damaged checkpoint is passed over for the one before it; without one it is an error", async () => {
  const place = join(folder, "damaged");
  for (const generation of [1, 2]) await write(place, generation);
  await writeFile(join(place, "000002/engine.index"), "weights X");
  const lines: string[] = [];
  assert.equal((await readCheckpoint(place, (line) => lines.push(line)))!.generation, 1);
  assert.match(lines[0]!, /000002 cannot be used: engine\.index is damaged/);
  await writeFile(join(place, "000001/state.json"), "{");
  await assert.rejects(readCheckpoint(place, silent), /checkpoint of this training is damaged[\s\S]*remedy/);
});

test("no checkpoint is null; what a killed process left is no checkpoint and goes", async () => {
  const place = join(folder, "killed");
  assert.equal(await readCheckpoint(place, silent), null);
  await mkdir(join(place, ".4.123.tmp"), { recursive: true });
  assert.equal(await readCheckpoint(place, silent), null);
  await write(place, 1);
  assert.deepEqual(await readdir(place), ["000001"]);
});

test("a failed write leaves nothing and says why", async () => {
  const place = join(folder, "failed");
  await write(place, 1);
  const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
  const broken = writeCheckpoint(place, 2, {}, freshState(1), new Map(), () => Promise.reject(full));
  await assert.rejects(broken, /the disk is full/);
  assert.deepEqual(await readdir(place), ["000001"]);
});

test("other settings than those of the checkpoint are named", () => {
  const saved = { "training.batchSize": "64", "reader.mode": '"mono"' };
  checkFingerprint(saved, { ...saved }, "x");
  assert.throws(
    () => checkFingerprint(saved, { ...saved, "training.batchSize": "32" }, "x"),
    (error) => error instanceof ConfigError && /batchSize: 64 then, 32 now[\s\S]*resume: "never"/.test(error.message),
  );
});
