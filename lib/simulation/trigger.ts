import type { Neighbours } from "../camera/neighbours.js";
import type { RandomGenerator } from "../random/generator.js";

/** Photo-electrons that a pixel and its neighbours must have together. */
const thresholdElectrons = 42;
/** Fluctuation of the night sky's light in such a group within the trigger's coincidence, p.e. */
const groupNoise = 2.5;

/** Images of less charge, p.e., hardly ever trigger. */
export const faintestTrigger: number = thresholdElectrons - 3 * groupNoise;

/**
 * Trigger of one camera: the brightest group of a pixel and its neighbours, if it is bright enough.
 * @param counts photo-electrons, `[n_pixels]`
 * @returns the pixel in the middle of the group, −1 without a trigger
 */
export function trigger(random: RandomGenerator, list: Neighbours, counts: Uint32Array): number {
  let best = -1;
  let most = -1;
  for (let pixel = 0; pixel < counts.length; pixel++) {
    if (counts[pixel]! * 7 < most) continue; // cannot be the middle of the brightest group
    let sum = counts[pixel]!;
    for (let k = list.offsets[pixel]!; k < list.offsets[pixel + 1]!; k++) sum += counts[list.indices[k]!]!;
    if (sum > most) {
      most = sum;
      best = pixel;
    }
  }
  return most + groupNoise * random.normal() >= thresholdElectrons ? best : -1;
}
