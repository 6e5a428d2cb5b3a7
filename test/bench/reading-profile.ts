// Where the time of reading images goes, on one thread: node dist/test/bench/reading-profile.js [IMAGES]
// Each step is done by itself over the same DigiCam images; rates are per second of processor time.
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildMapper } from "../../lib/camera/build-mapper.js";
import {
  compileMappingKernel,
  MappingKernel,
  sharedKernelMemory,
  workspaceBytes,
} from "../../lib/camera/mapping-kernel.js";
import { DataTable } from "../../lib/display/data-table.js";
import { openEventFile } from "../../lib/events/event-file.js";
import { openImageStore } from "../../lib/events/image-store.js";
import { imageChecksum, readChecksums, storePaths } from "../../lib/events/image-store-files.js";
import { StoreReader } from "../../lib/events/image-store-reader.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { readVectorBlocks } from "../../lib/events/read-images.js";
import { storeReader } from "../events/store-reader.js";
import { sharedData } from "../shared-data.js";
import { benchFolder } from "./bench.js";
import { writeLargeDL1 } from "./large-dl1.js";

const wanted = Number(process.argv[2] ?? 10_000);
const folder = benchFolder();
const dl1 = join(folder, "large.dl1.h5");
process.env.CHERENKIT_CACHE = join(folder, "cache");
await writeLargeDL1(join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5"), dl1, wanted);
const examples = await openExamples([dl1], null, storeReader);
const store = await openImageStore(examples, storeReader);
const images = examples.rows;
const file = await openEventFile(dl1);
const [telescope] = examples.telescopes;
const table = file.hdf5.table(`/dl1/event/telescope/images/tel_${String(telescope!.id).padStart(3, "0")}`);
const rows: (string | number)[][] = [];

/** Does a step and notes its rate; `bytes` it moves. */
function step(name: string, bytes: number, action: () => void): void {
  const began = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(began);
  const seconds = (user + system) / 1e6;
  rows.push([name, Math.round(images / seconds), Math.round(bytes / seconds / 1e6)]);
}

function readWhole(path: string): void {
  const buffer = Buffer.alloc(4 * 1024 * 1024);
  const fd = openSync(path, "r");
  while (readSync(fd, buffer) > 0);
  closeSync(fd);
}

const vectorBytes = 4 * store.pixels * store.channels;
const rawBytes = images * table.rowBytes;
step("DL1 file, bytes alone", statSync(dl1).size, () => readWhole(dl1));
step("HDF5: blocks, checksum and zstd", rawBytes, () => table.readRaw(() => undefined));
const vector = new Float32Array(store.pixels * store.channels);
step("HDF5 and channels as pixel vectors", rawBytes, () => {
  for (const block of readVectorBlocks(file, telescope!.id, storeReader.channels)) {
    for (let row = 0; row < block.rows; row++) block.write(row, vector, 0);
  }
});
step("checksum of a pixel vector", images * vectorBytes, () => {
  const bytes = new Uint8Array(vector.buffer);
  for (let i = 0; i < images; i++) imageChecksum(bytes);
});
const { pixels, checksums } = storePaths(store.folder!);
step("image store, bytes alone", images * vectorBytes, () => readWhole(pixels));
const verified = new Uint8Array(images);
const reader = new StoreReader(pixels, vectorBytes, readChecksums(checksums), verified);
const order = Uint32Array.from({ length: images }, (_, i) => (i * 7919) % images);
const out = new Uint8Array(vectorBytes);
const readAll = (): void => {
  for (const row of order) reader.read([row], out);
};
step("image store, single images in any order, checked", images * vectorBytes, readAll);
step("the same, checked before", images * vectorBytes, readAll);
const mapper = buildMapper(storeReader.mapper, examples.cameras[0]!, null);
const imageBytes = 4 * mapper.height * mapper.width * store.channels;
const workspace = Math.ceil(workspaceBytes(mapper, store.channels) / 64) * 64;
const memory = sharedKernelMemory(workspace + 8 * (vectorBytes + imageBytes) + 1024);
const kernel = new MappingKernel(await compileMappingKernel(), memory, 0, mapper, store.channels, 4 * store.channels);
const vectors = Array.from({ length: 8 }, (_, i) => workspace + i * vectorBytes);
const targets = Array.from(
  { length: 8 },
  (_, i) => Math.ceil((workspace + 8 * vectorBytes) / 64) * 64 + i * imageBytes,
);
step("mapping to images", images * imageBytes, () => {
  for (let i = 0; i < images; i += 8) kernel.map(vectors, targets);
});
file.close();
reader.close();
console.log(new DataTable(["step", "images/s", "MB/s"], rows).toText());
