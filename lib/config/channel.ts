/** Channels of one number a pixel, as dl1-data-handler names them. */
export const imageChannels = [
  "image",
  "log_image",
  "cleaned_image",
  "log_cleaned_image",
  "peak_time",
  "relative_peak_time",
  "cleaned_peak_time",
  "cleaned_relative_peak_time",
] as const;

/**
 * Waveforms, each sample a channel: calibrated ones (R1), those of the pixels that survived the cleaning of the image, and
 * raw ones (R0, ADC counts).
 */
export const waveformChannels = ["waveform", "cleaned_waveform", "r0_waveform"] as const;

/** Where the samples lie that are kept: around the middle of the readout, or around the camera's brightest sample. */
export const sequencePositions = ["center", "maximum"] as const;

export type ImageChannel = (typeof imageChannels)[number];
export type WaveformChannel = (typeof waveformChannels)[number];
export type SequencePosition = (typeof sequencePositions)[number];

/** What a configuration may name. */
export type ChannelName = ImageChannel | WaveformChannel;
export const channelNames: readonly ChannelName[] = [...imageChannels, ...waveformChannels];

/** One number of each pixel; of waveforms one sample, e.g. `waveform[3/20 center]`, the third of 20 around the center. */
export type Channel = ImageChannel | `${WaveformChannel}[${number}/${number} ${SequencePosition}]`;

/** Which samples of the waveforms are kept. */
export interface Sequence {
  /** Samples. */
  readonly length: number;
  readonly position: SequencePosition;
}

/** A channel that is a sample of the waveforms. */
export interface WaveformSample extends Sequence {
  readonly name: WaveformChannel;
  /** Counted from 0. */
  readonly sample: number;
}

const sampleName = new RegExp(
  `^(${waveformChannels.join("|")})\\[(\\d+)/(\\d+) (${sequencePositions.join("|")})\\]$`,
  "u",
);
const samples = new Map<string, WaveformSample | null>();

/** The sample that a channel is; null for a channel of images. */
export function waveformSample(channel: string): WaveformSample | null {
  const known = samples.get(channel);
  if (known !== undefined) return known;
  const [, name, number, length, position] = sampleName.exec(channel) ?? [];
  const sample = name
    ? {
        name: name as WaveformChannel,
        sample: Number(number) - 1,
        length: Number(length),
        position: position as SequencePosition,
      }
    : null;
  samples.set(channel, sample);
  return sample;
}

/** True for the channels that a model card may name. */
export function isChannel(value: unknown): value is Channel {
  if (typeof value !== "string") return false;
  if ((imageChannels as readonly string[]).includes(value)) return true;
  const found = waveformSample(value);
  return found !== null && found.sample >= 0 && found.sample < found.length;
}

/** True when a name stands for waveforms, which need to be told how many samples. */
export function isWaveformName(name: ChannelName): name is WaveformChannel {
  return (waveformChannels as readonly string[]).includes(name);
}

/** The channels behind some names: waveforms become a channel for each sample. */
export function expandChannels(names: readonly ChannelName[], { length, position }: Sequence): Channel[] {
  return names.flatMap((name): Channel[] => {
    if (!isWaveformName(name)) return [name];
    return Array.from({ length }, (_, i): Channel => `${name}[${i + 1}/${length} ${position}]`);
  });
}

/** The names behind some channels, and the sequence that waveforms were given; null without waveforms. */
export function collapseChannels(channels: readonly Channel[]): {
  readonly names: readonly ChannelName[];
  readonly sequence: Sequence | null;
} {
  const names = new Set<ChannelName>();
  let sequence: Sequence | null = null;
  for (const channel of channels) {
    const sample = waveformSample(channel);
    names.add(sample ? sample.name : (channel as ImageChannel));
    if (sample) sequence = { length: sample.length, position: sample.position };
  }
  return { names: [...names], sequence };
}

/** Channels in few words, e.g. `image, waveform (20 samples, center)`. */
export function channelsText(channels: readonly Channel[]): string {
  const { names, sequence } = collapseChannels(channels);
  const of = sequence ? ` (${sequence.length} samples, ${sequence.position})` : "";
  return names.map((name) => (isWaveformName(name) ? `${name}${of}` : name)).join(", ");
}
