import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { buildMapper } from "../../lib/camera/build-mapper.js";
import { mapImage } from "../../lib/camera/map-image.js";
import { imagesCommand } from "../../lib/cli/images.js";
import { type Channel, collapseChannels, expandChannels } from "../../lib/config/channel.js";
import { InputError } from "../../lib/errors.js";
import { writeChannels } from "../../lib/events/channels.js";
import { openImageStore } from "../../lib/events/image-store.js";
import { openBatches } from "../../lib/events/open-batches.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { readExampleImages } from "../../lib/events/read-example-images.js";
import { selectGain, sequenceBegin } from "../../lib/events/waveforms.js";
import { numbers } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { openEvents } from "../../lib/reports/event-browser.js";
import { needsData, sharedData } from "../shared-data.js";
import { type AlteredTable, alterFile } from "./altered-file.js";
import { readerConfig } from "./reader-config.js";

const official = "dl1/v6.0.0/gamma_sst1m_digicam.r0_r1_dl1.h5";
const data = needsData(official);
const source = join(sharedData, official);
const [pixels, samples, events] = [1296, 50, 9];
const r1 = "/r1/event/telescope/tel_001";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-waveforms-"));
const cacheBefore = process.env.CHERENKIT_CACHE;
process.env.CHERENKIT_CACHE = join(folder, "cache");
after(() => {
  if (cacheBefore === undefined) delete process.env.CHERENKIT_CACHE;
  else process.env.CHERENKIT_CACHE = cacheBefore;
  rmSync(folder, { recursive: true });
});

test("of two gains a pixel takes the one that the file says, and a raw one the low gain where the high is saturated", () => {
  const two = Float32Array.of(1, 2, 3, 4, /* low */ 10, 20, 30, 40);
  assert.deepEqual([...selectGain(two, 2, 2, [0, 1]).values], [1, 2, 30, 40]);
  const raw = Float32Array.of(100, 4001, 300, 4000, /* low */ 10, 400, 30, 40);
  assert.deepEqual([...selectGain(raw, 2, 2, null).values], [10, 400, 300, 4000]);
  assert.equal(selectGain(two, 1, 4, null).values, two);
});

test("a sequence lies around its place as in dl1-data-handler, and keeps its length at the edges of the readout", () => {
  // (length, readout, place) → first sample, by hand from dl1-data-handler's int(1 + place - length / 2).
  assert.equal(sequenceBegin(20, 50, 24), 15);
  assert.equal(sequenceBegin(5, 50, 24), 22);
  assert.equal(sequenceBegin(20, 50, 3), 0);
  assert.equal(sequenceBegin(20, 50, 48), 30);
  assert.equal(sequenceBegin(50, 50, 24), 0);
});

test("samples become channels around the brightest sample of the kept pixels; what is not finite is 0", () => {
  const values = Float32Array.of(0, 1, 9, 0, 0, /* pixel 1 */ 7, Number.NaN, 1, 0, 30);
  const image = { image: Float32Array.of(5, 6), mask: Uint8Array.of(1, 0), traces: () => ({ values, samples: 5 }) };
  const sequence = { length: 3, position: "maximum" } as const;
  const channels = expandChannels(["waveform", "image", "cleaned_waveform"], sequence);
  const out = new Float32Array(2 * channels.length);
  writeChannels(channels, image, out, 0);
  // All pixels are brightest in the last sample, the surviving one in the third.
  assert.deepEqual([...out], [9, 0, 0, 5, 1, 9, 0, 1, 0, 30, 6, 0, 0, 0]);
  const picked: Channel[] = ["waveform[3/3 maximum]", "waveform[1/3 maximum]"];
  const two = new Float32Array(4);
  writeChannels(picked, image, two, 0);
  assert.deepEqual([...two], [0, 9, 30, 1]);
  assert.deepEqual(collapseChannels(channels), { names: ["waveform", "image", "cleaned_waveform"], sequence });
});

async function imagesOf(path: string, channels: readonly Channel[]): Promise<Map<number, Float32Array>> {
  const examples = await openExamples([path], null, readerConfig({ channels }));
  const found = new Map<number, Float32Array>();
  const ids = examples.column("event_id");
  for await (const { row, pixels: values } of readExampleImages(examples, channels))
    found.set(ids[row]!, values.slice());
  return found;
}

/** The waveforms of a level as the file has them, by event. */
async function stored(level: string): Promise<Map<number, Float32Array>> {
  const file = await Hdf5File.open(source);
  const { columns } = file.table(`/${level}/event/telescope/tel_001`).read({ columns: ["event_id", "waveform"] });
  file.close();
  const [ids, values] = ["event_id", "waveform"].map((name) => numbers(columns.get(name)!));
  const size = pixels * samples;
  return new Map(Array.from(ids!, (id, i) => [id, Float32Array.from(values!.subarray(i * size, (i + 1) * size))]));
}

test("R1 and R0 waveforms of a ctapipe file come as channels beside its images", data, async () => {
  const channels = expandChannels(["image", "waveform", "r0_waveform"], { length: samples, position: "center" });
  const images = await imagesOf(source, channels);
  const [calibrated, raw] = [await stored("r1"), await stored("r0")];
  assert.equal(images.size, events);
  for (const [event, values] of images) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const row = values.subarray(pixel * channels.length, (pixel + 1) * channels.length);
      const [from, to] = [pixel * samples, (pixel + 1) * samples];
      assert.deepEqual(row.subarray(1, 51), calibrated.get(event)!.subarray(from, to));
      assert.deepEqual(row.subarray(51), raw.get(event)!.subarray(from, to));
    }
  }
});

/** Puts the rows of a table into the order of `rows`. */
function reorder(table: AlteredTable, rows: readonly number[], count: number): void {
  for (const [name, values] of Object.entries(table.data)) {
    const size = values.length / count;
    if (Array.isArray(values)) table.data[name] = rows.map((row) => values[row]!);
    else {
      const moved = values.slice(0, rows.length * size);
      for (const [i, row] of rows.entries()) moved.set(values.slice(row * size, (row + 1) * size) as never, i * size);
      table.data[name] = moved;
    }
  }
}

const waveforms = expandChannels(["waveform"], { length: 20, position: "maximum" });

test(
  "waveforms belong to their images by event, whatever the order of the tables; a missing one is told",
  data,
  async () => {
    const reordered = await alterFile(source, join(folder, "reordered.h5"), {
      table: (path, table) => {
        if (path === r1) reorder(table, [3, 1, 2, 0, 8, 7, 6, 5, 4], events);
      },
    });
    const channels = [...waveforms, "image" as const];
    assert.deepEqual(await imagesOf(reordered, channels), await imagesOf(source, channels));
    const lacking = await alterFile(source, join(folder, "lacking.h5"), {
      table: (path, table) => {
        if (path === r1) reorder(table, [0, 1, 2, 3, 4, 5, 6, 7], events);
      },
    });
    await assert.rejects(imagesOf(lacking, waveforms), (error: InputError) => {
      assert.match(error.message, /lacks the waveforms of event \d+ of observation \d+/);
      return error instanceof InputError;
    });
  },
);

test("a file with waveforms and without images is read too", data, async () => {
  const bare = await alterFile(source, join(folder, "bare.h5"), {
    drop: (path) => ["/dl1/event/telescope/images", "/dl1/event/telescope/parameters"].includes(path),
  });
  assert.deepEqual(await imagesOf(bare, waveforms), await imagesOf(source, waveforms));
  const cleaned = expandChannels(["cleaned_waveform"], { length: 20, position: "center" });
  await assert.rejects(imagesOf(bare, cleaned), /lacks 9 of 9 images/);
});

test("waveforms of scaled integers are undone with the scale and offset of their column", data, async () => {
  const scaled = await alterFile(source, join(folder, "scaled.h5"), {
    table: (path, table) => {
      if (path !== r1) return;
      const at = table.columns.findIndex(({ name }) => name === "waveform");
      const column = table.columns[at]!;
      const metadata = {
        ...column.metadata,
        TRANSFORM: "fixed_point",
        TRANSFORM_SCALE: 1000,
        TRANSFORM_OFFSET: 7,
        TRANSFORM_DTYPE: "float32",
      };
      table.columns[at] = { ...column, type: "int32", metadata };
      table.data.waveform = Int32Array.from(
        table.data.waveform as Float32Array,
        (value) => Math.round(value * 1000) + 7,
      );
    },
  });
  const [ours, exact] = [await imagesOf(scaled, waveforms), await imagesOf(source, waveforms)];
  for (const [event, values] of ours) {
    for (const [i, value] of values.entries()) assert.ok(Math.abs(value - exact.get(event)![i]!) < 6e-4);
  }
});

test("too long a sequence, and a file without waveforms, are told with the remedy", data, async () => {
  const long = expandChannels(["waveform"], { length: 60, position: "center" });
  await assert.rejects(imagesOf(source, long), (error: InputError) => {
    assert.match(error.message, /has 50 samples a readout, 60 are wanted/);
    assert.match(error.remedy!, /sequence_length to 50/);
    return true;
  });
  const plain = join(sharedData, "dl1/v6.0.0/gamma_sst1m_digicam.dl1.h5");
  await assert.rejects(imagesOf(plain, waveforms), /has no R1 waveforms of telescope 1/);
});

test("images writes the whole readout where no number of samples is asked for", data, async () => {
  const output = join(folder, "whole.h5");
  const words = [
    source,
    "--channels",
    "waveform,image",
    "--mapper",
    "AxialMapper",
    "--no-cuts",
    "--output",
    output,
    "--json",
  ];
  const said = console.log;
  console.log = () => undefined;
  try {
    await imagesCommand().exitOverride().parseAsync(words, { from: "user" });
  } finally {
    console.log = said;
  }
  const file = await Hdf5File.open(output);
  assert.deepEqual(file.array("features").shape, [events, 48, 48, samples + 1]);
  file.close();
  const plain = join(sharedData, "dl1/v6.0.0/gamma_sst1m_digicam.dl1.h5");
  const without = [plain, "--channels", "waveform", "--output", output];
  await assert.rejects(imagesCommand().exitOverride().parseAsync(without, { from: "user" }), /has no R1 waveforms/);
});

test("batches of waveforms are the mapped samples, from the image store and from the files alike", data, async () => {
  const channels: Channel[] = ["image", ...waveforms];
  const reader = readerConfig({ channels, mapper: "ShiftingMapper" });
  const examples = await openExamples([source], null, reader);
  const mapper = buildMapper("ShiftingMapper", examples.cameras[0]!);
  const size = mapper.height * mapper.width * channels.length;
  const wanted = new Float32Array(events * size);
  for await (const { row, pixels: values } of readExampleImages(examples, channels)) {
    mapImage(mapper, values, 0, channels.length, wanted, row * size);
  }
  const store = await openImageStore(examples, reader);
  for (const from of [store, { ...store, folder: null }]) {
    const batches = await openBatches(examples, from, reader, { tasks: ["energy"], batchSize: events, workers: 1 });
    assert.deepEqual(batches.imageShape, [48, 48, 21]);
    for await (const batch of batches.epoch(
      Uint32Array.from({ length: events }, (_, i) => i),
      events,
    )) {
      assert.deepEqual(batch.images, wanted);
      batch.release();
    }
    await batches.close();
  }
});

test("the explore view shows the waveforms of the brightest pixels", data, async () => {
  const browser = await openEvents(source);
  const [first] = browser.brightest(1).ids;
  const figure = await browser.waveforms(first!.obsId, first!.eventId, 1);
  const raw = await browser.waveforms(first!.obsId, first!.eventId, 1, "r0");
  const trace = (await stored("r1")).get(first!.eventId)!;
  const peak = trace.reduce((best, value, i) => (value > trace[best]! ? i : best), 0);
  const { name, y } = figure.data[0] as { name: string; y: number[] };
  assert.equal(name, `pixel ${Math.floor(peak / samples)}`);
  assert.equal(y.length, samples);
  assert.ok(Math.abs(y[peak % samples]! / trace[peak]! - 1) < 1e-3);
  assert.match(String(raw), /R0 waveforms of gamma, .* event \d+ .*50 samples/);
});
