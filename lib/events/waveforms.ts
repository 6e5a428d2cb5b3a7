import { type Channel, type WaveformChannel, waveformSample } from "../config/channel.js";

/** Level of the data that has waveforms: calibrated (p.e. per sample), or raw (ADC counts). */
export type WaveformLevel = "r1" | "r0";

/** Waveforms of one image after the selection of gains. */
export interface Traces {
  /** `[n_pixels, samples]`. */
  readonly values: Float32Array;
  /** Samples of the readout. */
  readonly samples: number;
}

/** Where the waveforms of a channel are. */
export function levelOf(name: WaveformChannel): WaveformLevel {
  return name === "r0_waveform" ? "r0" : "r1";
}

/** ADC counts above which ctapipe's `ThresholdGainSelector` takes the low gain of a pixel. */
const gainThreshold = 4000;

/**
 * One trace a pixel out of `[n_gains, n_pixels, samples]`. Of two gains the one that the file says is taken, as in
 * dl1-data-handler; raw files do not say, and a pixel takes the low gain where a sample of the high one passes 4000
 * counts, as ctapipe's `ThresholdGainSelector` does.
 * @param selected gain of each pixel, or null
 */
export function selectGain(
  waveform: Float32Array,
  gains: number,
  samples: number,
  selected: ArrayLike<number> | null,
): Traces {
  if (gains === 1) return { values: waveform, samples };
  const low = waveform.length / 2;
  const values = new Float32Array(low);
  for (let from = 0, pixel = 0; from < low; from += samples, pixel++) {
    const high = waveform.subarray(from, from + samples);
    const saturated = selected ? selected[pixel] !== 0 : high.some((value) => value > gainThreshold);
    values.set(saturated ? waveform.subarray(low + from, low + from + samples) : high, from);
  }
  return { values, samples };
}

/** The sample in which the kept pixels together are brightest; the first of equal ones. */
function brightestSample({ values, samples }: Traces, kept: Uint8Array | null): number {
  const sums = new Float64Array(samples);
  for (let pixel = 0, at = 0; at < values.length; pixel++, at += samples) {
    if (kept && !kept[pixel]) continue;
    for (let k = 0; k < samples; k++) if (Number.isFinite(values[at + k]!)) sums[k]! += values[at + k]!;
  }
  let best = 0;
  for (let k = 1; k < samples; k++) if (sums[k]! > sums[best]!) best = k;
  return best;
}

/**
 * First sample of a sequence. It lies around its place as in dl1-data-handler; at an edge of the readout, where that one
 * gives fewer samples, the sequence keeps its length and is moved inside.
 */
export function sequenceBegin(length: number, samples: number, place: number): number {
  return Math.min(Math.max(0, Math.floor(1 + place - length / 2)), samples - length);
}

/**
 * Writes a channel of waveforms, and those after it that are its next samples; values that are not finite become 0.
 * @param kept pixels that survived the cleaning; null = all
 * @param out `[n_pixels, channels]` from `offset`
 * @returns how many channels were written
 */
export function writeSamples(
  traces: Traces,
  kept: Uint8Array | null,
  channels: readonly Channel[],
  first: number,
  out: Float32Array,
  offset: number,
): number {
  const { name, length, position, sample } = waveformSample(channels[first]!)!;
  const { values, samples } = traces;
  const place = position === "center" ? (samples >> 1) - 1 : brightestSample(traces, kept);
  const start = sequenceBegin(length, samples, place) + sample;
  let count = 1;
  while (channels[first + count] === `${name}[${sample + count + 1}/${length} ${position}]`) count++;
  const stride = channels.length;
  for (let pixel = 0, from = start, to = offset + first; from < values.length; pixel++, from += samples, to += stride) {
    const survives = !kept || kept[pixel];
    for (let k = 0; k < count; k++) {
      const value = values[from + k]!;
      out[to + k] = survives && Number.isFinite(value) ? value : 0;
    }
  }
  return count;
}
