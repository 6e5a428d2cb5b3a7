import { hillasParameters, telescopeFramePixels } from "../camera/hillas-parameters.js";
import { type Channel, expandChannels } from "../config/channel.js";
import { skyOffset } from "../coordinates/sky-offset.js";
import { InputError } from "../errors.js";
import type { DL1Image } from "../events/channels.js";
import type { EventFile } from "../events/event-file.js";
import { imagesPath, readImageRows, rowsPath } from "../events/read-images.js";
import { focalLengthM } from "../events/subarray.js";
import type { Traces, WaveformLevel } from "../events/waveforms.js";
import type { CameraImage } from "../figures/camera-traces.js";
import { type ShowerTruth, simulatedPointing } from "./shower-truth.js";

/** Which image: observation, event, telescope. */
export interface ImageKey {
  readonly obsId: number;
  readonly eventId: number;
  readonly telId: number;
}

/** What a file holds of one image. */
export interface Camera {
  /** Charge, p.e., with the cleaning, the Hillas ellipse and the true direction where they are known. */
  readonly camera: CameraImage;
  /** Time of each pixel's maximum, `[n_pixels]`, ns from the start of the readout. */
  readonly peakTimeNs: Float32Array;
}

/** What a file has of one image for some channels. @throws {InputError} when it has no such image */
function readImage(file: EventFile, { obsId, eventId, telId }: ImageKey, channels: readonly Channel[]): DL1Image {
  const path = rowsPath(file, telId, channels);
  if (file.hdf5.kind(path) === "table") {
    const keys = file.hdf5.table(path).readNumbers(["obs_id", "event_id"]);
    const [obsIds, eventIds] = [keys.get("obs_id")!, keys.get("event_id")!];
    const row = obsIds.findIndex((obs, i) => obs === obsId && eventIds[i] === eventId);
    if (row >= 0) return readImageRows(file, telId, channels, row, 1).image(0);
  }
  throw new InputError(`${file.path} has no image of event ${eventId} of observation ${obsId} in telescope ${telId}`, {
    place: `${file.path}:${imagesPath(telId)}`,
    remedy: "choose one of the images in EventBrowser.table()",
  });
}

const finite = (values: Float32Array): Float32Array => values.map((value) => (Number.isFinite(value) ? value : 0));

/** The pixels of one image: charge, peak time and, where the file has it, the mask of its cleaning. */
function readPixels(file: EventFile, key: ImageKey) {
  const path = imagesPath(key.telId);
  const cleaned = file.hdf5.kind(path) === "table" && file.hdf5.table(path).columnNames.includes("image_mask");
  const channels: readonly Channel[] = ["image", "peak_time"];
  const { image, peakTime, mask } = readImage(file, key, cleaned ? [...channels, "cleaned_image"] : channels);
  return { image: finite(image!), peakTimeNs: finite(peakTime!), mask };
}

/**
 * Waveforms of one image, after the selection of gains.
 * @throws {InputError} when the file has no such waveforms
 */
export function readPixelTraces(file: EventFile, key: ImageKey, level: WaveformLevel): Traces {
  const name = level === "r1" ? "waveform" : "r0_waveform";
  return readImage(file, key, expandChannels([name], { length: 1, position: "center" })).traces!(level);
}

/**
 * One image of a file, ready to be shown on its camera.
 * @throws {InputError} when the file has no such telescope or image
 */
export function readCamera(file: EventFile, key: ImageKey, truth: ShowerTruth | null): Camera {
  const telescope = file.subarray.telescopes.find(({ id }) => id === key.telId);
  if (!telescope) {
    const known = file.subarray.telescopes.map(({ id }) => id).join(", ");
    throw new InputError(`${file.path} has no telescope ${key.telId}; it has ${known}`, { place: file.path });
  }
  const { image, peakTimeNs, mask } = readPixels(file, key);
  const geometry = file.subarray.cameras.get(telescope.cameraIndex)!;
  const optics = Number.isFinite(telescope.effectiveFocalLengthM) ? "effective" : "equivalent";
  const focal = focalLengthM(telescope, optics, file.path);
  const shower = truth?.find(key.obsId, key.eventId) ?? -1;
  const pointing = simulatedPointing(file, key.telId)(key.obsId);
  return {
    camera: {
      geometry,
      focalLengthM: focal,
      values: image,
      ...(mask ? { mask, hillas: hillasParameters(telescopeFramePixels(geometry, focal), image, mask) } : {}),
      ...(shower >= 0 && Number.isFinite(pointing.altDeg)
        ? { trueDirection: skyOffset({ altDeg: truth!.altDeg[shower]!, azDeg: truth!.azDeg[shower]! }, pointing) }
        : {}),
    },
    peakTimeNs,
  };
}
