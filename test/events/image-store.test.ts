import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openEventFile } from "../../lib/events/event-file.js";
import type { ExampleTable } from "../../lib/events/example-table.js";
import { type ImageStore, openImageStore } from "../../lib/events/image-store.js";
import { listImageStores, pruneImageStores } from "../../lib/events/image-store-cache.js";
import { storePaths } from "../../lib/events/image-store-files.js";
import { damagedImages, repairStore } from "../../lib/events/image-store-repair.js";
import { storeOrder } from "../../lib/events/image-store-tasks.js";
import { openBatches } from "../../lib/events/open-batches.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { readExampleImages } from "../../lib/events/read-example-images.js";
import { readImageBlocks } from "../../lib/events/read-images.js";
import { writeLargeDL1 } from "../bench/large-dl1.js";
import { needsData, sharedData } from "../shared-data.js";
import { readerConfig } from "./reader-config.js";
import { storeReader } from "./store-reader.js";

const official = "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5";
const data = needsData(official);
const images = 4203;
const imageBytes = 1296 * 2 * 4;

const folder = await mkdtemp(join(tmpdir(), "cherenkit-store-"));
const dl1 = join(folder, "large.dl1.h5");
const cacheBefore = process.env.CHERENKIT_CACHE;
process.env.CHERENKIT_CACHE = join(folder, "cache");
let examples: ExampleTable;
before(async () => {
  if (data.skip) return;
  await writeLargeDL1(join(sharedData, official), dl1, images);
  examples = await openExamples([dl1], null, storeReader);
});
afterEach(() => rm(join(folder, "cache"), { recursive: true, force: true }));
after(async () => {
  if (cacheBefore === undefined) delete process.env.CHERENKIT_CACHE;
  else process.env.CHERENKIT_CACHE = cacheBefore;
  await rm(folder, { recursive: true });
});

/** Every image in the store is the one that the file has. */
async function checkContent(store: ImageStore): Promise<void> {
  assert.ok(store.folder);
  const stored = readFileSync(storePaths(store.folder).pixels);
  let count = 0;
  for await (const { row, pixels } of readExampleImages(examples, storeReader.channels)) {
    const wanted = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    assert.ok(stored.subarray(row * imageBytes, (row + 1) * imageBytes).equals(wanted), `image ${row}`);
    count++;
  }
  assert.equal(count, images);
  assert.equal(stored.length, images * imageBytes);
  assert.equal(damagedImages(store.folder, imageBytes).size, 0);
}

/** Builds the store in a process of its own; `onProgress` hears of each step. */
function buildElsewhere(onProgress: (child: ChildProcess, done: number) => void): Promise<ImageStore | null> {
  const script = fileURLToPath(new URL("./build-store.js", import.meta.url));
  const child = spawn(process.execPath, [script, dl1], { stdio: ["ignore", "pipe", "inherit"] });
  let store: ImageStore | null = null;
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) store = JSON.parse(line) as ImageStore;
    else onProgress(child, Number(line.split(" ")[0]));
  });
  return new Promise((resolve) => child.on("close", () => resolve(store)));
}

const partialFolder = (): string | undefined => {
  const stores = join(folder, "cache/images");
  const name = existsSync(stores) ? readdirSync(stores).find((entry) => entry.endsWith(".partial")) : undefined;
  return name === undefined ? undefined : join(stores, name);
};

const donePieces = (partial: string): number =>
  readFileSync(storePaths(partial).pieces).filter((mark) => mark === 1).length;

test("a store holds every image, is found again, and is listed and pruned", data, async () => {
  const steps: number[] = [];
  const store = await openImageStore(examples, storeReader, (done, total) => {
    steps.push(done);
    assert.equal(total, images);
  });
  assert.equal(store.reused, false);
  assert.equal(steps.at(-1), images);
  await checkContent(store);
  const again = await openImageStore(examples, storeReader, () => assert.fail("nothing is to be read"));
  assert.deepEqual(again, { ...store, reused: true });
  assert.deepEqual(
    (await listImageStores()).map(({ key, examples: count, bytes }) => ({ key, count, bytes })),
    [{ key: store.key, count: images, bytes: images * imageBytes }],
  );
  assert.deepEqual(await pruneImageStores({ olderThanDays: 1 }), []);
  assert.equal((await pruneImageStores({ olderThanDays: 0 })).length, 1);
  assert.equal(existsSync(store.folder!), false);
});

test("mapper, shape and criteria of the same events do not matter to the store; channels do", data, async () => {
  const store = await openImageStore(examples, storeReader);
  const other = { ...storeReader, mapper: "AxialMapper", imageShape: 48, sortByIntensity: true };
  assert.equal((await openImageStore(examples, other)).reused, true);
  const channels = await openImageStore(examples, { ...storeReader, channels: ["log_image"] });
  assert.equal(channels.reused, false);
  assert.notEqual(channels.key, store.key);
});

async function rowsPerBlock(): Promise<number> {
  const file = await openEventFile(dl1);
  const block = readImageBlocks(file, 1, storeReader.channels).next().value;
  file.close();
  return block!.rows;
}

test("a build that was killed goes on where it stopped", data, async () => {
  const killed = await buildElsewhere((child) => {
    const partial = partialFolder();
    if (partial && existsSync(storePaths(partial).pieces) && donePieces(partial) > 0) child.kill("SIGKILL");
  });
  const partial = partialFolder();
  if (killed !== null || partial === undefined) return; // it was too fast to be killed: nothing to go on with
  const marks = readFileSync(storePaths(partial).pieces);
  assert.ok(marks.length > 1 && marks.includes(1));
  // Images of a piece that is done are not read again: damage in them stays, and is found later. Piece p has block p.
  const row = marks.indexOf(1) * (await rowsPerBlock()) + 5;
  overwrite(storePaths(partial).pixels, row * imageBytes, 8);
  const store = await openImageStore(examples, storeReader);
  assert.deepEqual([...damagedImages(store.folder!, imageBytes)], [row]);
  await repairStore(store, examples, storeReader);
  await checkContent(store);
});

test("two jobs that build one store at once share the work and end with the same store", data, async () => {
  const [a, b] = await Promise.all([buildElsewhere(() => undefined), buildElsewhere(() => undefined)]);
  assert.ok(a && b);
  assert.equal(a.folder, b.folder);
  await checkContent(await openImageStore(examples, storeReader));
  assert.deepEqual(readdirSync(join(folder, "cache/images")), [a.key]);
});

test("a store that was cut, or whose checksums are damaged, is built again", data, async () => {
  const store = await openImageStore(examples, storeReader);
  const paths = storePaths(store.folder!);
  truncateSync(paths.pixels, 1000);
  assert.equal((await openImageStore(examples, storeReader)).reused, false);
  overwrite(paths.checksums, 40, 4);
  const rebuilt = await openImageStore(examples, storeReader);
  assert.equal(rebuilt.reused, false);
  rmSync(paths.card);
  assert.equal((await openImageStore(examples, storeReader)).reused, false);
  await checkContent(rebuilt);
});

function overwrite(path: string, position: number, bytes: number): void {
  const file = openSync(path, "r+");
  writeSync(file, new Uint8Array(bytes).fill(0xa5), 0, bytes, position);
  closeSync(file);
}

test("damaged images are found and read again from the files", data, async () => {
  const store = await openImageStore(examples, storeReader);
  const { pixels } = storePaths(store.folder!);
  overwrite(pixels, 17 * imageBytes + 100, 3);
  overwrite(pixels, 3000 * imageBytes - 10, 20);
  assert.deepEqual([...damagedImages(store.folder!, imageBytes)], [17, 2999, 3000]);
  assert.equal(await repairStore(store, examples, storeReader), 3);
  await checkContent(store);
});

const lst = "ctlearn/dl1/gamma_run1.dl1.h5";
test("images of one table stand together, and each is mended at its place", needsData(lst), async () => {
  const reader = { ...storeReader, mode: "stereo" as const };
  const events = await openExamples([join(sharedData, lst)], null, reader);
  const store = await openImageStore(events, reader);
  const order = storeOrder(events);
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    [...order.keys()],
  );
  const telescopes = Array.from(order, (image) => events.images.column("tel_id")[image]!);
  const changes = telescopes.filter((telescope, place) => telescope !== telescopes[place - 1]);
  assert.equal(changes.length, new Set(telescopes).size);
  assert.ok(changes.length > 1);
  const bytes = store.pixels * store.channels * 4;
  const path = storePaths(store.folder!).pixels;
  const places = [3, changes.length + 40, order.length - 1];
  for (const place of places) overwrite(path, place * bytes + 8, 16);
  assert.equal(await repairStore(store, events, reader), places.length);
  const stored = readFileSync(path);
  const placeOf = new Map(Array.from(order, (image, place) => [image, place]));
  for await (const { row, pixels } of readExampleImages(events, reader.channels)) {
    const at = placeOf.get(row)! * bytes;
    const wanted = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    assert.ok(stored.subarray(at, at + bytes).equals(wanted), `image ${row}`);
  }
});

test("a file that was changed after the build is not served from the old store", data, async () => {
  const changing = join(folder, "changing.dl1.h5");
  copyFileSync(join(sharedData, official), changing);
  const table = await openExamples([changing], null, storeReader);
  const store = await openImageStore(table, storeReader);
  utimesSync(changing, new Date(), new Date(Date.now() + 5000));
  const again = await openImageStore(table, storeReader);
  assert.equal(again.reused, false);
  assert.notEqual(again.key, store.key);
  await assert.rejects(
    openImageStore(table, storeReader, () => utimesSync(changing, new Date(), new Date(Date.now() + 90_000)))
      .then(() => rm(join(folder, "cache"), { recursive: true, force: true }))
      .then(() =>
        openImageStore(table, storeReader, () => utimesSync(changing, new Date(), new Date(Date.now() + 50_000))),
      ),
    /changed while its images were read/,
  );
});

test("without room the store is left out, and the reason and a remedy are told", data, async () => {
  process.env.CHERENKIT_CACHE_LIMIT_GB = "0.01";
  try {
    const store = await openImageStore(examples, storeReader);
    assert.equal(store.folder, null);
    assert.match(store.problem!, /needs 0\.044 GB.*CHERENKIT_CACHE_LIMIT_GB is 0\.01.*cherenkit cache prune/);
    assert.deepEqual(await listImageStores(), []);
    process.env.CHERENKIT_CACHE_LIMIT_GB = "much";
    await assert.rejects(openImageStore(examples, storeReader), /not a number of gigabytes/);
  } finally {
    delete process.env.CHERENKIT_CACHE_LIMIT_GB;
  }
});

test("a disk that becomes full in the middle is told, and batches come from the files", data, async (context) => {
  const disk = join(folder, "small-disk");
  mkdirSync(disk);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=50m", "tmpfs", disk], { stdio: "ignore" });
  if (mounted.status !== 0) return context.skip("a small file system cannot be mounted here");
  const place = process.env.CHERENKIT_CACHE;
  process.env.CHERENKIT_CACHE = join(disk, "cache");
  try {
    let filled = false;
    const store = await openImageStore(examples, storeReader, () => {
      if (!filled) writeFileSync(join(disk, "other.dat"), Buffer.alloc(30_000_000));
      filled = true;
    });
    assert.equal(store.folder, null);
    assert.match(store.problem!, /could not be finished: cannot write .*: the disk is full; every epoch reads the DL1/);
    assert.deepEqual(readdirSync(join(disk, "cache/images")), []);
    const batches = await openBatches(
      examples,
      store,
      { ...readerConfig(), channels: storeReader.channels },
      {
        tasks: [],
        batchSize: 8,
        workers: 1,
      },
    );
    let seen = 0;
    for await (const batch of batches.epoch(
      Uint32Array.from({ length: 20 }, (_, row) => row),
      8,
      { keepLast: true },
    )) {
      seen += batch.size;
      assert.ok(batch.images.some((value) => value > 5));
      batch.release();
    }
    assert.equal(seen, 20);
    await batches.close();
  } finally {
    process.env.CHERENKIT_CACHE = place;
    spawnSync("umount", [disk], { stdio: "ignore" });
  }
});

test(
  "a cache that cannot be written, and a file without images, are told clearly, and nothing is left",
  data,
  async () => {
    const place = process.env.CHERENKIT_CACHE;
    process.env.CHERENKIT_CACHE = dl1;
    await assert.rejects(openImageStore(examples, storeReader), /OutputError|cannot write/);
    process.env.CHERENKIT_CACHE = place;
    const cut = join(folder, "cut.dl1.h5");
    copyFileSync(dl1, cut);
    const table = await openExamples([cut], null, storeReader);
    truncateSync(cut, 30_000_000);
    await assert.rejects(openImageStore(table, storeReader), /cut\.dl1\.h5/);
    assert.deepEqual(readdirSync(join(folder, "cache/images")), []);
  },
);
