import type { Neighbours } from "../camera/neighbours.js";
import type { RandomGenerator } from "../random/generator.js";
import { nightSkyCharge, nightSkyPeak } from "./night-sky.js";
import type { PixelLight } from "./pixel-light.js";

/** What the readout makes of the light: charges and arrival times of pulses. */
export interface CameraImage {
  /** p.e., `[n_pixels]`. */
  readonly image: Float32Array;
  /** Time of each pixel's highest pulse since the readout began, ns, `[n_pixels]`. */
  readonly peakTime: Float32Array;
}

/** Chance of a photo-electron to fire a neighbouring cell of the sensor too; charges are corrected for its mean. */
const crosstalk = 0.08;
/** Spread of the charge of one photo-electron. */
const gainSpread = 0.12;
/** Where in the readout a trigger falls, ns, and its raster. */
const triggerNs = 52;
const rasterNs = 4;
/** Resolution of a pulse's time, ns, for one photo-electron and for many. */
const timeNoiseNs = 0.9;
const timeFloorNs = 0.25;

/** Mean arrival time, ns, of the light in a group of a pixel and its neighbours. */
function groupTime(list: Neighbours, light: PixelLight, pixel: number): number {
  let electrons = light.counts[pixel]!;
  let time = light.times[pixel]!;
  for (let k = list.offsets[pixel]!; k < list.offsets[pixel + 1]!; k++) {
    electrons += light.counts[list.indices[k]!]!;
    time += light.times[list.indices[k]!]!;
  }
  return time / Math.max(1, electrons);
}

/**
 * Reads a camera out: every pixel's highest pulse is taken, be it the shower's or the night sky's.
 * @param triggerPixel middle of the group that triggered
 * @param readoutNs length of the readout
 */
export function readOut(
  random: RandomGenerator,
  list: Neighbours,
  light: PixelLight,
  triggerPixel: number,
  readoutNs: number,
): CameraImage {
  const count = light.counts.length;
  const image = new Float32Array(count);
  const peakTime = new Float32Array(count);
  const offset = triggerNs + rasterNs * random.uniform() - groupTime(list, light, triggerPixel);
  for (let i = 0; i < count; i++) {
    const electrons = light.counts[i]!;
    let charge = nightSkyCharge(random);
    let time = (readoutNs - rasterNs) * random.uniform();
    if (electrons > 0) {
      const fired = electrons + random.poisson(crosstalk * electrons);
      const signal = fired / (1 + crosstalk) + gainSpread * Math.sqrt(fired) * random.normal();
      const noise = timeFloorNs + timeNoiseNs / Math.sqrt(electrons);
      const signalTime = light.times[i]! / electrons + offset + noise * random.normal();
      if (signal + charge / 2 > nightSkyPeak(random) && signalTime > 0 && signalTime < readoutNs) {
        charge += signal;
        time = signalTime;
      }
    }
    image[i] = charge;
    peakTime[i] = time;
  }
  return { image, peakTime };
}
