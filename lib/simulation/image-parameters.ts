import { type Concentration, concentration } from "../camera/concentration.js";
import type { CameraGeometry } from "../camera/geometry.js";
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
import { tailcutsClean } from "../camera/tailcuts-clean.js";
import { type Timing, timing } from "../camera/timing.js";
import type { CameraImage } from "./camera-image.js";

/** What never changes between the images of one camera. */
export interface ImageFrame {
  readonly pixels: TelescopeFramePixels;
  readonly neighbours: Neighbours;
  readonly border: CameraBorder;
}

export function imageFrame(camera: CameraGeometry, focalLengthM: number): ImageFrame {
  const list = neighbours(camera);
  return { pixels: telescopeFramePixels(camera, focalLengthM), neighbours: list, border: cameraBorder(list) };
}

/** Parameters of a cleaned image. */
export interface ImageParameters {
  readonly hillas: HillasParameters;
  readonly timing: Timing;
  readonly leakage: Leakage;
  readonly concentration: Concentration;
  readonly morphology: Morphology;
  readonly intensity: ImageStatistics;
  readonly peakTime: ImageStatistics;
}

/** Tail cuts of the SST-1M analysis (sst1mpipe): 8 p.e. with two such neighbours, 4 p.e. beside them. */
const cleaning = { pictureThreshold: 8, boundaryThreshold: 4, minPictureNeighbours: 2 };

/** Pixels that survive the cleaning, and their parameters; null when none survive. */
export function parametrise(
  frame: ImageFrame,
  { image, peakTime }: CameraImage,
): { mask: Uint8Array; parameters: ImageParameters | null } {
  const mask = tailcutsClean(frame.neighbours, image, cleaning);
  const hillas = hillasParameters(frame.pixels, image, mask);
  if (!hillas) return { mask, parameters: null };
  return {
    mask,
    parameters: {
      hillas,
      timing: timing(frame.pixels, peakTime, mask, hillas),
      leakage: leakage(frame.border, image, mask),
      concentration: concentration(frame.pixels, image, mask, hillas),
      morphology: morphology(frame.neighbours, mask),
      intensity: imageStatistics(image, mask),
      peakTime: imageStatistics(peakTime, mask),
    },
  };
}
