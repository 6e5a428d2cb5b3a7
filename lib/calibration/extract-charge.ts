import type { Neighbours } from "../camera/neighbours.js";

/** What a camera event becomes: one charge and one time a pixel. */
export interface ExtractedImage {
  /** Charge in the window, in the unit of the waveforms, `[pixels]`. */
  readonly image: Float32Array;
  /** Mean time of the positive samples in the window, weighted with them, ns from the first sample, `[pixels]`. */
  readonly peakTimeNs: Float32Array;
  /** Sample about which each pixel was integrated, `[pixels]`. */
  readonly peakSample: Int32Array;
}

/** The samples that are summed: `width` of them, beginning `shift` before the peak. */
export interface ChargeWindow {
  readonly width: number;
  readonly shift: number;
}

/** Window of ctapipe's extractors and of the SST-1M analysis. */
export const chargeWindow: ChargeWindow = { width: 7, shift: 3 };

function largestSample(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
}

/**
 * Integrates each pixel about the peak of the mean waveform of its neighbours, ctapipe's NeighborPeakWindowSum: other
 * than the pixel's own peak it does not follow upward fluctuations, so that pixels without light average to zero. There
 * is no correction for light outside the window (4.8 % for the SST-1M reference pulse).
 * @param waveforms `[pixels, samples]`, pedestal subtracted
 */
export function extractCharge(
  waveforms: ArrayLike<number>,
  samples: number,
  list: Neighbours,
  sampleNs: number,
  window: ChargeWindow = chargeWindow,
): ExtractedImage {
  const pixels = waveforms.length / samples;
  const image = new Float32Array(pixels);
  const peakTimeNs = new Float32Array(pixels);
  const peakSample = new Int32Array(pixels);
  const around = new Float64Array(samples);
  for (let pixel = 0; pixel < pixels; pixel++) {
    around.fill(0);
    for (let k = list.offsets[pixel]!; k < list.offsets[pixel + 1]!; k++) {
      const from = list.indices[k]! * samples;
      for (let i = 0; i < samples; i++) around[i]! += waveforms[from + i]!;
    }
    const peak = largestSample(around, 0, samples);
    const own = pixel * samples;
    let [sum, positive, weighted] = [0, 0, 0];
    for (let i = Math.max(0, peak - window.shift); i < Math.min(samples, peak - window.shift + window.width); i++) {
      const value = waveforms[own + i]!;
      sum += value;
      if (value <= 0) continue;
      positive += value;
      weighted += value * i;
    }
    image[pixel] = sum;
    peakSample[pixel] = peak;
    peakTimeNs[pixel] = sampleNs * (positive > 0 ? weighted / positive : peak);
  }
  return { image, peakTimeNs, peakSample };
}
