import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";

/** How far a training is, as its last line about it tells. */
export interface TrainingProgress {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Share (0–100) of the epoch that is done; 100 at its end. */
  readonly percent: number;
  readonly loss: number;
  readonly imagesPerSecond: number;
}

const line = /epoch (\d+)\/(\d+) +(?:(\d+) %|[\d.]+ s) .*?\bloss ([^\s/]+).*? ([\d,]+) images\/s/g;

/** The last progress line of a training in some text; null when there is none. */
export function lastProgress(text: string): TrainingProgress | null {
  const match = [...text.matchAll(line)].at(-1);
  if (!match) return null;
  const [, epoch, epochs, percent, loss, rate] = match;
  return {
    epoch: Number(epoch),
    epochs: Number(epochs),
    percent: percent === undefined ? 100 : Number(percent),
    loss: Number(loss),
    imagesPerSecond: Number(rate!.replaceAll(",", "")),
  };
}

/** So much of a file's end is read at first, and at most. A figure or table behind the last line may be large. */
const tailBytes = { first: 16_384, most: 16 * 2 ** 20 };

/** The last progress line of a training in a file; null when it has none, or is not there. */
export function progressIn(file: string): TrainingProgress | null {
  if (!existsSync(file)) return null;
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    for (let bytes = tailBytes.first; ; bytes *= 8) {
      const buffer = Buffer.alloc(Math.min(bytes, size));
      readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
      const progress = lastProgress(buffer.toString("utf8"));
      if (progress || bytes >= size || bytes >= tailBytes.most) return progress;
    }
  } finally {
    closeSync(descriptor);
  }
}
