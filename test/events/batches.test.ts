import assert from "node:assert/strict";
import { closeSync, openSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { buildMapper } from "../../lib/camera/build-mapper.js";
import { mapImage } from "../../lib/camera/map-image.js";
import { arrangeByBlocks, type Batch, type BatchSource } from "../../lib/events/batches.js";
import type { ExampleTable } from "../../lib/events/example-table.js";
import { type ImageStore, openImageStore } from "../../lib/events/image-store.js";
import { storePaths } from "../../lib/events/image-store-files.js";
import { damagedImages } from "../../lib/events/image-store-repair.js";
import { exampleLabels } from "../../lib/events/labels.js";
import { openBatches } from "../../lib/events/open-batches.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { readExampleImages } from "../../lib/events/read-example-images.js";
import { writeLargeDL1 } from "../bench/large-dl1.js";
import { needsData, sharedData } from "../shared-data.js";
import { storeReader } from "./store-reader.js";

const official = "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5";
const data = needsData(official);
const images = 1503;
const reader = { ...storeReader, mapper: "ShiftingMapper" };
const imageSize = 48 * 48 * 2;

const folder = await mkdtemp(join(tmpdir(), "cherenkit-batches-"));
const dl1 = join(folder, "large.dl1.h5");
const cacheBefore = process.env.CHERENKIT_CACHE;
process.env.CHERENKIT_CACHE = join(folder, "cache");
let examples: ExampleTable;
let store: ImageStore;
/** Mapped image of each example, made by the plain loop. */
let wanted: Float32Array;
before(async () => {
  if (data.skip) return;
  await writeLargeDL1(join(sharedData, official), dl1, images);
  examples = await openExamples([dl1], null, reader);
  store = await openImageStore(examples, reader);
  wanted = new Float32Array(images * imageSize);
  const mapper = buildMapper(reader.mapper, examples.cameras[0]!);
  for await (const { row, pixels } of readExampleImages(examples, reader.channels)) {
    mapImage(mapper, pixels, 0, 2, wanted, row * imageSize);
  }
});
after(async () => {
  if (cacheBefore === undefined) delete process.env.CHERENKIT_CACHE;
  else process.env.CHERENKIT_CACHE = cacheBefore;
  await rm(folder, { recursive: true });
});

const shuffled = (count: number, factor: number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, i) => (i * factor) % images);

function check(batch: Batch): void {
  for (let i = 0; i < batch.size; i++) {
    const ours = batch.images.subarray(i * imageSize, (i + 1) * imageSize);
    const row = batch.indices[i]!;
    for (let k = 0; k < imageSize; k++) {
      if (ours[k] !== wanted[row * imageSize + k]) assert.fail(`image ${row} differs at ${k}`);
    }
  }
}

async function open(options: { workers?: number; batchSize?: number } = {}): Promise<BatchSource> {
  return openBatches(examples, store, reader, { tasks: ["energy"], batchSize: 64, workers: 2, ...options });
}

/** Takes a whole epoch and gives the rows in the order in which they came. */
async function rowsOfEpoch(batches: BatchSource, order: Uint32Array, keepLast: boolean): Promise<number[]> {
  const rows: number[] = [];
  for await (const batch of batches.epoch(order, 64, { keepLast })) {
    check(batch);
    rows.push(...batch.indices);
    batch.release();
  }
  return rows;
}

test("batches come in the order that is asked for, with their images and labels", data, async () => {
  const batches = await open();
  const energies = exampleLabels(examples, "energy");
  const order = shuffled(images, 1301);
  let at = 0;
  for await (const batch of batches.epoch(order, 64, { keepLast: true })) {
    check(batch);
    assert.deepEqual([...batch.indices], [...order.subarray(at, at + batch.size)]);
    assert.deepEqual(
      [...batch.labels.energy!],
      [...batch.indices].map((row) => energies[row]),
    );
    at += batch.size;
    batch.release();
  }
  assert.equal(at, images);
  await batches.close();
});

test("the last partial batch is kept where it matters, and an epoch may begin in its middle", data, async () => {
  const batches = await open();
  const order = shuffled(200, 7);
  assert.equal((await rowsOfEpoch(batches, order, true)).length, 200);
  assert.equal((await rowsOfEpoch(batches, order, false)).length, 192);
  assert.equal((await rowsOfEpoch(batches, order.subarray(0, 40), true)).length, 40);
  assert.equal((await rowsOfEpoch(batches, new Uint32Array(), true)).length, 0);
  const rest: number[] = [];
  for await (const batch of batches.epoch(order, 64, { start: 128, keepLast: true })) {
    rest.push(...batch.indices);
    batch.release();
  }
  assert.deepEqual(rest, [...order.subarray(128)]);
  await batches.close();
});

test(
  "a slot is not written again while its batch is held, and no more slots are filled than there are",
  data,
  async () => {
    const batches = await open({ workers: 1 });
    const order = shuffled(images, 11);
    const held: { batch: Batch; copy: Float32Array }[] = [];
    const epoch = batches.epoch(order, 64)[Symbol.asyncIterator]();
    for (let i = 0; i < 4; i++) {
      const { value: batch } = (await epoch.next()) as { value: Batch };
      held.push({ batch, copy: batch.images.slice() });
    }
    // All four slots of one thread are held: the next batch has to wait until one is given back.
    let arrived = false;
    const fifth = epoch.next().then(({ value }) => {
      arrived = true;
      return value as Batch;
    });
    await wait(200);
    assert.equal(arrived, false);
    for (const { batch, copy } of held) {
      check(batch);
      assert.deepEqual(batch.images, copy);
    }
    held[2]!.batch.release();
    held[2]!.batch.release();
    const batch = await fifth;
    check(batch);
    for (const one of [held[0]!, held[1]!, held[3]!]) assert.deepEqual(one.batch.images, one.copy);
    await epoch.return?.();
    await batches.close();
  },
);

test("an epoch that is left early gives its memory back", data, async () => {
  const batches = await open();
  for (let round = 0; round < 30; round++) {
    for await (const batch of batches.epoch(shuffled(images, 13), 64)) {
      batch.release();
      break;
    }
  }
  assert.equal((await rowsOfEpoch(batches, shuffled(images, 17), true)).length, images);
  await batches.close();
});

test("two epochs may run at once, as training and a look at validation do", data, async () => {
  const batches = await open();
  const [a, b] = await Promise.all([
    rowsOfEpoch(batches, shuffled(640, 19), true),
    rowsOfEpoch(batches, shuffled(300, 23), true),
  ]);
  assert.deepEqual([a.length, b.length], [640, 300]);
  await batches.close();
});

test("damage in the store is noticed when an image is read, and mended while training goes on", data, async () => {
  const { pixels } = storePaths(store.folder!);
  const file = openSync(pixels, "r+");
  writeSync(file, new Uint8Array(5000).fill(7), 0, 5000, 700 * 1296 * 8 + 3000);
  closeSync(file);
  const batches = await open();
  assert.equal((await rowsOfEpoch(batches, shuffled(images, 29), true)).length, images);
  await batches.close();
  assert.equal(damagedImages(store.folder!, 1296 * 8).size, 0);
});

test("without a store batches come from the files, the same images, block by block", data, async () => {
  process.env.CHERENKIT_CACHE_LIMIT_GB = "0";
  const none = await openImageStore(examples, { channels: ["peak_time", "image"] });
  delete process.env.CHERENKIT_CACHE_LIMIT_GB;
  assert.equal(none.folder, null);
  const direct = { ...none, channels: 2 };
  const batches = await openBatches(examples, direct, reader, { tasks: [], batchSize: 64, workers: 2 });
  const order = shuffled(images, 1301);
  const arranged = batches.arrange!(order);
  assert.deepEqual(arranged.slice().sort(), order.slice().sort());
  assert.deepEqual(await rowsOfEpoch(batches, arranged, true), [...arranged]);
  await batches.close();
});

test("rows of a few blocks come together, shuffled among each other; every row once", () => {
  const blocks = Uint32Array.from({ length: 4000 }, (_, i) => Math.floor(i / 100));
  const order = Uint32Array.from({ length: 4000 }, (_, i) => (i * 1777) % 4000);
  const arranged = arrangeByBlocks(order, blocks);
  assert.deepEqual(arranged.slice().sort(), order.slice().sort());
  for (let pool = 0; pool < 5; pool++) {
    const rows = arranged.subarray(pool * 800, (pool + 1) * 800);
    assert.equal(new Set([...rows].map((row) => blocks[row])).size, 8);
    // Not one block after the other.
    assert.ok(new Set([...rows.subarray(0, 40)].map((row) => blocks[row])).size > 4);
  }
});

test("batches larger than asked for, and larger than any memory, are refused", data, async () => {
  const batches = await open({ batchSize: 8 });
  await assert.rejects(async () => {
    for await (const batch of batches.epoch(shuffled(64, 3), 16)) batch.release();
  }, /do not fit/);
  await batches.close();
  await assert.rejects(open({ batchSize: 200_000 }), /batch_size/);
});

const lst = "ctlearn/dl1/gamma_run1.dl1.h5";
test(
  "stereo: the channels of telescope after telescope, or the brightest first; blank without image",
  needsData(lst),
  async () => {
    const settings = { ...reader, mode: "stereo" as const, stackTelescopeImages: true, minTelescopes: 1 };
    const events = await openExamples([join(sharedData, lst)], null, settings);
    const images = await openImageStore(events, settings);
    const [telescopes, side] = [events.telescopes.length, 55];
    assert.equal(telescopes, 4);
    const mapper = buildMapper(settings.mapper, events.cameras[0]!);
    const mapped = new Map<number, Float32Array>();
    for await (const { row, pixels } of readExampleImages(events, settings.channels)) {
      const image = new Float32Array(side * side * 2);
      mapImage(mapper, pixels, 0, 2, image, 0);
      mapped.set(row, image);
    }
    const order = Uint32Array.from({ length: events.rows }, (_, i) => (i * 7) % events.rows);
    const blank = new Float32Array(side * side * 2);
    const intensity = events.images.column("hillas_intensity");
    const orders = [
      { stacked: true, sortByIntensity: false },
      { stacked: false, sortByIntensity: true },
      { stacked: true, sortByIntensity: true },
    ];
    for (const { stacked, sortByIntensity } of orders) {
      const asked = { ...settings, stackTelescopeImages: stacked, sortByIntensity };
      // The store has the images of both tables in one order.
      const table = await openExamples([join(sharedData, lst)], null, asked);
      assert.equal((await openImageStore(table, asked)).reused, true);
      const batches = await openBatches(table, images, asked, { tasks: ["skydirection"], batchSize: 16, workers: 2 });
      assert.deepEqual(batches.imageShape, [side, side, stacked ? 8 : 2]);
      let blanks = 0;
      for await (const batch of batches.epoch(order, 16, { keepLast: true })) {
        assert.equal(batch.images.length, batch.size * side * side * 8);
        for (const [i, event] of batch.indices.entries()) {
          const rows: number[] = [...events.imagesOf!.subarray(event * telescopes, (event + 1) * telescopes)];
          const bright = (row: number): number => (row < 0 ? -2 : intensity[row] || -1);
          if (sortByIntensity) rows.sort((a, b) => bright(b) - bright(a));
          for (const [t, row] of rows.entries()) {
            const wantedImage = mapped.get(row) ?? blank;
            if (row < 0) blanks++;
            for (let cell = 0; cell < side * side; cell++) {
              for (let channel = 0; channel < 2; channel++) {
                const at: number = stacked
                  ? (i * side * side + cell) * 8 + t * 2 + channel
                  : ((i * telescopes + t) * side * side + cell) * 2 + channel;
                if (batch.images[at] !== wantedImage[2 * cell + channel]) assert.fail(`event ${event}, telescope ${t}`);
              }
            }
          }
        }
        batch.release();
      }
      assert.ok(blanks > 0);
      await batches.close();
    }
  },
);
