import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import wabt from "wabt";
import { datatypeClass, readAttribute } from "../../lib/hdf5/attributes.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { type Hdf5Library, hdf5Library } from "../../lib/hdf5/library.js";
import { readBlocks } from "../../lib/hdf5/read-block.js";
import { shapeOf } from "../../lib/hdf5/record-member.js";
import { chunkKernelBytes } from "../../lib/hdf5/stored/chunk-kernel.js";
import { chunkKernelWat } from "../../lib/hdf5/stored/chunk-kernel-wat.js";
import { DamagedBlockError } from "../../lib/hdf5/stored/file-bytes.js";
import { StoredFile } from "../../lib/hdf5/stored/stored-file.js";
import type { StoredTable } from "../../lib/hdf5/stored/stored-table.js";
import { TableReader } from "../../lib/hdf5/table-reader.js";
import { createHdf5 } from "../../lib/hdf5/writer.js";
import { RandomGenerator } from "../../lib/random/generator.js";
import { storedChunks } from "../events/stored-chunks.js";
import { needsData, sharedData } from "../shared-data.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-stored-"));
after(() => rmSync(folder, { recursive: true }));

test("the assembled loops are those of the text", async () => {
  const text = (await wabt()).parseWat("chunk-kernel.wat", chunkKernelWat, { simd: true, bulk_memory: true });
  const bytes = Buffer.from(text.toBinary({}).buffer);
  assert.equal(Buffer.from(chunkKernelBytes()).toString("base64"), bytes.toString("base64"), "assemble it anew");
});

/** Paths of the tables of a file, and the bytes that HDF5 reads of each. */
function tablesOf(library: Hdf5Library, file: bigint, path = ""): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const name of library.get_names(file, path || "/", false)) {
    const child = `${path}/${name}`;
    if (library.get_type(file, child) === library.H5G_GROUP) {
      for (const [inner, bytes] of tablesOf(library, file, child)) found.set(inner, bytes);
      continue;
    }
    const { shape, size, chunks } = library.get_dataset_metadata(file, child);
    if (shape?.length !== 1 || !chunks || shape[0] === 0) continue;
    const bytes = Buffer.alloc(shape[0]! * size);
    const selection = { recordBytes: size, start: 0, count: shape[0]!, chunkRecords: chunks[0]! };
    readBlocks(library, file, child, selection, (block, first) => bytes.set(block, first * size));
    found.set(child, bytes);
  }
  return found;
}

function tableAt(file: StoredFile, path: string): StoredTable | null {
  const found = file.find(path);
  return found?.kind === "table" ? found.rows : null;
}

/** All rows that are read past the library. */
function storedBytes(file: StoredFile, path: string, rows: number, rowBytes: number): Buffer | null {
  const bytes = Buffer.alloc(rows * rowBytes);
  const table = tableAt(file, path);
  if (!table) return null;
  try {
    const given = table.read(0, rows, (block, first) => bytes.set(block, first * rowBytes));
    return bytes.subarray(0, given * rowBytes);
  } catch (error) {
    assert.ok(error instanceof DamagedBlockError, String(error));
    return null;
  }
}

const versions = ["dl1/v6.0.0", "dl1/v7.1.0", "dl1/v7.6.0", "ctlearn/dl1", "dl2"];

test("rows of all tables of real files are byte for byte those that HDF5 reads", needsData(...versions), async () => {
  const library = await hdf5Library();
  let count = 0;
  for (const version of versions) {
    for (const name of readdirSync(join(sharedData, version)).filter((one) => one.endsWith(".h5"))) {
      const path = join(sharedData, version, name);
      const file = library.open(path, library.H5F_ACC_RDONLY, false, -1, -1);
      const tables = StoredFile.open(path);
      for (const [table, expected] of tablesOf(library, file)) {
        const { shape, size } = library.get_dataset_metadata(file, table);
        const bytes = storedBytes(tables, table, shape![0]!, size);
        assert.ok(bytes, `${name}:${table} is left to HDF5`);
        assert.ok(bytes.equals(expected), `${name}:${table} is read otherwise`);
        count++;
      }
      tables.close();
      library.close_file(file);
    }
  }
  assert.ok(count > 500, `${count} tables`);
});

/** What the library says of attributes, columns and names below a group. */
function described(library: Hdf5Library, id: bigint, path: string): Record<string, unknown> {
  const group = library.get_type(id, path) === library.H5G_GROUP;
  const metadata = group ? null : library.get_dataset_metadata(id, path);
  const names = library.get_attribute_names(id, path);
  return {
    children: group ? library.get_names(id, path, false).sort() : [],
    attributes: Object.fromEntries(names.map((name) => [name, readAttribute(id, path, name)])),
    ...(metadata?.type === datatypeClass.compound ? { shape: shapeOf(metadata) } : {}),
  };
}

test("groups, columns and attributes of real files are those that HDF5 tells of", needsData(...versions), async () => {
  const library = await hdf5Library();
  let [objects, attributes] = [0, 0];
  for (const version of versions) {
    // The library takes its time over attributes: two files of each version are enough.
    const names = readdirSync(join(sharedData, version)).filter((one) => one.endsWith(".h5"));
    for (const name of names.sort().slice(0, 2)) {
      const path = join(sharedData, version, name);
      const id = library.open(path, library.H5F_ACC_RDONLY, false, -1, -1);
      const file = StoredFile.open(path);
      const compare = (place: string): void => {
        const expected = described(library, id, place);
        const found = file.find(place);
        assert.ok(found, `${name}:${place} is left to HDF5`);
        const stored = file.attributes(place)!;
        const own = {
          children: found.kind === "group" ? file.children(place)!.sort() : [],
          attributes: Object.fromEntries([...stored].map(([key, attribute]) => [key, attribute.read()])),
          ...(found.kind === "table" ? { shape: found.shape } : {}),
        };
        assert.deepEqual(own, expected, `${name}:${place}`);
        objects++;
        attributes += stored.size;
        for (const child of own.children) compare(`${place === "/" ? "" : place}/${child}`);
      };
      compare("/");
      file.close();
      library.close_file(id);
    }
  }
  assert.ok(objects > 200 && attributes > 8_000, `${objects} objects, ${attributes} attributes`);
});

test("any rows of a table of many chunks are read, whatever its filters and wherever they begin", async () => {
  const rows = 50_000;
  const path = join(folder, "many.h5");
  const writer = await createHdf5(path);
  const values = Float64Array.from({ length: rows }, (_, i) => Math.sin(i));
  const ids = Int32Array.from({ length: rows }, (_, i) => i);
  const columns = [
    { name: "id", type: "int32" },
    { name: "value", type: "float64" },
    { name: "flag", type: "bool" },
  ] as const;
  const flags = Uint8Array.from(ids, (i) => i % 2);
  for (const deflate of [false, true]) {
    writer.table(`/deflate_${deflate}`, columns, { deflate }).append({ id: ids, value: values, flag: flags });
  }
  await writer.close();
  const tables = StoredFile.open(path);
  const random = new RandomGenerator(3);
  for (const deflate of [false, true]) {
    const table = tableAt(tables, `/deflate_${deflate}`)!;
    for (let i = 0; i < 50; i++) {
      const start = random.integer(rows);
      const count = random.integer(rows - start + 1);
      let next = 0;
      const given = table.read(start, count, (block, first, length) => {
        assert.equal(first, next);
        const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
        for (let k = 0; k < length; k++) {
          assert.equal(view.getInt32(13 * k, true), start + first + k);
          assert.equal(view.getFloat64(13 * k + 4, true), values[start + first + k]);
        }
        next += length;
      });
      assert.equal(given, count);
      assert.equal(next, count);
    }
  }
  assert.equal(tables.find("/absent")?.kind, "absent");
  tables.close();
});

test("columns come side by side, what is not finite as 0, past the library as through it", async () => {
  const rows = 3000;
  const random = new RandomGenerator(5);
  const path = join(folder, "side.h5");
  const writer = await createHdf5(path);
  const strange = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e-45, -3.4e38];
  const values = (length: number): Float32Array =>
    Float32Array.from({ length }, () => (random.integer(5) === 0 ? strange[random.integer(6)]! : random.normal()));
  const lengths = [1, 3, 4, 17];
  const written = lengths.map((length) => {
    const [image, time] = [values(rows * length), values(rows * length)];
    const id = Int32Array.from({ length: rows }, (_, i) => 7 * i);
    const columns = [
      { name: "flag", type: "bool" },
      { name: "image", type: "float32", itemShape: [length] },
      { name: "id", type: "int32" },
      { name: "time", type: "float32", itemShape: [length] },
    ] as const;
    const table = writer.table(`/items_${length}`, columns, { deflate: length > 3, chunkRows: 100 });
    table.append({ flag: new Uint8Array(rows), image, id, time });
    return { image, time };
  });
  await writer.close();
  const library = await hdf5Library();
  const file = await Hdf5File.open(path);
  const id = library.open(path, library.H5F_ACC_RDONLY, false, -1, -1);
  for (const [i, length] of lengths.entries()) {
    const name = `/items_${length}`;
    const shape = shapeOf(library.get_dataset_metadata(id, name));
    const attributes = { names: [], read: (): undefined => undefined };
    const byLibrary = new TableReader(library, id, path, name, { shape, rows: null }, () => attributes);
    for (const [start, count] of [
      [0, rows],
      [130, 45],
      [2950, 500],
    ] as const) {
      const wanted = Math.min(count, rows - start);
      for (const reader of [file.table(name), byLibrary]) {
        const { table, floats } = reader.readSideBySide(["time", "image"], { columns: ["id"], start, count });
        assert.equal(floats.length, 2 * wanted * length);
        assert.equal(table.rows, wanted);
        for (let row = 0; row < wanted; row++) assert.equal(table.columns.get("id")!.data[row], 7 * (start + row));
        for (let k = 0; k < wanted * length; k++) {
          const [time, image] = [written[i]!.time, written[i]!.image].map((column) => column[start * length + k]!);
          assert.equal(floats[2 * k], Number.isFinite(time) ? time : 0);
          assert.equal(floats[2 * k + 1], Number.isFinite(image) ? image : 0);
        }
      }
    }
  }
  library.close_file(id);
  file.close();
});

test(
  "damaged chunks and indices are told, or left to HDF5: no byte is given that is not the stored one",
  needsData("dl1/v7.1.0"),
  () => {
    const source = readFileSync(join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5"));
    const path = join(folder, "damaged.h5");
    const names = [
      "/dl1/event/telescope/images/tel_001",
      "/dl1/event/telescope/parameters/tel_001",
      "/dl1/event/subarray/trigger",
    ];
    writeFileSync(path, source);
    const whole = StoredFile.open(path);
    const sizes = [11_692, 310, 58];
    const expected = names.map((name, i) => storedBytes(whole, name, 9, sizes[i]!)!);
    whole.close();
    assert.ok(expected.every((bytes, i) => bytes.length === 9 * sizes[i]!));
    const random = new RandomGenerator(11);
    const chunks = storedChunks(source);
    let left = 0;
    for (let round = 0; round < 600; round++) {
      const bytes = Buffer.from(source);
      const { at, bytes: length } = chunks[random.integer(chunks.length)]!;
      const place = round % 2 === 0 ? at + random.integer(length) : random.integer(bytes.length);
      bytes[place]! ^= 1 + random.integer(255);
      writeFileSync(path, bytes);
      const tables = StoredFile.open(path);
      for (const [i, name] of names.entries()) {
        const read = storedBytes(tables, name, 9, sizes[i]!);
        if (read === null || read.length === 0) left++;
        else assert.ok(read.equals(expected[i]!), `byte ${place}: ${name}`);
      }
      tables.close();
    }
    assert.ok(left > 50, `${left} tables were not read`);
  },
);
