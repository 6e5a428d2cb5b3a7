import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { degPerRad } from "../../lib/coordinates/angle.js";
import { openEventFile } from "../../lib/events/event-file.js";
import { telescopePointing } from "../../lib/events/pointing.js";
import { readImageRows } from "../../lib/events/read-images.js";
import { numbers } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { LatencyHistogram } from "../../lib/prediction/live/latency-histogram.js";
import { predictFiles } from "../../lib/prediction/predict-files.js";
import { cherenkit, temporaryFolder } from "../e2e/command.js";
import { needsData, sharedData } from "../shared-data.js";
import { appendRows } from "./append-rows.js";
import { type ReaderChanges, toyModel } from "./toy-model.js";

const folder = temporaryFolder();
const digicam = "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5";
const file = join(sharedData, digicam);
const data = needsData(digicam);
const program = fileURLToPath(new URL("../../../lib/cli/cherenkit.mjs", import.meta.url));
const images = "/dl1/event/telescope/images/tel_001";
const parameters = "/dl1/event/telescope/parameters/tel_001";

type Line = Readonly<Record<string, number | null>>;
let models: string[];
/** What prediction of the whole file gives, by event. */
const expected = new Map<number, { readonly energy: number; readonly alt: number; readonly gammaness: number }>();

before(async () => {
  if (data.skip) return;
  const toy = {
    side: 48,
    camera: { name: "DigiCam", pixels: 1296 },
    telescopes: [{ id: 1, type: "SST_1M_DigiCam" }],
  };
  const reader: ReaderChanges = { focalLength: "equivalent", imageShape: 48, channels: ["image", "peak_time"] };
  models = [];
  for (const task of ["energy", "cameradirection", "type"] as const) {
    // The type model wants bright images only.
    const qualityCriteria = [{ name: "bright", expression: `hillas_intensity > ${task === "type" ? 200 : 50}` }];
    models.push(await toyModel(folder, task, { ...toy, reader: { ...reader, qualityCriteria } }));
  }
  const { files } = await predictFiles({
    models,
    files: [file],
    output: join(folder, "dl2"),
    onProgress: () => undefined,
  });
  const dl2 = await Hdf5File.open(files[0]!.output);
  const column = (table: string, name: string): Float64Array =>
    numbers(
      dl2
        .table(`/dl2/event/telescope/${table}/tel_001`)
        .read({ columns: [name] })
        .columns.get(name)!,
    );
  const energy = column("energy/CTLearnRegressor", "CTLearnRegressor_tel_energy");
  const alt = column("geometry/CTLearnCameraReconstructor", "CTLearnCameraReconstructor_tel_alt");
  const gammaness = column("particle_type/CTLearnClassifier", "CTLearnClassifier_tel_prediction");
  for (const [row, eventId] of column("energy/CTLearnRegressor", "event_id").entries()) {
    expected.set(eventId, { energy: energy[row]!, alt: alt[row]!, gammaness: gammaness[row]! });
  }
  dl2.close();
});

/** A stream that runs; its lines as they come. */
class Stream {
  readonly child: ChildProcessWithoutNullStreams;
  readonly lines: string[] = [];
  said = "";
  private wake: (() => void) | undefined;

  constructor(...args: string[]) {
    const all = ["predict", ...models.flatMap((model) => ["--model", model]), "--stream", ...args];
    this.child = spawn(process.execPath, [program, ...all], { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" } });
    createInterface(this.child.stdout).on("line", (line) => {
      this.lines.push(line);
      this.wake?.();
    });
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.said += text;
      this.wake?.();
    });
    this.child.on("close", () => this.wake?.());
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      assert.equal(this.child.exitCode, null, this.said);
      await new Promise<void>((wake) => {
        this.wake = wake;
      });
    }
  }

  ready(): Promise<void> {
    return this.until(() => /^ready/m.test(this.said));
  }

  async end(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, "close");
    return this.child.exitCode;
  }
}

/** The events of the file as lines. */
async function eventLines(): Promise<string[]> {
  const dl1 = await openEventFile(file);
  const block = readImageRows(dl1, 1, ["cleaned_image", "peak_time"], 0, 9);
  const pointing = telescopePointing(dl1, 1);
  const lines = Array.from({ length: block.rows }, (_, row) => {
    const { image, peakTime, mask } = block.image(row);
    const { altRad, azRad } = pointing(block.obsIds[row]!, 0);
    return JSON.stringify({
      obs_id: block.obsIds[row],
      event_id: block.eventIds[row],
      tel_id: 1,
      image: Array.from(image!),
      peak_time: Array.from(peakTime!),
      image_mask: Array.from(mask!),
      alt_deg: altRad * degPerRad,
      az_deg: azRad * degPerRad,
    });
  });
  dl1.close();
  return lines;
}

function agrees(line: Line): void {
  const of = expected.get(line.event_id!)!;
  for (const [name, value] of [
    ["energy_TeV", of.energy],
    ["alt_deg", of.alt],
    ["gammaness", of.gammaness],
  ] as const) {
    if (Number.isNaN(value)) assert.equal(line[name], null);
    else assert.ok(Math.abs(line[name]! - value) < 1e-4 * Math.abs(value), `${name} ${line[name]} instead of ${value}`);
  }
  assert.ok(line.latency_ms! >= 0);
}

test("events on standard input get, one by one, the predictions that their file gets", data, async () => {
  const stream = new Stream("-", "--array", file);
  await stream.ready();
  const lines = await eventLines();
  for (const [i, line] of lines.entries()) {
    stream.child.stdin.write(`${line}\n`);
    await stream.until(() => stream.lines.length > i); // the answer comes before the next question
  }
  stream.child.stdin.end();
  assert.equal(await stream.end(), 0, stream.said);
  const answers = stream.lines.map((line) => JSON.parse(line) as Line);
  assert.equal(answers.length, 9);
  for (const answer of answers) agrees(answer);
  assert.ok(answers.some(({ energy_TeV, gammaness }) => energy_TeV !== null && gammaness === null));
  assert.match(stream.said, /9 events, \d predicted, \d+ a second\nlatency p50 .* ms, p95 .* ms, p99 .* ms, largest/);
  assert.match(stream.said, /█/);
});

test("a line that is no image is told with its number and left out", data, async () => {
  const stream = new Stream("-", "--array", file, "--format", "csv");
  const [first, second] = await eventLines();
  const short = JSON.stringify({ event_id: 1, tel_id: 1, image: [1, 2, 3] });
  const timeless = JSON.stringify({ ...JSON.parse(second!), peak_time: undefined });
  stream.child.stdin.end(
    `${first}\n{"event_id":\n${short}\n\n${timeless}\n{"event_id":1,"tel_id":7,"image":[]}\n${second}`,
  );
  assert.equal(await stream.end(), 1);
  const [head, ...rows] = stream.lines;
  assert.equal(head, "obs_id,event_id,tel_id,energy_TeV,alt_deg,az_deg,gammaness,latency_ms");
  assert.equal(rows.length, 2);
  assert.match(stream.said, /left out: line 2: no JSON/);
  assert.match(stream.said, /left out: line 3: image has 3 values, the camera has 1296 pixels/);
  assert.match(stream.said, /left out: line 5: peak_time is missing/);
  assert.match(stream.said, /left out: line 6: there is no telescope 7, only 1/);
  assert.match(stream.said, /2 events, .*4 left out/);
});

test("a sender that is faster than the network has to wait, and loses nothing", data, async () => {
  const stream = new Stream("-", "--array", file);
  const [line] = await eventLines();
  const count = 300;
  await stream.ready();
  stream.child.stdout.pause();
  let pending = 0;
  for (let i = 0; i < count; i++)
    if (!stream.child.stdin.write(`${line}\n`)) pending = stream.child.stdin.writableLength;
  assert.ok(pending > 1_000_000, `${pending} bytes wait at the sender`);
  stream.child.stdout.resume();
  stream.child.stdin.end();
  assert.equal(await stream.end(), 0, stream.said);
  assert.equal(stream.lines.length, count);
});

test("a DL1 file that grows is followed until a signal ends it", data, async () => {
  const growing = join(folder, "growing.dl1.h5");
  copyFileSync(file, growing);
  const stream = new Stream(growing);
  await stream.until(() => stream.lines.length >= 9);
  await appendRows(growing, [parameters, images], 4);
  await stream.until(() => stream.lines.length >= 13);
  stream.child.kill("SIGINT");
  assert.equal(await stream.end(), 0, stream.said);
  const answers = stream.lines.map((line) => JSON.parse(line) as Line);
  for (const answer of answers) agrees(answer);
  assert.deepEqual(
    answers.slice(9).map(({ event_id }) => event_id),
    answers.slice(0, 4).map(({ event_id }) => event_id),
  );
  assert.match(stream.said, /13 events/);
});

test(
  "files that appear in a folder are predicted, damaged ones left out, and the stream ends when nothing comes",
  data,
  async () => {
    const inbox = join(folder, "inbox");
    mkdirSync(inbox);
    copyFileSync(file, join(inbox, "a.dl1.h5"));
    const stream = new Stream(inbox, "--idle", "2");
    await stream.until(() => stream.lines.length >= 9);
    writeFileSync(join(inbox, ".b.h5"), "half");
    copyFileSync(file, join(inbox, ".c.h5"));
    renameSync(join(inbox, ".c.h5"), join(inbox, "c.dl1.h5"));
    await stream.until(() => stream.lines.length >= 18);
    assert.equal(await stream.end(), 0, stream.said);
    assert.match(stream.said, /18 events/);
  },
);

test("what cannot be streamed is refused with exit code 2, a source that is not there with 1", data, async () => {
  const stereo = await toyModel(folder, "skydirection", { reader: { mode: "stereo" } });
  const of = async (...args: string[]): Promise<[number, string]> => {
    const { code, stderr } = await cherenkit("predict", ...args);
    return [code, stderr];
  };
  const [code, said] = await of("--model", stereo, "--stream", "-");
  assert.equal(code, 2);
  assert.match(said, /needs the images of several telescopes/);
  const [missing, why] = await of("--model", models[0]!, "--stream", join(folder, "nothing.h5"));
  assert.equal(missing, 1);
  assert.match(why, /nothing\.h5 is not there/);
  assert.equal((await of("--model", models[0]!, "--stream", "-", "--output", folder))[0], 2);
  assert.equal((await of("--model", models[0]!, file))[0], 2);
});

test("percentiles of the latencies are right to the width of a bin", () => {
  const histogram = new LatencyHistogram();
  assert.equal(histogram.toText(), "no events");
  for (let ms = 1; ms <= 1000; ms++) histogram.add(ms);
  for (const share of [0.5, 0.95, 0.99]) {
    assert.ok(Math.abs(histogram.percentileMs(share) / (1000 * share) - 1) < 0.025);
  }
  assert.equal(histogram.percentileMs(1), 1000);
  const bars = histogram.toText().split("\n").slice(1);
  assert.equal(bars.length, 16);
  assert.equal(
    bars.reduce((sum, bar) => sum + Number(bar.split(" ").at(-1)!.replace(",", "")), 0),
    1000,
  );
});
