import type { Neighbours } from "../camera/neighbours.js";
import type { RandomGenerator } from "../random/generator.js";
import { halfWord, normalQuantiles, quantiles } from "../random/quantile-tables.js";
import type { NightSky } from "./night-sky.js";
import type { PixelLight } from "./pixel-light.js";
import type { Readout } from "./telescope-type.js";

/** What the readout makes of the light: charges and arrival times of pulses. */
export interface CameraImage {
  /** p.e., `[n_pixels]`. */
  readonly image: Float32Array;
  /** Time of each pixel's highest pulse since the readout began, ns, `[n_pixels]`. */
  readonly peakTime: Float32Array;
}

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
 */
export function readOut(
  random: RandomGenerator,
  list: Neighbours,
  light: PixelLight,
  triggerPixel: number,
  readout: Readout,
  sky: NightSky,
): CameraImage {
  const { samples, sampleNs, triggerNs, crosstalk, gainSpread, timeFloorNs, timeNoiseNs } = readout;
  const count = light.counts.length;
  const image = new Float32Array(count);
  const peakTime = new Float32Array(count);
  const readoutNs = samples * sampleNs;
  const timePerBit = (readoutNs - sampleNs) / quantiles;
  const normal = normalQuantiles();
  // the clock of the readout knows nothing of the shower
  const offset = triggerNs + sampleNs * random.uniform() - groupTime(list, light, triggerPixel);
  for (let i = 0; i < count; i++) {
    const bits = random.word();
    const dark = sky.charge(bits);
    image[i] = dark;
    peakTime[i] = (bits >>> 16) * timePerBit;
    const electrons = light.counts[i]!;
    if (electrons === 0) continue;
    const first = random.word();
    const second = random.word();
    const fired = electrons + random.poisson(crosstalk * electrons);
    const signal = fired / (1 + crosstalk) + gainSpread * Math.sqrt(fired) * normal[first & halfWord]!;
    const noise = timeFloorNs + timeNoiseNs / Math.sqrt(electrons);
    const time = light.times[i]! / electrons + offset + noise * normal[first >>> 16]!;
    if (signal + dark / 2 > sky.highestPulse(normal[second & halfWord]!) && time > 0 && time < readoutNs) {
      image[i] = dark + signal;
      peakTime[i] = time;
    }
  }
  return { image, peakTime };
}
