import { basename, resolve } from "node:path";
import type { AltAz } from "../coordinates/angle.js";
import { DataTable } from "../display/data-table.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import { ConfigError, InputError } from "../errors.js";
import { sst1mArray } from "../simulation/array.js";
import { imageFrame, parametrise } from "../simulation/image-parameters.js";
import { type Calibration, calibrateEvent, digiCamAdcPerPhotoElectron } from "./calibrate-event.js";
import { chargeWindow } from "./extract-charge.js";
import { createObservationFile } from "./observation-file.js";
import { RawEventFile } from "./raw-events.js";

export interface CalibrateOptions {
  /** Number of the observation; 1 by default, since raw files do not have one. */
  readonly obsId?: number;
  /** Which of the two SST-1M telescopes wrote the file; 1 by default. */
  readonly telescope?: number;
  /** Sum of the ADC counts of one photo-electron; 18.7 by default. */
  readonly adcPerPhotoElectron?: number;
  /** Where the telescope looked. Raw files do not say: without it the directions of DL2 stay empty. */
  readonly pointing?: AltAz | null;
  /** Told how many events are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What came of a raw file. */
export class CalibratedFile implements Displayable {
  constructor(
    readonly input: string,
    readonly output: string,
    /** All events, and of them those of the camera's pedestal trigger. */
    readonly events: number,
    readonly pedestals: number,
    /** Events of which the cleaning left something. */
    readonly survived: number,
    readonly adcPerPhotoElectron: number,
    /** Charge of pixels without light: mean and standard deviation over the pixels that no cleaning kept, p.e. */
    readonly noise: { readonly meanPe: number; readonly stdPe: number },
  ) {}

  table(): DataTable {
    const { width, shift } = chargeWindow;
    return new DataTable(
      ["", ""],
      [
        ["raw file", basename(this.input)],
        ["DL1 file", this.output],
        ["events", this.events],
        ["of them pedestals", this.pedestals],
        ["events with light after cleaning", this.survived],
        ["ADC counts of a photo-electron", this.adcPerPhotoElectron],
        ["window", `${width} samples, from ${shift} before the neighbours' peak`],
        ["dark pixels: mean charge [p.e.]", Number(this.noise.meanPe.toFixed(2))],
        ["dark pixels: noise [p.e.]", Number(this.noise.stdPe.toFixed(2))],
      ],
    );
  }

  toString(): string {
    return this.table().toText();
  }

  [jupyterDisplay](): MimeBundle {
    return this.table()[jupyterDisplay]();
  }
}

/** ctapipe's EventType of the camera's types: 1 an air shower, 8 a pedestal under the night sky. */
const eventTypes: ReadonlyMap<number, number> = new Map([
  [1, 32],
  [8, 2],
]);
const unknownType = 255;
const pedestalType = 8;

/**
 * Calibrates raw SST-1M camera events simply (pedestal, one gain, integration about the neighbours' peak), cleans the
 * images (tail cuts 8 and 4 p.e.), takes their parameters and writes a DL1 file of ctapipe's data model v7.1.0.
 * @throws {InputError} when the file cannot be read or is of another camera
 * @throws {OutputError} when the DL1 file cannot be written
 */
export async function calibrateFile(
  input: string,
  output: string,
  options: CalibrateOptions = {},
): Promise<CalibratedFile> {
  const { obsId = 1, telescope = 1, adcPerPhotoElectron = digiCamAdcPerPhotoElectron, pointing = null } = options;
  if (!(adcPerPhotoElectron > 0) || !Number.isFinite(adcPerPhotoElectron)) {
    throw new ConfigError(`${adcPerPhotoElectron} ADC counts a photo-electron are not possible`, {
      remedy: "give a number above 0",
    });
  }
  const pair = sst1mArray();
  const array = { ...pair, telescopes: pair.telescopes.filter(({ id }) => id === telescope) };
  if (array.telescopes.length === 0) {
    const known = pair.telescopes.map(({ id }) => id).join(" and ");
    throw new ConfigError(`there is no SST-1M telescope ${telescope}`, { remedy: `choose one of ${known}` });
  }
  if (resolve(input) === resolve(output)) {
    throw new ConfigError(`the DL1 file would replace its input ${input}`, { remedy: "give it another name" });
  }
  const raw = await RawEventFile.open(input);
  try {
    const { type: digiCam } = array.telescopes[0]!;
    const { samples, sampleNs } = digiCam.readout;
    const pixels = digiCam.camera.pixelX.length;
    if (raw.pixels !== pixels || raw.samples !== samples) {
      throw new InputError(
        `${input} has events of ${raw.pixels} pixels and ${raw.samples} samples, DigiCam has ${pixels} and ${samples}`,
        { place: `${input}:adc_samples`, remedy: "only files of SST-1M cameras can be calibrated" },
      );
    }
    if (raw.events === 0) throw new InputError(`${input} has no events`, { place: input });
    const frame = imageFrame(digiCam);
    const how: Calibration = {
      neighbours: frame.neighbours,
      sampleNs,
      adcPerPhotoElectron,
    };
    const dark = { count: 0, sum: 0, squares: 0 };
    let [pedestals, survived] = [0, 0];
    const file = await createObservationFile(output, array, obsId, pointing, basename(input));
    try {
      for (const event of raw.read()) {
        const { image, peakTimeNs } = calibrateEvent(event, how);
        const { mask, parameters } = parametrise(frame, { image, peakTime: peakTimeNs });
        if (event.type === pedestalType) pedestals++;
        if (parameters) survived++;
        for (const [pixel, charge] of image.entries()) {
          if (mask[pixel]) continue;
          dark.count++;
          dark.sum += charge;
          dark.squares += charge * charge;
        }
        const { number, type, seconds, nanoseconds } = event;
        const eventType = eventTypes.get(type) ?? unknownType;
        file.add({ eventId: number, eventType, seconds, nanoseconds, image, peakTimeNs, mask, parameters });
        if (number % 64 !== 63 && number + 1 !== raw.events) continue;
        options.onProgress?.(number + 1, raw.events);
        await new Promise((proceed) => setImmediate(proceed)); // lets signals and progress bars have their turn
      }
      await file.close();
    } catch (error) {
      file.abort();
      throw error;
    }
    const meanPe = dark.sum / dark.count;
    const noise = { meanPe, stdPe: Math.sqrt(dark.squares / dark.count - meanPe ** 2) };
    return new CalibratedFile(
      resolve(input),
      resolve(output),
      raw.events,
      pedestals,
      survived,
      adcPerPhotoElectron,
      noise,
    );
  } finally {
    raw.close();
  }
}
