import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { OutputError } from "../../lib/errors.js";
import { EventFile, maskedCrc32c } from "../../lib/training/event-file.js";
import { linearBuckets } from "../../lib/training/weight-histogram.js";

test("the checksum is that of TFRecord files", () => {
  // CRC-32C of "123456789" is 0xe3069283 (RFC 3720, B.4 gives the polynomial); masked as TensorFlow's crc32c::Mask.
  const crc = 0xe3069283;
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  assert.equal(maskedCrc32c(Buffer.from("123456789")), masked);
});

test("an event file is a row of whole records with right checksums", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-events-"));
  const file = new EventFile(join(folder, "train"));
  await file.add(0, { epoch_loss: 0.5 });
  await file.add(1, { epoch_loss: 0.25 }, { w: linearBuckets(new Float32Array([1, 2, 3])) });
  const [name] = await readdir(join(folder, "train"));
  assert.match(name!, /^events\.out\.tfevents\.\d+\./);
  const bytes = await readFile(join(folder, "train", name!));
  let records = 0;
  for (let at = 0; at < bytes.length; records++) {
    const length = Number(bytes.readBigUInt64LE(at));
    assert.equal(bytes.readUInt32LE(at + 8), maskedCrc32c(bytes.subarray(at, at + 8)));
    const content = bytes.subarray(at + 12, at + 12 + length);
    assert.equal(bytes.readUInt32LE(at + 12 + length), maskedCrc32c(content));
    at += length + 16;
  }
  assert.equal(records, 3);
  await rm(folder, { recursive: true });
});

test("a folder that cannot be made is a clear error", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-events-"));
  await writeFile(join(folder, "train"), "");
  await assert.rejects(new EventFile(join(folder, "train")).add(0, { epoch_loss: 1 }), OutputError);
  await rm(folder, { recursive: true });
});

test("a histogram counts every finite value once, one value alone included", () => {
  const all = linearBuckets(Float32Array.from({ length: 100 }, (_, i) => i));
  assert.equal(
    all.counts.reduce((sum, count) => sum + count, 0),
    100,
  );
  assert.equal(all.limits.at(-1), 99);
  assert.equal(all.sum, 4950);
  assert.deepEqual(linearBuckets(new Float32Array([2, 2, Number.NaN])).counts, [2]);
  assert.deepEqual(linearBuckets(new Float32Array([Number.NaN])).counts, []);
});
