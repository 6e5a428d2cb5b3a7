import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { expandChannels } from "../../lib/config/channel.js";
import type { ReaderConfig } from "../../lib/config/config.js";
import { describeFile } from "../../lib/events/describe-file.js";
import { exampleLabels } from "../../lib/events/labels.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { readExampleImages } from "../../lib/events/read-example-images.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { RandomGenerator } from "../../lib/random/generator.js";
import { asObservation } from "../prediction/observation.js";
import { needsData, sharedData } from "../shared-data.js";
import { type Alterations, alterFile } from "./altered-file.js";
import { contentOf, type FileContent, outcomeOf } from "./file-outcome.js";
import { readerConfig } from "./reader-config.js";
import { storedChunks } from "./stored-chunks.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-bad-"));
after(() => rmSync(folder, { recursive: true }));

const good = join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5");
const data = needsData("dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5");
const reader = readerConfig({ channels: ["cleaned_image", "cleaned_relative_peak_time"] });

/** Right data, or one clear error that names the file; anything else fails. @returns the error's first line */
async function outcome(path: string, expected: FileContent, how: ReaderConfig = reader): Promise<string> {
  const found = await outcomeOf(path, how, expected);
  assert.ok(found.kind === "right" || found.kind === "told", JSON.stringify(found));
  return found.kind === "told" ? found.message : "right";
}

const lst = "ctlearn/dl1/gamma_run1.dl1.h5";
const withWaveforms = "dl1/v6.0.0/gamma_sst1m_digicam.r0_r1_dl1.h5";
const several = needsData(lst, withWaveforms, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5");

/** Files of all kinds with how they are read: images, events of several telescopes, observations, waveforms. */
async function filesOfAllKinds(): Promise<readonly (readonly [string, ReaderConfig])[]> {
  const observed = join(folder, "observation.h5");
  await asObservation(join(sharedData, lst), observed);
  const waveforms = expandChannels(["waveform", "r0_waveform"], { length: 20, position: "maximum" });
  return [
    [good, reader],
    [join(sharedData, lst), { ...reader, mode: "stereo", minTelescopes: 2 }],
    [observed, reader],
    [join(sharedData, withWaveforms), { ...reader, channels: waveforms }],
  ];
}

test("a file of any kind that is cut off at a hundred places is told as truncated", several, async () => {
  const path = join(folder, "cut.h5");
  for (const [source, how] of await filesOfAllKinds()) {
    const bytes = readFileSync(source);
    for (let i = 0; i < 100; i++) {
      writeFileSync(path, bytes.subarray(0, Math.floor((bytes.length * i) / 100)));
      const message = i === 0 ? /cut\.h5 is empty/ : /cut\.h5 is truncated/;
      await assert.rejects(openExamples([path], null, how), { name: "InputError", message });
      await assert.rejects(describeFile(path), { name: "InputError", message });
    }
  }
});

test("a byte changed in any block of a table is told, where the block is read", several, async () => {
  const path = join(folder, "byte.h5");
  const random = new RandomGenerator(5);
  // Those of ctapipe: the test's own observation has no checksums.
  for (const [source, how] of (await filesOfAllKinds()).filter(([name]) => !name.includes("observation"))) {
    const bytes = readFileSync(source);
    const expected = await contentOf(source, how);
    const chunks = storedChunks(bytes);
    let told = 0;
    for (const { at, bytes: length } of chunks) {
      const flipped = Buffer.from(bytes);
      flipped[at + random.integer(length)]! ^= 1 + random.integer(255);
      writeFileSync(path, flipped);
      const message = await outcome(path, expected, how);
      if (message === "right") continue; // of a table that is not read
      // What is not noticed by the decompressor is by the checksum of what it made.
      assert.match(message, /is damaged: a (stored checksum does not match the data|block cannot be decompressed)/);
      told++;
    }
    // Array, optics, camera, pointing, trigger, parameters and images at the least.
    assert.ok(told >= 7, `${told} of ${chunks.length} blocks of ${source}`);
  }
});

test("bits flipped anywhere give right data or one clear error", needsData(lst), async () => {
  const source = join(sharedData, lst);
  const bytes = readFileSync(source);
  const expected = await contentOf(source, reader);
  const path = join(folder, "flipped.h5");
  const random = new RandomGenerator(20);
  let damaged = 0;
  for (let i = 0; i < 40; i++) {
    const flipped = Buffer.from(bytes);
    flipped[Math.floor(random.uniform() * bytes.length)]! ^= 1 << Math.floor(8 * random.uniform());
    writeFileSync(path, flipped);
    if ((await outcome(path, expected)) !== "right") damaged++;
  }
  assert.ok(damaged >= 5, `only ${damaged} of 40 flips were noticed`);
});

test("a table that is said to have rows without number is told, not waited for", data, async () => {
  const bytes = readFileSync(good);
  const expected = await contentOf(good, reader);
  const path = join(folder, "endless.h5");
  // Dataspaces of one dimension that may grow (HDF5 file format specification, IV.A.2.b).
  const space = Buffer.from("0101010000000000", "hex");
  const endless = Buffer.alloc(8, 255);
  let told = 0;
  for (let at = bytes.indexOf(space); at >= 0; at = bytes.indexOf(space, at + 1)) {
    if (!bytes.subarray(at + 16, at + 24).equals(endless)) continue;
    for (const byte of [11, 13, 15]) {
      const damaged = Buffer.from(bytes);
      damaged[at + byte]! ^= 0x40;
      writeFileSync(path, damaged);
      const message = await outcome(path, expected);
      if (message === "right") continue; // of a table that is not read
      assert.match(message, /is damaged|more than fit into the file|cannot read/);
      told++;
    }
  }
  assert.ok(told >= 15, `only ${told} were noticed`);
});

test("a waveform column of another type, or none, is told", several, async () => {
  const source = join(sharedData, withWaveforms);
  const [, , , [, how]] = (await filesOfAllKinds()) as [unknown, unknown, unknown, [string, ReaderConfig]];
  const expected = await contentOf(source, how);
  const r1 = "/r1/event/telescope/tel_001";
  const changes: Record<string, Alterations["table"]> = {
    text: (path, altered) => {
      if (path !== r1) return;
      altered.columns = altered.columns.map((old) =>
        old.name === "waveform" ? { name: "waveform", type: { string: 4 } } : old,
      );
      altered.data.waveform = Array.from({ length: altered.data.event_id!.length }, () => "abc");
    },
    "one number": (path, altered) => {
      if (path !== r1) return;
      altered.columns = altered.columns.map((old) =>
        old.name === "waveform" ? { name: "waveform", type: "float32" } : old,
      );
      altered.data.waveform = new Float32Array(altered.data.event_id!.length);
    },
    missing: (path, altered) => {
      if (path === r1) altered.columns = altered.columns.filter(({ name }) => name !== "waveform");
    },
  };
  for (const [kind, change] of Object.entries(changes)) {
    const path = await alterFile(source, join(folder, "waveform.h5"), { table: change });
    assert.match(await outcome(path, expected, how), /waveform|samples|pixels/, kind);
  }
});

/** Every table that the examples of a simulation are made of. */
const needed = [
  "/configuration/instrument/subarray/layout",
  "/configuration/instrument/telescope/optics",
  "/configuration/instrument/telescope/camera/geometry_0",
  "/dl1/event/telescope/images/tel_001",
];

test("a file that lacks a table, or has an empty one, is told", data, async () => {
  const expected = await contentOf(good, reader);
  for (const table of needed) {
    const without = await alterFile(good, join(folder, "without.h5"), { drop: (path) => path === table });
    assert.match(await outcome(without, expected), /has no|describes no|lacks/, table);
    const empty = await alterFile(good, join(folder, "empty.h5"), {
      table: (path, altered) => {
        if (path !== table) return;
        for (const [name, values] of Object.entries(altered.data)) altered.data[name] = values.slice(0, 0);
      },
    });
    assert.notEqual(await outcome(empty, expected), "right", table);
  }
});

test("a cut on image parameters in a file without them names file and telescope", data, async () => {
  const table = "/dl1/event/telescope/parameters/tel_001";
  const path = await alterFile(good, join(folder, "images.h5"), { drop: (name) => name === table });
  const expression = "hillas_intensity > 50";
  const cut = readerConfig({ qualityCriteria: [{ name: "size", expression }] });
  await assert.rejects(openExamples([path], null, cut), {
    name: "InputError",
    message: /images\.h5 has no image parameters of telescope 1, but 'hillas_intensity > 50' needs hillas_intensity/,
  });
});

test("no trigger, no shower or no telescope table means no events", data, async () => {
  for (const table of ["/dl1/event/subarray/trigger", "/simulation/event/subarray/shower"]) {
    const empty = await alterFile(good, join(folder, "none.h5"), {
      table: (path, altered) => {
        if (path !== table) return;
        for (const [name, values] of Object.entries(altered.data)) altered.data[name] = values.slice(0, 0);
      },
    });
    const examples = await openExamples([empty], null, reader);
    assert.equal(examples.rows, 0);
    assert.equal(examples.summary().rows.length, 1);
    for await (const image of readExampleImages(examples, reader.channels)) assert.fail(`image ${image.row}`);
  }
  for (const gone of ["/dl1", "/dl1/event/telescope", "/dl1/event/subarray"]) {
    const path = await alterFile(good, join(folder, "none.h5"), { drop: (group) => group === gone });
    assert.equal((await openExamples([path], null, reader)).rows, 0, gone);
  }
});

test("columns that are missing or hold something else are told with table and file", data, async () => {
  const expected = await contentOf(good, reader);
  const columns: [string, string][] = [
    ["/configuration/instrument/subarray/layout", "tel_id"],
    ["/configuration/instrument/subarray/layout", "camera_index"],
    ["/configuration/instrument/telescope/camera/geometry_0", "pix_x"],
    ["/configuration/telescope/pointing/tel_001", "telescope_pointing_azimuth"],
    ["/configuration/simulation/run", "min_alt"],
    ["/dl1/event/subarray/trigger", "event_id"],
    ["/dl1/event/telescope/parameters/tel_001", "obs_id"],
    ["/dl1/event/telescope/images/tel_001", "image"],
    ["/dl1/event/telescope/images/tel_001", "peak_time"],
    ["/dl1/event/telescope/images/tel_001", "image_mask"],
    ["/simulation/event/subarray/shower", "event_id"],
  ];
  for (const [table, column] of columns) {
    const changes: Record<string, Alterations["table"]> = {
      missing: (path, altered) => {
        if (path === table) altered.columns = altered.columns.filter(({ name }) => name !== column);
      },
      text: (path, altered) => {
        if (path !== table) return;
        const schema = altered.columns.find(({ name }) => name === column)!;
        const rows = altered.data[column]!.length / (schema.itemShape?.[0] ?? 1);
        altered.columns = altered.columns.map((old) =>
          old.name === column ? { name: column, type: { string: 4 } } : old,
        );
        altered.data[column] = Array.from({ length: rows }, () => "abc");
      },
    };
    for (const [kind, change] of Object.entries(changes)) {
      const path = await alterFile(good, join(folder, "columns.h5"), { table: change });
      const told = await outcome(path, expected);
      assert.match(told, new RegExp(`${column}|numbers of pixels`), `${kind} ${table} ${column}: ${told}`);
    }
  }
});

test("values that are not finite never reach a batch: pixels become 0, labels are an error", data, async () => {
  const path = await alterFile(good, join(folder, "nan.h5"), {
    table: (name, { data: columns }) => {
      if (name === "/dl1/event/telescope/images/tel_001") {
        const [image, times] = [columns.image as Float32Array, columns.peak_time as Float32Array];
        image[5] = Number.NaN;
        image[6] = Number.POSITIVE_INFINITY;
        times.fill(Number.NaN, 0, 100);
        (columns.image_mask as Uint8Array).fill(0, 1296, 2 * 1296);
      }
      if (name === "/simulation/event/subarray/shower") (columns.true_energy as Float64Array)[2] = Number.NaN;
    },
  });
  const examples = await openExamples([path], null, reader);
  const channels = [
    "image",
    "log_image",
    "cleaned_image",
    "peak_time",
    "relative_peak_time",
    "cleaned_relative_peak_time",
  ] as const;
  for await (const { row, pixels } of readExampleImages(examples, channels)) {
    assert.ok(pixels.every(Number.isFinite));
    if (row === 0) assert.deepEqual([...pixels.subarray(5 * 6, 5 * 6 + 2)], [0, 0]);
    // The second image has no surviving pixel.
    if (row === 1) assert.ok(pixels.every((value, i) => i % 6 !== 5 || value === 0));
  }
  assert.throws(() => exampleLabels(examples, "energy"), /nan\.h5: event \d+ of observation 3 has no log_true_energy/);
});

test("big-endian numbers and files that are not HDF5 are refused, not misread", data, async () => {
  const page = join(folder, "page.h5");
  writeFileSync(page, "<html>not found</html>".repeat(100));
  await assert.rejects(openExamples([page], null, reader), /page\.h5 is not an HDF5 file/);
  const folderInstead = await openExamples([folder], null, reader).catch((error: Error) => error.message);
  assert.match(String(folderInstead), /is a folder/);
  const file = await Hdf5File.open(good);
  assert.ok(file.table("/dl1/event/telescope/images/tel_001").columns.length >= 6);
  file.close();
});
