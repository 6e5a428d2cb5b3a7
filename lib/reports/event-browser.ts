import { basename } from "node:path";
import { buildMapper } from "../camera/build-mapper.js";
import type { ImageMapper } from "../camera/image-mapper.js";
import { mapImage } from "../camera/map-image.js";
import { counted } from "../display/counted.js";
import { DataTable } from "../display/data-table.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import { ConfigError, InputError } from "../errors.js";
import { particleName } from "../evaluation/particle.js";
import { describeFile, type FileDescription } from "../events/describe-file.js";
import { type EventFile, openEventFile } from "../events/event-file.js";
import type { WaveformLevel } from "../events/waveforms.js";
import { arrayDisplay } from "../figures/array-display.js";
import { cameraImage } from "../figures/camera-image.js";
import type { CameraImage } from "../figures/camera-traces.js";
import { eventDisplay } from "../figures/event-display.js";
import type { Figure } from "../figures/figure.js";
import { imageDistributions } from "../figures/image-distributions.js";
import { pixelTraces } from "../figures/pixel-traces.js";
import { type ImageFacts, ImageList, listImages } from "./image-list.js";
import { compareMappers, type MapperComparison } from "./mapper-comparison.js";
import { readCamera, readPixelTraces } from "./read-camera.js";
import { type ShowerTruth, showerTruth } from "./shower-truth.js";

function truthOf(file: EventFile): ShowerTruth | null {
  return file.hdf5.has("/simulation/event/subarray/shower") ? showerTruth(file) : null;
}

/** `gamma, 1.2 TeV, event 3 of run 1`, as far as it is known. */
function eventTitle(truth: ShowerTruth | null, obsId: number, eventId: number): string {
  const shower = truth?.find(obsId, eventId) ?? -1;
  const event = `event ${eventId} of run ${obsId}`;
  if (shower < 0) return event;
  return `${particleName(truth!.particle[shower]!)}, ${truth!.energyTeV[shower]!.toPrecision(3)} TeV, ${event}`;
}

const channels = ["image", "peak_time"] as const;

/** A file opened for looking at its events. */
export class EventBrowser implements Displayable {
  readonly path: string;
  readonly description: FileDescription;
  readonly images: readonly ImageFacts[];

  constructor(path: string, description: FileDescription, images: readonly ImageFacts[]) {
    this.path = path;
    this.description = description;
    this.images = images;
  }

  /** All images, in the order of the file. */
  table(): ImageList {
    return new ImageList(this.images);
  }

  /** The images with the most light. */
  brightest(count: number): ImageList {
    const known = this.images.filter(({ intensity }) => Number.isFinite(intensity));
    const sorted = (known.length > 0 ? known : this.images).toSorted((a, b) => b.intensity - a.intensity);
    return new ImageList(sorted.slice(0, count));
  }

  /**
   * One image on its camera with Hillas ellipse and true direction, and beside it what a network gets to see.
   * @param mapper name of an image mapper
   * @throws {InputError} when the file has no such image
   */
  async display(obsId: number, eventId: number, telId: number, mapper: string = "BilinearMapper"): Promise<Figure> {
    return this.#open((file) => {
      const truth = truthOf(file);
      const { camera, peakTimeNs } = readCamera(file, { obsId, eventId, telId }, truth);
      const title = `${eventTitle(truth, obsId, eventId)} in telescope ${telId}`;
      const mapped = mapperFor(mapper, camera.geometry);
      if (!mapped) return cameraImage(camera, title);
      const values = new Float32Array(mapped.height * mapped.width * channels.length);
      const { values: image } = camera;
      const pixels = Float32Array.from({ length: image.length * 2 }, (_, i) => (i % 2 ? peakTimeNs : image)[i >> 1]!);
      mapImage(mapped, pixels, 0, channels.length, values, 0);
      return eventDisplay(camera, { values, height: mapped.height, width: mapped.width, channels }, title);
    });
  }

  /**
   * One event in all telescopes that have an image of it, on their cameras.
   * @throws {InputError} when no telescope has
   */
  async displayEvent(obsId: number, eventId: number): Promise<Figure> {
    const seen = this.images.filter((image) => image.obsId === obsId && image.eventId === eventId);
    if (seen.length === 0) throw this.#unknown(obsId, eventId);
    return this.#open((file) => {
      const truth = truthOf(file);
      const views = seen.map((key) => {
        const { name } = file.subarray.telescopes.find(({ id }) => id === key.telId)!;
        return { name: `${name} (${key.telId})`, camera: readCamera(file, key, truth).camera };
      });
      return arrayDisplay(views, eventTitle(truth, obsId, eventId));
    });
  }

  /**
   * What was simulated: particle, energy, direction, and where the axis of the shower meets the ground.
   * @throws {InputError} when the file has no simulated truth, or not of this event
   */
  async truth(obsId: number, eventId: number): Promise<DataTable> {
    return this.#open((file) => {
      const truth = showerTruth(file);
      const row = truth.find(obsId, eventId);
      if (row < 0) throw this.#unknown(obsId, eventId);
      const rounded = (value: number): number => Number(value.toPrecision(5));
      return new DataTable(
        ["", ""],
        [
          ["particle", particleName(truth.particle[row]!)],
          ["energy [TeV]", rounded(truth.energyTeV[row]!)],
          ["altitude [deg]", rounded(truth.altDeg[row]!)],
          ["azimuth [deg]", rounded(truth.azDeg[row]!)],
          ...(truth.coreM
            ? [
                ["core, to the north [m]", rounded(truth.coreM[0][row]!)],
                ["core, to the west [m]", rounded(truth.coreM[1][row]!)],
              ]
            : []),
        ],
        eventTitle(truth, obsId, eventId),
      );
    });
  }

  /** How bright the images are and, for simulated showers, their energies, by particle. */
  distributions(): Figure {
    return imageDistributions(this.images, basename(this.path));
  }

  /**
   * One image as every mapper maps it: cells, charge kept, time.
   * @throws {InputError} when the file has no such image
   */
  async compareMappers(obsId: number, eventId: number, telId: number): Promise<MapperComparison> {
    return this.#open((file) => {
      const truth = truthOf(file);
      const { camera } = readCamera(file, { obsId, eventId, telId }, truth);
      return compareMappers(camera, `${eventTitle(truth, obsId, eventId)} in telescope ${telId}`);
    });
  }

  /**
   * Waveforms of the brightest pixels of one image, after the selection of gains.
   * @param level r1: calibrated ones; r0: raw ones, ADC counts
   * @throws {InputError} when the file has no such waveforms
   */
  async waveforms(obsId: number, eventId: number, telId: number, level: WaveformLevel = "r1"): Promise<Figure> {
    return this.#open((file) => {
      const traces = readPixelTraces(file, { obsId, eventId, telId }, level);
      const title = `${level.toUpperCase()} waveforms of ${eventTitle(truthOf(file), obsId, eventId)} in telescope ${telId}`;
      return level === "r1" ? pixelTraces(traces, title) : pixelTraces(traces, title, "Raw signal", "counts");
    });
  }

  #unknown(obsId: number, eventId: number): InputError {
    return new InputError(`${this.path} has no event ${eventId} of observation ${obsId}`, {
      place: this.path,
      remedy: "choose one of the images in EventBrowser.table()",
    });
  }

  async #open<T>(look: (file: EventFile) => T): Promise<T> {
    const file = await openEventFile(this.path);
    try {
      return look(file);
    } finally {
      file.close();
    }
  }

  [jupyterDisplay](): MimeBundle {
    const { kind, dataModel, process, events, energyTeV, telescopes } = this.description;
    const energies = energyTeV ? `, ${energyTeV.min.toPrecision(3)} to ${energyTeV.max.toPrecision(3)} TeV` : "";
    const caption = `${basename(this.path)}: ${kind.toUpperCase()}, data model ${dataModel}, ${process}, ${counted(events, "event")}${energies}`;
    return new DataTable(
      ["telescope", "name", "type", "camera", "pixels", "images"],
      telescopes.map((telescope) => [
        telescope.id,
        telescope.name,
        telescope.type,
        telescope.camera,
        telescope.pixels,
        telescope.images,
      ]),
      caption,
    )[jupyterDisplay]();
  }
}

/** Null for a camera that the mapper does not suit. */
function mapperFor(name: string, geometry: CameraImage["geometry"]): ImageMapper | null {
  try {
    return buildMapper(name, geometry);
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

/**
 * Opens a DL1 or DL2 file to look at its events.
 * @throws {InputError} when it cannot be read
 */
export async function openEvents(path: string): Promise<EventBrowser> {
  const description = await describeFile(path);
  const file = await openEventFile(path);
  try {
    const truth = truthOf(file);
    const images = file.subarray.telescopes.flatMap((telescope) => listImages(file, telescope, truth));
    return new EventBrowser(path, description, images);
  } finally {
    file.close();
  }
}
