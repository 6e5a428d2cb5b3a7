import { type Channel, waveformSample } from "../config/channel.js";
import { levelOf, type Traces, type WaveformLevel, writeSamples } from "./waveforms.js";

/** What a DL1 file has of one image. */
export interface DL1Image {
  /** Charges, p.e., `[n_pixels]`; only needed for channels of images. */
  readonly image?: Float32Array;
  /** Times, ns, `[n_pixels]`; only needed for channels of times. */
  readonly peakTime?: Float32Array;
  /** 1 for pixels that survived the cleaning, `[n_pixels]`; only needed for cleaned channels. */
  readonly mask?: Uint8Array;
  /** Waveforms; only needed for channels of waveforms. */
  readonly traces?: (level: WaveformLevel) => Traces;
}

/** True when a channel is made of times. */
export function isTimeChannel(channel: Channel): boolean {
  return channel.includes("peak_time");
}

/** True when a channel keeps only the pixels that survived the cleaning. */
export function isCleanedChannel(channel: Channel): boolean {
  return channel.includes("cleaned");
}

/** True for a column of the file as it is, but for values that are not finite. */
export function isPlainChannel(channel: Channel): boolean {
  return channel === "image" || channel === "peak_time";
}

/** Writes values as they are, in one tight loop: `image` and `peak_time` are what most networks look at. */
function writePlain(source: Float32Array, out: Float32Array, offset: number, stride: number): void {
  const { length } = source;
  for (let i = 0, at = offset; i < length; i++, at += stride) {
    const value = source[i]!;
    out[at] = Number.isFinite(value) ? value : 0;
  }
}

/**
 * Writes one channel of an image into interleaved pixels. Definitions are dl1-data-handler's, without its defects:
 * channels do not depend on each other, values that are not finite become 0, and so do the times of an image without
 * surviving pixels.
 * @param out `[n_pixels, channels]` from `offset`
 */
function writeChannel(
  channel: Channel,
  { image, peakTime, mask }: DL1Image,
  out: Float32Array,
  offset: number,
  stride: number,
): void {
  const source = isTimeChannel(channel) ? peakTime! : image!;
  if (isPlainChannel(channel)) {
    writePlain(source, out, offset, stride);
    return;
  }
  const kept = isCleanedChannel(channel) ? mask! : null;
  let mean = 0;
  if (channel.includes("relative")) {
    let [sum, count] = [0, 0];
    for (let i = 0; i < source.length; i++) {
      const value = source[i]!;
      if ((kept && !kept[i]) || value === 0 || !Number.isFinite(value)) continue;
      sum += value;
      count++;
    }
    if (count > 0) mean = sum / count;
  }
  const logarithm = channel.includes("log");
  for (let i = 0, at = offset; i < source.length; i++, at += stride) {
    const value = source[i]!;
    if ((kept && !kept[i]) || !Number.isFinite(value)) out[at] = 0;
    else if (logarithm) out[at] = value > 0 ? Math.log10(value) : value;
    else out[at] = value - mean;
  }
}

/** Writes all channels of an image, interleaved, `[n_pixels, channels]` from `offset`. */
export function writeChannels(channels: readonly Channel[], image: DL1Image, out: Float32Array, offset: number): void {
  for (let k = 0; k < channels.length; ) {
    const channel = channels[k]!;
    const sample = waveformSample(channel);
    if (sample) {
      const kept = isCleanedChannel(channel) ? image.mask! : null;
      k += writeSamples(image.traces!(levelOf(sample.name)), kept, channels, k, out, offset);
    } else writeChannel(channel, image, out, offset + k++, channels.length);
  }
}
