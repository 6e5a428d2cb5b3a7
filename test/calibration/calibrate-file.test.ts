import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { calibrateEvent, digiCamAdcPerPhotoElectron } from "../../lib/calibration/calibrate-event.js";
import { calibrateFile } from "../../lib/calibration/calibrate-file.js";
import { extractCharge } from "../../lib/calibration/extract-charge.js";
import { RawEventFile } from "../../lib/calibration/raw-events.js";
import { digiCam } from "../../lib/camera/digicam.js";
import { neighbours } from "../../lib/camera/neighbours.js";
import { jupyterDisplay } from "../../lib/display/mime-bundle.js";
import { openEventFile } from "../../lib/events/event-file.js";
import { readImageRows } from "../../lib/events/read-images.js";
import { type NumericArray, numbers } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { createHdf5 } from "../../lib/hdf5/writer.js";
import { openEvents } from "../../lib/reports/event-browser.js";
import { openRawEvents } from "../../lib/reports/raw-event-browser.js";
import { temporaryFolder } from "../e2e/command.js";
import { needsData, sharedData } from "../shared-data.js";

const folder = temporaryFolder();
const realEvents = "real/sst1m_20180823_32events.r0.h5";
const simulated = "dl1/v6.0.0/gamma_sst1m_digicam.r0_r1_dl1.h5";
const list = neighbours(digiCam());
const near = (value: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(value - expected) <= tolerance, `${value} instead of ${expected}`);

test("a pulse is summed about its neighbours' peak, not about a fluctuation of its own", () => {
  const samples = 50;
  const waveforms = new Float32Array(1296 * samples);
  const pulse = [1, 4, 6, 4, 1];
  const pixel = 600;
  const around = Array.from(list.indices.subarray(list.offsets[pixel]!, list.offsets[pixel + 1]!));
  for (const one of [pixel, ...around])
    for (const [i, value] of pulse.entries()) waveforms[one * samples + 10 + i] = value;
  waveforms[pixel * samples + 40] = 30; // a cosmic spike in the middle pixel alone
  const { image, peakTimeNs, peakSample } = extractCharge(waveforms, samples, list, 4);
  assert.equal(image[pixel], 16);
  assert.equal(peakSample[pixel], 12);
  assert.equal(peakTimeNs[pixel], 48);
});

test("a window beyond the readout is cut, and a pixel below its pedestal keeps the time of the peak", () => {
  const waveforms = new Float32Array(1296 * 50).fill(-1);
  for (let pixel = 0; pixel < 1296; pixel++) waveforms[pixel * 50] = -0.5;
  const { image, peakTimeNs } = extractCharge(waveforms, 50, list, 4);
  assert.equal(image[3], -0.5 - 3);
  assert.equal(peakTimeNs[3], 0);
});

// Expected: NeighborPeakWindowSum(apply_integration_correction=False) of ctapipe 0.32 on the R1 waveforms of this file.
test("charges and times are those of ctapipe's NeighborPeakWindowSum", needsData(simulated), async () => {
  const file = await Hdf5File.open(join(sharedData, simulated));
  const { columns } = file.table("/r1/event/telescope/tel_001").read({ columns: ["waveform"] });
  const waveform = columns.get("waveform")!.data as NumericArray;
  file.close();
  const size = 1296 * 50;
  const event = (number: number) =>
    extractCharge(Float32Array.from(waveform.slice(number * size, (number + 1) * size), Number), 50, list, 4);
  const first = event(0);
  for (const [pixel, charge, time] of [
    [548, 21.3968, 56.4853],
    [585, 83.7517, 56.0814],
    [0, -0.623, 108],
    [700, 2.7672, 18.2663],
  ] as const) {
    near(first.image[pixel]!, charge, 1e-4);
    near(first.peakTimeNs[pixel]!, time, 1e-4);
  }
  near(
    first.image.reduce((sum, value) => sum + value, 0),
    192.46347,
    2e-3,
  );
  near(
    first.peakTimeNs.reduce((sum, value) => sum + value, 0),
    124099.087,
    0.5,
  );
  near(
    event(8).image.reduce((sum, value) => sum + value, 0),
    138.28725,
    2e-3,
  );
});

// Expected: the same extractor, tail cuts (8 and 4 p.e., two picture neighbours) and Hillas parameters of ctapipe 0.32.
test("real SST-1M events give the charges, pixels and ellipses that ctapipe gives", needsData(realEvents), async () => {
  const output = join(folder, "real.dl1.h5");
  const result = await calibrateFile(join(sharedData, realEvents), output, { pointing: { altDeg: 70, azDeg: 180 } });
  assert.deepEqual([result.events, result.pedestals, result.survived], [32, 2, 4]);
  near(result.noise.stdPe, 2.5, 0.2);
  assert.match(String(result[jupyterDisplay]()["text/plain"]), /18\.7/);
  const file = await openEventFile(output);
  try {
    const { image: read } = { image: readImageRows(file, 1, ["image", "peak_time", "cleaned_image"], 23, 1) };
    const { image, peakTime, mask } = read.image(0);
    near(image![667]!, 18.0615, 1e-3);
    near(peakTime![667]!, 39.5618, 1e-3);
    const kept = [...mask!.entries()].filter(([, value]) => value).map(([pixel]) => pixel);
    assert.deepEqual(kept, [633, 635, 667, 668, 669, 670, 671]);
    const names = ["hillas_intensity", "hillas_length", "hillas_width", "hillas_psi", "event_id"];
    const { columns } = file.hdf5.table("/dl1/event/telescope/parameters/tel_001").read({ columns: names });
    const [intensity, length, width] = names.map((name) => numbers(columns.get(name)!)[30]!);
    near(intensity!, 100.0368, 2e-3);
    const degPerM = 180 / Math.PI / 5.697; // ctapipe's ellipse of the camera frame, in metres, seen through the mirror
    near(length!, 0.03178241 * degPerM, 1e-4);
    near(width!, 0.01563272 * degPerM, 1e-4);
  } finally {
    file.close();
  }
  const { images } = await openEvents(output);
  assert.equal(images.length, 32);
});

test("raw events show their baseline, waveforms and charges", needsData(realEvents), async () => {
  const raw = await openRawEvents(join(sharedData, realEvents));
  try {
    const bright = raw.brightest(3);
    assert.deepEqual(bright.numbers, [23, 30, 31]);
    assert.equal(raw.waveforms(23).data.length, 3);
    assert.match(raw.display(23).description, /1296 pixels/);
    assert.match(raw.baseline(23).description, /Baseline/);
    assert.match(String(raw[jupyterDisplay]()["text/plain"]), /50 samples of 4 ns/);
    assert.throws(() => raw.display(32), /no event 32, only 0 to 31/);
  } finally {
    raw.close();
  }
});

interface RawShape {
  readonly pixels?: number;
  readonly samples?: number;
  readonly baseline?: boolean;
}

/** A small file of raw events in which all pixels lie at 300 counts and pixel 5 has a pulse. */
async function rawFile(
  name: string,
  { pixels = 1296, samples = 50, baseline = false }: RawShape = {},
): Promise<string> {
  const path = join(folder, name);
  const file = await createHdf5(path);
  const adc = new Uint16Array(2 * pixels * samples).fill(300);
  for (const [i, value] of [20, 60, 90, 60, 20].entries()) adc[5 * samples + 20 + i]! += value;
  file.array("/adc_samples", "uint16", [pixels, samples]).append(adc);
  file.array("/event_type", "uint32", []).append(Uint32Array.of(1, 8));
  file.array("/local_time_sec", "float64", []).append(Float64Array.of(1534982401, 1534982402));
  file.array("/local_time_nanosec", "float64", []).append(Float64Array.of(5, 6));
  if (baseline) file.array("/digicam_baseline_adc", "float32", [pixels]).append(new Float32Array(2 * pixels).fill(290));
  await file.close();
  return path;
}

test("without baselines the median of the samples is the pedestal", async () => {
  const charge = async (name: string, shape: RawShape): Promise<number> => {
    const file = await RawEventFile.open(await rawFile(name, shape));
    const [event] = file.read(0, 1);
    file.close();
    const how = { neighbours: list, sampleNs: 4, adcPerPhotoElectron: digiCamAdcPerPhotoElectron };
    const { waveforms } = calibrateEvent(event!, how);
    return waveforms.subarray(5 * 50, 6 * 50).reduce((sum, value) => sum + value, 0);
  };
  near(await charge("median.h5", {}), 250 / 18.7, 1e-4);
  near(await charge("baseline.h5", { baseline: true }), (250 + 50 * 10) / 18.7, 1e-4);
});

test("what cannot be calibrated is refused, and nothing is left behind", async () => {
  const output = join(folder, "never.dl1.h5");
  const other = await rawFile("other.h5", { pixels: 7, samples: 4 });
  await assert.rejects(calibrateFile(other, output), /7 pixels and 4 samples, DigiCam has 1296 and 50/);
  const file = await rawFile("fine.h5");
  await assert.rejects(calibrateFile(file, output, { telescope: 3 }), /no SST-1M telescope 3/);
  await assert.rejects(calibrateFile(file, output, { adcPerPhotoElectron: 0 }), /0 ADC counts/);
  await assert.rejects(calibrateFile(file, file), /would replace its input/);
  await assert.rejects(calibrateFile(join(folder, "none.h5"), output), /none\.h5/);
  const empty = await createHdf5(join(folder, "empty.h5"));
  empty.array("/something", "float32", []).append(new Float32Array(1));
  await empty.close();
  await assert.rejects(calibrateFile(join(folder, "empty.h5"), output), /no raw camera events: it has no adc_samples/);
  assert.ok(!existsSync(output));
});
