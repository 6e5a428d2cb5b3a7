import { basename } from "node:path";
import { buildMapper } from "../camera/build-mapper.js";
import { hillasParameters, telescopeFramePixels } from "../camera/hillas-parameters.js";
import type { ImageMapper } from "../camera/image-mapper.js";
import { mapImage } from "../camera/map-image.js";
import type { Channel } from "../config/config.js";
import { skyOffset } from "../coordinates/sky-offset.js";
import { DataTable } from "../display/data-table.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import { ConfigError, InputError } from "../errors.js";
import { particleName } from "../evaluation/particle.js";
import { describeFile, type FileDescription } from "../events/describe-file.js";
import { type EventFile, openEventFile, telescopeTable } from "../events/event-file.js";
import { readImageBlocks } from "../events/read-images.js";
import { focalLengthM, type Telescope } from "../events/subarray.js";
import { cameraImage } from "../figures/camera-image.js";
import type { CameraImage } from "../figures/camera-traces.js";
import { eventDisplay } from "../figures/event-display.js";
import type { Figure } from "../figures/figure.js";
import { numbers } from "../hdf5/column.js";
import { type ShowerTruth, showerTruth, simulatedPointing } from "./shower-truth.js";

/** One telescope image of a file. */
export interface ImageFacts {
  readonly obsId: number;
  readonly eventId: number;
  readonly telId: number;
  /** Charge in the cleaned pixels, p.e.; NaN without image parameters. */
  readonly intensity: number;
  /** NaN without simulated truth. */
  readonly trueEnergyTeV: number;
  /** `gamma`, `proton`, …; null without simulated truth. */
  readonly particle: string | null;
}

/** Images as a table, with their keys for `EventBrowser.display`. */
export class ImageList implements Displayable {
  readonly ids: readonly ImageFacts[];

  constructor(ids: readonly ImageFacts[]) {
    this.ids = ids;
  }

  table(): DataTable {
    const rows = this.ids.map(({ obsId, eventId, telId, intensity, trueEnergyTeV, particle }) => [
      String(obsId),
      String(eventId),
      telId,
      Number.isFinite(intensity) ? Number(intensity.toPrecision(4)) : null,
      Number.isFinite(trueEnergyTeV) ? Number(trueEnergyTeV.toPrecision(4)) : null,
      particle,
    ]);
    return new DataTable(["observation", "event", "telescope", "intensity [p.e.]", "energy [TeV]", "particle"], rows);
  }

  toString(): string {
    return this.table().toText();
  }

  [jupyterDisplay](): MimeBundle {
    return this.table()[jupyterDisplay]();
  }
}

function truthOf(file: EventFile): ShowerTruth | null {
  return file.hdf5.has("/simulation/event/subarray/shower") ? showerTruth(file) : null;
}

function listImages(file: EventFile, telescope: Telescope, truth: ShowerTruth | null): ImageFacts[] {
  const name = telescopeTable(telescope.id);
  const path = ["parameters", "images"]
    .map((kind) => `/dl1/event/telescope/${kind}/${name}`)
    .find((candidate) => file.hdf5.kind(candidate) === "table");
  if (!path) return [];
  const table = file.hdf5.table(path);
  const column = table.columnNames.find((candidate) => candidate.endsWith("hillas_intensity"));
  const { columns, rows } = table.read({ columns: ["obs_id", "event_id", ...(column ? [column] : [])] });
  const [obsIds, eventIds] = [numbers(columns.get("obs_id")!), numbers(columns.get("event_id")!)];
  const intensity = column ? numbers(columns.get(column)!) : new Float64Array(rows).fill(Number.NaN);
  return Array.from({ length: rows }, (_, row) => {
    const [obsId, eventId] = [obsIds[row]!, eventIds[row]!];
    const shower = truth?.find(obsId, eventId) ?? -1;
    return {
      obsId,
      eventId,
      telId: telescope.id,
      intensity: intensity[row]!,
      trueEnergyTeV: shower < 0 ? Number.NaN : truth!.energyTeV[shower]!,
      particle: shower < 0 ? null : particleName(truth!.particle[shower]!),
    };
  });
}

const channels: readonly Channel[] = ["image", "peak_time"];

/** The pixels of one image: charge, peak time and, where the file has it, the mask of its cleaning. */
function readImage(file: EventFile, { obsId, eventId, telId }: Pick<ImageFacts, "obsId" | "eventId" | "telId">) {
  const table = file.hdf5.table(`/dl1/event/telescope/images/${telescopeTable(telId)}`);
  const cleaned = table.columnNames.includes("image_mask");
  const wanted: Channel[] = cleaned ? [...channels, "cleaned_image"] : [...channels];
  for (const block of readImageBlocks(file, telId, wanted)) {
    for (let row = 0; row < block.rows; row++) {
      if (block.obsIds[row] !== obsId || block.eventIds[row] !== eventId) continue;
      const pixels = new Float32Array(block.pixels * wanted.length);
      block.write(row, pixels, 0);
      const of = (channel: number): Float32Array =>
        Float32Array.from({ length: block.pixels }, (_, i) => pixels[i * wanted.length + channel]!);
      const kept = cleaned ? Uint8Array.from(of(2), (value) => (value === 0 ? 0 : 1)) : undefined;
      return { image: of(0), peakTime: of(1), mask: kept };
    }
  }
  throw new InputError(`${file.path} has no image of event ${eventId} of observation ${obsId} in telescope ${telId}`, {
    place: `${file.path}:/dl1/event/telescope/images/${telescopeTable(telId)}`,
    remedy: "choose one of the images in EventBrowser.table()",
  });
}

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
    const file = await openEventFile(this.path);
    try {
      const telescope = file.subarray.telescopes.find(({ id }) => id === telId);
      if (!telescope) {
        const known = file.subarray.telescopes.map(({ id }) => id).join(", ");
        throw new InputError(`${this.path} has no telescope ${telId}; it has ${known}`, { place: this.path });
      }
      const { image, peakTime, mask } = readImage(file, { obsId, eventId, telId });
      const geometry = file.subarray.cameras.get(telescope.cameraIndex)!;
      const optics = Number.isFinite(telescope.effectiveFocalLengthM) ? "effective" : "equivalent";
      const focal = focalLengthM(telescope, optics, this.path);
      const truth = truthOf(file);
      const shower = truth?.find(obsId, eventId) ?? -1;
      const pointing = simulatedPointing(file, telId)(obsId);
      const camera: CameraImage = {
        geometry,
        focalLengthM: focal,
        values: image,
        ...(mask ? { mask, hillas: hillasParameters(telescopeFramePixels(geometry, focal), image, mask) } : {}),
        ...(shower >= 0 && Number.isFinite(pointing.altDeg)
          ? { trueDirection: skyOffset({ altDeg: truth!.altDeg[shower]!, azDeg: truth!.azDeg[shower]! }, pointing) }
          : {}),
      };
      const energy = shower < 0 ? "" : `, ${truth!.energyTeV[shower]!.toPrecision(3)} TeV`;
      const kind = shower < 0 ? "" : `${particleName(truth!.particle[shower]!)}${energy}, `;
      const title = `${kind}event ${eventId} of run ${obsId} in telescope ${telId}`;
      const mapped = mapperFor(mapper, geometry);
      if (!mapped) return cameraImage(camera, title);
      const values = new Float32Array(mapped.height * mapped.width * channels.length);
      const pixels = Float32Array.from({ length: image.length * 2 }, (_, i) => (i % 2 ? peakTime : image)[i >> 1]!);
      mapImage(mapped, pixels, 0, channels.length, values, 0);
      return eventDisplay(camera, { values, height: mapped.height, width: mapped.width, channels }, title);
    } finally {
      file.close();
    }
  }

  [jupyterDisplay](): MimeBundle {
    const { kind, dataModel, process, events, energyTeV, telescopes } = this.description;
    const energies = energyTeV ? `, ${energyTeV.min.toPrecision(3)} to ${energyTeV.max.toPrecision(3)} TeV` : "";
    const caption = `${basename(this.path)}: ${kind.toUpperCase()}, data model ${dataModel}, ${process}, ${events} events${energies}`;
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
