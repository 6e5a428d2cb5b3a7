import { basename } from "node:path";
import {
  type CalibratedEvent,
  type Calibration,
  calibrateEvent,
  digiCamAdcPerPhotoElectron,
} from "../calibration/calibrate-event.js";
import { chargeWindow } from "../calibration/extract-charge.js";
import { type RawEvent, RawEventFile } from "../calibration/raw-events.js";
import type { CameraGeometry } from "../camera/geometry.js";
import { neighbours } from "../camera/neighbours.js";
import { DataTable } from "../display/data-table.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import { InputError } from "../errors.js";
import { cameraImage } from "../figures/camera-image.js";
import type { Figure } from "../figures/figure.js";
import { waveforms } from "../figures/waveforms.js";
import { sst1m } from "../simulation/telescope-type.js";

const typeNames: ReadonlyMap<number, string> = new Map([
  [1, "shower"],
  [8, "pedestal"],
]);

/** Events with their numbers for `RawEventBrowser`. */
export class RawEventList extends DataTable {
  constructor(
    readonly numbers: readonly number[],
    rows: readonly (readonly (string | number)[])[],
  ) {
    super(["event", "trigger", "time [UTC]", "brightest pixel [p.e.]", "at [ns]", "seven pixels [p.e.]"], rows);
  }
}

/** The pixel whose charge with that of its neighbours is largest. */
function brightestSpot({ image }: CalibratedEvent, { neighbours: list }: Calibration): { pixel: number; sum: number } {
  let best = { pixel: 0, sum: Number.NEGATIVE_INFINITY };
  for (let pixel = 0; pixel < image.length; pixel++) {
    let sum = image[pixel]!;
    for (let k = list.offsets[pixel]!; k < list.offsets[pixel + 1]!; k++) sum += image[list.indices[k]!]!;
    if (sum > best.sum) best = { pixel, sum };
  }
  return best;
}

function timeText({ seconds, nanoseconds }: RawEvent): string {
  const milliseconds = 1000 * seconds + nanoseconds / 1e6;
  return new Date(milliseconds).toISOString().replace("T", " ").replace("Z", "");
}

/** A file of raw SST-1M camera events opened for looking at; events are numbered from 0. */
export class RawEventBrowser implements Displayable {
  constructor(
    private readonly file: RawEventFile,
    private readonly camera: CameraGeometry,
    private readonly focalLengthM: number,
    private readonly how: Calibration,
  ) {}

  private event(number: number): RawEvent {
    const [event] = this.file.read(number, Math.min(number + 1, this.file.events));
    if (event) return event;
    throw new InputError(`${this.file.path} has no event ${number}, only 0 to ${this.file.events - 1}`, {
      place: this.file.path,
    });
  }

  /** The events whose brightest group of seven pixels has the most light. */
  brightest(count: number): RawEventList {
    const all = Array.from(this.file.read(), (event) => {
      const calibrated = calibrateEvent(event, this.how);
      const { pixel, sum } = brightestSpot(calibrated, this.how);
      const row = [
        event.number,
        typeNames.get(event.type) ?? String(event.type),
        timeText(event),
        Number(calibrated.image[pixel]!.toFixed(1)),
        Number(calibrated.peakTimeNs[pixel]!.toFixed(1)),
        Number(sum.toFixed(1)),
      ];
      return { number: event.number, sum, row };
    });
    const chosen = all.toSorted((a, b) => b.sum - a.sum).slice(0, count);
    return new RawEventList(
      chosen.map(({ number }) => number),
      chosen.map(({ row }) => row),
    );
  }

  /** The camera's baseline in an event, ADC counts. @throws {InputError} when the file does not have it */
  baseline(number: number): Figure {
    const { baseline } = this.event(number);
    if (!baseline) {
      throw new InputError(`${this.file.path} has no baselines`, {
        place: `${this.file.path}:digicam_baseline_adc`,
        remedy: "calibration takes the median of each pixel's samples instead",
      });
    }
    return cameraImage({ ...this.image(baseline), quantity: "Baseline", unit: "ADC" }, `Baseline in event ${number}`);
  }

  /** The charge of each pixel of an event, before any cleaning. */
  display(number: number): Figure {
    return cameraImage(this.image(calibrateEvent(this.event(number), this.how).image), `Event ${number}`);
  }

  /** Waveforms of the pixel with the most light about it and of its brightest neighbours. */
  waveforms(number: number, count: number = 3): Figure {
    const event = calibrateEvent(this.event(number), this.how);
    const { samples } = this.file;
    const { offsets, indices } = this.how.neighbours;
    const { pixel } = brightestSpot(event, this.how);
    const around = [pixel, ...indices.subarray(offsets[pixel]!, offsets[pixel + 1]!)];
    const chosen = around.sort((a, b) => event.image[b]! - event.image[a]!).slice(0, count);
    return waveforms(
      chosen.map((one) => {
        const first = event.peakSample[one]! - chargeWindow.shift;
        const window = [first - 0.5, first + chargeWindow.width - 0.5] as const;
        return {
          pixel: one,
          samples: event.waveforms.subarray(one * samples, (one + 1) * samples),
          chargePe: event.image[one]!,
          peakTimeNs: event.peakTimeNs[one]!,
          windowNs: [window[0] * this.how.sampleNs, window[1] * this.how.sampleNs],
        };
      }),
      this.how.sampleNs,
      `Event ${number}: waveforms`,
    );
  }

  private image(values: Float32Array) {
    return { geometry: this.camera, focalLengthM: this.focalLengthM, values };
  }

  close(): void {
    this.file.close();
  }

  [jupyterDisplay](): MimeBundle {
    const { path, events, pixels, samples } = this.file;
    const readout = `${samples} samples of ${this.how.sampleNs} ns`;
    const from = events > 0 ? timeText(this.event(0)) : "–";
    const to = events > 0 ? timeText(this.event(events - 1)) : "–";
    const rows = [[basename(path), events, pixels, readout, from, to]];
    return new DataTable(["raw file", "events", "pixels", "readout", "first [UTC]", "last [UTC]"], rows)[
      jupyterDisplay
    ]();
  }
}

/**
 * Opens a file of raw SST-1M camera events to look at them.
 * @param adcPerPhotoElectron sum of the ADC counts of one photo-electron
 * @throws {InputError} when it cannot be read or is of another camera
 */
export async function openRawEvents(
  path: string,
  adcPerPhotoElectron: number = digiCamAdcPerPhotoElectron,
): Promise<RawEventBrowser> {
  const { camera, effectiveFocalLengthM, readout } = sst1m();
  const file = await RawEventFile.open(path);
  if (file.pixels !== camera.pixelX.length) {
    file.close();
    throw new InputError(`${path} has events of ${file.pixels} pixels, DigiCam has ${camera.pixelX.length}`, {
      place: `${path}:adc_samples`,
      remedy: "only files of SST-1M cameras can be shown",
    });
  }
  return new RawEventBrowser(file, camera, effectiveFocalLengthM, {
    neighbours: neighbours(camera),
    sampleNs: readout.sampleNs,
    adcPerPhotoElectron,
  });
}
