import { hillasParameters, telescopeFramePixels } from "../camera/hillas-parameters.js";
import type { Channel } from "../config/config.js";
import { skyOffset } from "../coordinates/sky-offset.js";
import { InputError } from "../errors.js";
import { type EventFile, telescopeTable } from "../events/event-file.js";
import { readImageBlocks } from "../events/read-images.js";
import { focalLengthM } from "../events/subarray.js";
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

/** The pixels of one image: charge, peak time and, where the file has it, the mask of its cleaning. */
function readPixels(file: EventFile, { obsId, eventId, telId }: ImageKey) {
  const table = file.hdf5.table(`/dl1/event/telescope/images/${telescopeTable(telId)}`);
  const cleaned = table.columnNames.includes("image_mask");
  const wanted: Channel[] = cleaned ? ["image", "peak_time", "cleaned_image"] : ["image", "peak_time"];
  for (const block of readImageBlocks(file, telId, wanted)) {
    for (let row = 0; row < block.rows; row++) {
      if (block.obsIds[row] !== obsId || block.eventIds[row] !== eventId) continue;
      const pixels = new Float32Array(block.pixels * wanted.length);
      block.write(row, pixels, 0);
      const of = (channel: number): Float32Array =>
        Float32Array.from({ length: block.pixels }, (_, i) => pixels[i * wanted.length + channel]!);
      const mask = cleaned ? Uint8Array.from(of(2), (value) => (value === 0 ? 0 : 1)) : undefined;
      return { image: of(0), peakTimeNs: of(1), mask };
    }
  }
  throw new InputError(`${file.path} has no image of event ${eventId} of observation ${obsId} in telescope ${telId}`, {
    place: `${file.path}:/dl1/event/telescope/images/${telescopeTable(telId)}`,
    remedy: "choose one of the images in EventBrowser.table()",
  });
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
