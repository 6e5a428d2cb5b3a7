import type { Neighbours } from "../camera/neighbours.js";
import type { RandomGenerator } from "../random/generator.js";
import type { Readout } from "./telescope-type.js";

/** When a camera is read out. */
export interface TriggerSettings {
  /** Photo-electrons that a pixel and its neighbours must have together. */
  readonly electrons: number;
  /** Fluctuation of the night sky's light in such a group within the trigger's coincidence, p.e. */
  readonly groupNoise: number;
  /** Images of less charge, p.e., hardly ever trigger. */
  readonly faintest: number;
}

const darkGroupNoise = 2.5;

/**
 * Trigger under a night sky of a level: the threshold rises with the fluctuations of the light above those of a dark
 * sky, so that the sky itself triggers no more often.
 */
export function triggerSettings({ triggerElectrons }: Readout, nightSky: number): TriggerSettings {
  const electrons = triggerElectrons * Math.max(1, Math.sqrt(nightSky));
  const groupNoise = darkGroupNoise * Math.sqrt(nightSky);
  return { electrons, groupNoise, faintest: electrons - 3 * groupNoise };
}

/** Brightest group of a pixel and its neighbours: its middle and its photo-electrons. */
export function brightestGroup(list: Neighbours, counts: Uint32Array): { pixel: number; electrons: number } {
  let pixel = -1;
  let electrons = -1;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i]! * 7 < electrons) continue; // cannot be the middle of the brightest group
    let sum = counts[i]!;
    for (let k = list.offsets[i]!; k < list.offsets[i + 1]!; k++) sum += counts[list.indices[k]!]!;
    if (sum > electrons) {
      electrons = sum;
      pixel = i;
    }
  }
  return { pixel, electrons };
}

/**
 * Trigger of one camera: the brightest group of a pixel and its neighbours, if it is bright enough.
 * @param counts photo-electrons, `[n_pixels]`
 * @returns the pixel in the middle of the group, −1 without a trigger
 */
export function trigger(
  random: RandomGenerator,
  list: Neighbours,
  counts: Uint32Array,
  { electrons, groupNoise }: TriggerSettings,
): number {
  const brightest = brightestGroup(list, counts);
  return brightest.electrons + groupNoise * random.normal() >= electrons ? brightest.pixel : -1;
}
