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

/** Light of the neighbours of each pixel: their photo-electrons, and the sum of the times of these. */
function lightAround(list: Neighbours, { counts, times }: PixelLight): Pick<PixelLight, "counts" | "times"> {
  const around = { counts: new Uint32Array(counts.length), times: new Float64Array(counts.length) };
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    for (let k = list.offsets[i]!; k < list.offsets[i + 1]!; k++) {
      around.counts[list.indices[k]!]! += counts[i]!;
      around.times[list.indices[k]!]! += times[i]!;
    }
  }
  return around;
}

/** Spread of the mean time of a window that holds night sky alone, in widths of the window. */
const emptyWindowSpread = 0.22;
/** However little light shows where the window belongs: this share of a pulse that it meets is in it. */
const leastShare = 0.7;

/**
 * Reads a camera out as ctapipe's NeighborPeakWindowSum does: charges are summed in a window about the highest pulse of
 * a pixel's neighbours, be that the shower's or the night sky's. Faint light beside bright pixels is kept; the same light
 * alone is lost, but for the windows that meet it by chance.
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
  const { samples, sampleNs, windowSamples, windowLoss, triggerNs, crosstalk, gainSpread } = readout;
  const { timeFloorNs, timeNoiseNs } = readout;
  const count = light.counts.length;
  const image = new Float32Array(count);
  const peakTime = new Float32Array(count);
  const readoutNs = samples * sampleNs;
  const windowNs = windowSamples * sampleNs;
  const timePerBit = (readoutNs - sampleNs) / quantiles;
  const normal = normalQuantiles();
  const around = lightAround(list, light);
  // the clock of the readout knows nothing of the shower
  const offset = triggerNs + sampleNs * random.uniform() - groupTime(list, light, triggerPixel);
  for (let i = 0; i < count; i++) {
    const bits = random.word();
    const dark = sky.charge(bits);
    image[i] = dark;
    peakTime[i] = (bits >>> 16) * timePerBit;
    const electrons = light.counts[i]!;
    const near = around.counts[i]!;
    if (electrons + near === 0) continue;
    const first = random.word();
    const found = near > sky.highestPulse(normal[first & halfWord]!);
    const deviate = normal[first >>> 16]!;
    if (electrons === 0) {
      const time = around.times[i]! / near + offset + emptyWindowSpread * windowNs * deviate;
      if (found && time > 0 && time < readoutNs) peakTime[i] = time;
      continue;
    }
    const time = light.times[i]! / electrons + offset + (timeFloorNs + timeNoiseNs / Math.sqrt(electrons)) * deviate;
    if (!(time > 0 && time < readoutNs)) continue;
    if (!found && Math.abs(time - peakTime[i]!) > windowNs / 2) continue;
    const fired = electrons + random.poisson(crosstalk * electrons);
    const signal = fired / (1 + crosstalk) + gainSpread * Math.sqrt(fired) * normal[random.word() & halfWord]!;
    image[i] = dark + signal * Math.max(leastShare, 1 - windowLoss / Math.sqrt(electrons + near));
    peakTime[i] = time;
  }
  return { image, peakTime };
}
