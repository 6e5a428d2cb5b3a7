import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { createHdf5 } from "../../lib/hdf5/writer.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-hdf5-"));
after(() => rmSync(folder, { recursive: true }));

test("a written table comes back with its values, shapes, units and attributes", async () => {
  const path = join(folder, "round-trip.h5");
  const file = await createHdf5(path, { attributes: { version: "v7.1.0", count: 3 } });
  file.group("/a/b", { note: "é" });
  const table = file.table(
    "/a/b/events",
    [
      { name: "event_id", type: "int64" },
      { name: "energy", type: "float64", unit: "TeV", description: "Energy" },
      { name: "image", type: "float32", itemShape: [3], unit: "" },
      { name: "mask", type: "bool", itemShape: [2] },
      { name: "is_valid", type: "bool" },
      { name: "name", type: { string: 8 } },
      { name: "small", type: "uint16" },
    ],
    { chunkRows: 2, attributes: { EXTRA: 1.5 } },
  );
  const rows = {
    event_id: [1n, 2n, 9007199254740993n],
    energy: [0.5, Number.NaN, 3],
    image: new Float32Array([1, 2, 3, 4, 5, 6, 7, 8, 9]),
    mask: [1, 0, 0, 1, 1, 1],
    is_valid: [1, 0, 1],
    name: ["one", "zwölf", ""],
    small: [1, 65535, 0],
  };
  table.append({ ...rows, event_id: BigInt64Array.from(rows.event_id) });
  table.append({ ...rows, event_id: BigInt64Array.from(rows.event_id) });
  await file.close();

  const back = await Hdf5File.open(path);
  assert.equal(back.attributes("/").version, "v7.1.0");
  assert.equal(back.attributes("/a/b").note, "é");
  const reader = back.table("/a/b/events");
  assert.equal(reader.rows, 6);
  assert.equal(reader.attributes.EXTRA, 1.5);
  assert.equal(reader.attributes.NROWS, 6);
  const { columns } = reader.read();
  const values = (name: string): unknown[] => Array.from(columns.get(name)!.data as ArrayLike<unknown>);
  assert.deepEqual(values("event_id"), [...rows.event_id, ...rows.event_id]);
  assert.deepEqual(values("energy"), [...rows.energy, ...rows.energy]);
  assert.deepEqual(values("image"), [...rows.image, ...rows.image]);
  assert.deepEqual(values("mask"), [...rows.mask, ...rows.mask]);
  assert.deepEqual(values("name"), [...rows.name, ...rows.name]);
  assert.deepEqual(values("small"), [...rows.small, ...rows.small]);
  assert.equal(columns.get("is_valid")!.boolean, true);
  assert.equal(columns.get("energy")!.unit, "TeV");
  assert.deepEqual(columns.get("image")!.itemShape, [3]);
  back.close();
});

test("hundreds of members, thousands of chunks, compressed chunks and empty tables come back", async () => {
  const path = join(folder, "large.h5");
  const file = await createHdf5(path);
  for (let i = 0; i < 300; i++) {
    const name = `/many/tel_${String(i).padStart(3, "0")}`;
    file.table(name, [{ name: "x", type: "int32" }]).append({ x: [i] });
  }
  const rows = 10_000;
  const x = Float64Array.from({ length: rows }, (_, i) => i * 0.5);
  file.table("/chunks", [{ name: "x", type: "float64" }], { chunkRows: 2 }).append({ x });
  file.table("/packed", [{ name: "x", type: "float64" }], { chunkRows: 128, deflate: true }).append({ x });
  file.table("/empty", [{ name: "x", type: "float64" }]);
  const array = file.array("/features", "float32", [2, 3]);
  array.append(new Float32Array(12).fill(1));
  array.append(new Float32Array(6).fill(2));
  await file.close();

  const back = await Hdf5File.open(path);
  assert.equal(back.children("/many").length, 300);
  assert.deepEqual([...(back.table("/many/tel_217").read().columns.get("x")!.data as Int32Array)], [217]);
  for (const name of ["/chunks", "/packed"]) {
    assert.deepEqual(back.table(name).read().columns.get("x")!.data, x);
    const part = back.table(name).read({ start: 777, count: 1000 }).columns.get("x")!.data;
    assert.deepEqual(part, x.slice(777, 1777));
  }
  assert.equal(back.table("/empty").rows, 0);
  assert.deepEqual(back.array("/features").shape, [3, 2, 3]);
  back.close();
});

test("an abandoned or failed file leaves nothing behind", async () => {
  const path = join(folder, "abandoned.h5");
  const file = await createHdf5(path);
  const table = file.table("/t", [{ name: "x", type: "float64" }]);
  assert.throws(() => table.append({ y: [1] }), /column x of \/t is missing/);
  assert.throws(() => file.table("/t", [{ name: "x", type: "float64" }]), /is there already/);
  file.abort();
  assert.equal(existsSync(path), false);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes("abandoned")),
    [],
  );
  writeFileSync(join(folder, "file"), "");
  await assert.rejects(createHdf5(join(folder, "file/x.h5")), { name: "OutputError" });
});

test("a full disk is told with the file, and nothing stays under the final name", (t) => {
  const mount = join(folder, "tiny");
  try {
    execFileSync("mkdir", ["-p", mount]);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", mount], { stdio: "ignore" });
  } catch {
    t.skip("a small file system cannot be mounted here");
    return;
  }
  return createHdf5(join(mount, "big.h5"))
    .then((file) => {
      const table = file.table("/t", [{ name: "x", type: "float64", itemShape: [1000] }]);
      assert.throws(
        () => {
          for (let i = 0; i < 100; i++) table.append({ x: new Float64Array(1000) });
        },
        { name: "OutputError", message: /big\.h5.*space/s },
      );
      assert.deepEqual(readdirSync(mount), []);
    })
    .finally(() => execFileSync("umount", [mount]));
});
