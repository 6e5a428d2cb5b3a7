import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { OutputError } from "../../lib/errors.js";
import { checkSpace, type SpaceNeed } from "../../lib/slurm/check-space.js";

const root = mkdtempSync(join(tmpdir(), "cherenkit-space-"));
after(() => rmSync(root, { recursive: true }));

const { bavail, bsize } = statfsSync(root);
const free = bavail * bsize;
const model = (name: string, bytes: number): SpaceNeed => ({
  kind: "model",
  folder: join(root, "models/energy", name),
  bytes,
});

test("what a hundred models take together must be free, though there is room for each", async () => {
  const hundred = Array.from({ length: 100 }, (_, i) => model(`cnn-seed${i}`, free / 80));
  await checkSpace(hundred.slice(0, 60));
  await assert.rejects(checkSpace(hundred), (error: Error) => {
    assert.ok(error instanceof OutputError);
    assert.match(error.message, /^100 models need about [\d.]+ GB, but only [\d.]+ GB are free\n/);
    assert.ok(error.message.includes(`where:  ${join(root, "models/energy")}\n`), "their folder is named once");
    assert.match(error.message, /remedy: free some space, or choose another folder/);
    return true;
  });
});

test("a model that cannot be written where it shall go is refused", async () => {
  const file = join(root, "file");
  writeFileSync(file, "");
  const below: SpaceNeed = { kind: "model", folder: join(file, "energy/cnn"), bytes: 1 };
  await assert.rejects(checkSpace([below]), /cannot write .*file\/energy\/cnn: a file stands where a folder is needed/);
});

test("image stores that find no room are no reason to refuse: training reads the files in every epoch, and both say so", async () => {
  const store = (bytes: number): SpaceNeed => ({ kind: "image store", folder: join(root, "cache"), bytes });
  const told = await checkSpace([store(free), store(free), model("cnn", 1e6)]);
  assert.match(
    told!,
    /^2 image stores need about [\d.]+ GB, but only [\d.]+ GB are free in .*cache; every epoch reads the DL1 files \(to go faster, run 'cherenkit cache prune'/,
  );
  assert.equal(await checkSpace([store(free / 2), model("cnn", 1e6)]), null);
  process.env.CHERENKIT_CACHE_LIMIT_GB = "0";
  try {
    const limited = await checkSpace([store(free * 0.7), model("cnn", free * 0.7)]);
    assert.match(limited!, /^1 image store needs about .*, and CHERENKIT_CACHE_LIMIT_GB is 0; every epoch reads/);
  } finally {
    delete process.env.CHERENKIT_CACHE_LIMIT_GB;
  }
});

test("an image store that would take the room of its model is refused, with how to do without", async () => {
  const store: SpaceNeed = { kind: "image store", folder: join(root, "cache"), bytes: free * 0.7 };
  assert.equal(await checkSpace([store]), null);
  await checkSpace([model("cnn", free * 0.7)]);
  const told =
    /OutputError: 1 image store \([\d.]+ GB\) and 1 model \([\d.]+ GB\) need about .*\n.*where: .*cache and .*energy\/cnn\n.*do without image stores: set CHERENKIT_CACHE_LIMIT_GB to 0/;
  await assert.rejects(checkSpace([store, model("cnn", free * 0.7)]), told);
  await checkSpace([]);
});
