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

const line = /epoch (\d+)\/(\d+) +(?:(\d+) %|[\d.]+ s) .*?\bloss (\S+) .*?([\d,]+) images\/s/g;

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

/** The last `bytes` of a file as text; "" when it is not there. */
export function readTail(file: string, bytes: number): string {
  if (!existsSync(file)) return "";
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(bytes, size));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString("utf8");
  } finally {
    closeSync(descriptor);
  }
}
