import type { Neighbours } from "../camera/neighbours.js";
import { type ExtractedImage, extractCharge } from "./extract-charge.js";
import type { RawEvent } from "./raw-events.js";

/**
 * Sum of the ADC counts that one photo-electron adds to a DigiCam waveform. Raw against calibrated waveforms of the
 * official SST-1M simulation give 18.7 (79 bright pixels, spread 0.6). The analysis of observations uses a factor for
 * each pixel from dark runs, and corrects for the voltage drop under night-sky light: neither is known here, so charges
 * may be wrong by some ten percent.
 */
export const digiCamAdcPerPhotoElectron: number = 18.7;

/** How raw events become images. */
export interface Calibration {
  readonly neighbours: Neighbours;
  readonly sampleNs: number;
  /** Sum of the ADC counts of one photo-electron. */
  readonly adcPerPhotoElectron: number;
}

/** A calibrated event. */
export interface CalibratedEvent extends ExtractedImage {
  /** p.e. a sample, `[pixels, samples]`. */
  readonly waveforms: Float32Array;
}

/** The median of a pixel's samples: a pulse fills a sixth of them. */
function medianSample(adc: Uint16Array): number {
  return Uint16Array.from(adc).sort()[adc.length >> 1]!;
}

/**
 * Subtracts the pedestal (the camera's running baseline or, where that is unknown, the median of the samples), divides
 * by the gain, and integrates. Charges in p.e., times in ns from the first sample.
 */
export function calibrateEvent(
  { adc, baseline }: Pick<RawEvent, "adc" | "baseline">,
  how: Calibration,
): CalibratedEvent {
  const pixels = how.neighbours.offsets.length - 1;
  const samples = adc.length / pixels;
  const waveforms = new Float32Array(adc.length);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const from = pixel * samples;
    const pedestal = baseline ? baseline[pixel]! : medianSample(adc.subarray(from, from + samples));
    for (let i = from; i < from + samples; i++) waveforms[i] = (adc[i]! - pedestal) / how.adcPerPhotoElectron;
  }
  return { waveforms, ...extractCharge(waveforms, samples, how.neighbours, how.sampleNs) };
}
