import { type Concentration, concentration } from "../camera/concentration.js";
import {
  type HillasParameters,
  hillasParameters,
  type TelescopeFramePixels,
  telescopeFramePixels,
} from "../camera/hillas-parameters.js";
import { type ImageStatistics, imageStatistics } from "../camera/image-statistics.js";
import { type CameraBorder, cameraBorder, type Leakage, leakage } from "../camera/leakage.js";
import { type Morphology, morphology } from "../camera/morphology.js";
import { type Neighbours, neighbours } from "../camera/neighbours.js";
import { type TailcutsOptions, tailcutsClean } from "../camera/tailcuts-clean.js";
import { type Timing, timing } from "../camera/timing.js";
import type { CameraImage } from "./camera-image.js";
import { type TelescopeType, usualCleaning } from "./telescope-type.js";

/** What never changes between the images of one camera. */
export interface ImageFrame {
  readonly pixels: TelescopeFramePixels;
  readonly neighbours: Neighbours;
  readonly border: CameraBorder;
  readonly cleaning: TailcutsOptions;
}

/** @param telescope its tail cuts are the usual ones when it has none */
export function imageFrame(
  telescope: Pick<TelescopeType, "camera" | "effectiveFocalLengthM"> & Partial<Pick<TelescopeType, "cleaning">>,
): ImageFrame {
  const { camera, effectiveFocalLengthM, cleaning = usualCleaning } = telescope;
  const list = neighbours(camera);
  const pixels = telescopeFramePixels(camera, effectiveFocalLengthM);
  return { pixels, neighbours: list, border: cameraBorder(list), cleaning };
}

/** Parameters of the light alone. */
export interface ChargeParameters {
  readonly hillas: HillasParameters;
  readonly leakage: Leakage;
  readonly concentration: Concentration;
  readonly morphology: Morphology;
  readonly intensity: ImageStatistics;
}

/** Parameters of a cleaned image. */
export interface ImageParameters extends ChargeParameters {
  readonly timing: Timing;
  readonly peakTime: ImageStatistics;
}

function chargeParameters(frame: ImageFrame, image: ArrayLike<number>, mask: Uint8Array): ChargeParameters | null {
  const hillas = hillasParameters(frame.pixels, image, mask);
  if (!hillas) return null;
  return {
    hillas,
    leakage: leakage(frame.border, image, mask),
    concentration: concentration(frame.pixels, image, mask, hillas),
    morphology: morphology(frame.neighbours, mask),
    intensity: imageStatistics(image, mask),
  };
}

/**
 * Pixels that survive the cleaning, and their parameters; null when none survive.
 * @param mask pixels that survived another cleaning; by default tail cuts find them
 */
export function parametrise(
  frame: ImageFrame,
  { image, peakTime }: CameraImage,
  mask: Uint8Array = tailcutsClean(frame.neighbours, image, frame.cleaning),
): { mask: Uint8Array; parameters: ImageParameters | null } {
  const charge = chargeParameters(frame, image, mask);
  if (!charge) return { mask, parameters: null };
  const parameters = {
    ...charge,
    timing: timing(frame.pixels, peakTime, mask, charge.hillas),
    peakTime: imageStatistics(peakTime, mask),
  };
  return { mask, parameters };
}

/** Parameters of all photo-electrons of a shower, without noise and cleaning. */
export function trueParameters(frame: ImageFrame, counts: Uint32Array): ChargeParameters | null {
  const mask = new Uint8Array(counts.length);
  for (let i = 0; i < mask.length; i++) mask[i] = counts[i]! > 0 ? 1 : 0;
  return chargeParameters(frame, counts, mask);
}
